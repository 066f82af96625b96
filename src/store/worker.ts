/** The thread of the database, from inside. Only `store-thread.ts` starts it. */
import { answerQuestions } from "./answer-questions.ts";
import { openedFile } from "./opened-file.ts";
import { openStore, type StorePlace } from "./place.ts";

let openings = 0;

answerQuestions(async (place: StorePlace) => {
  const { epoch, close, ...rooms } = await openStore(place);
  const { isGone } = openedFile(place);
  // Another file counts its changes from the beginning, and what was read from the one before holds no more.
  const first = openings++ * 2 ** 32;
  const store = { epoch: async () => first + (await epoch()), close, ready: () => undefined };
  return { rooms: { ...rooms, store }, isGone };
});
