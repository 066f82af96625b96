/** The thread of the database, from inside. Only `store-thread.ts` starts it. */
import { answerQuestions } from "./answer-questions.ts";
import { openStore, type StorePlace } from "./place.ts";

answerQuestions(async (place: StorePlace) => {
  const { epoch, close, ...rooms } = await openStore(place);
  return { ...rooms, store: { epoch, close, ready: () => undefined } };
});
