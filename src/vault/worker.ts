/** The thread of the vault's disk: the store, and what seals and unseals its rows. Only `open.ts` starts it. */
import { answerQuestions } from "../store/answer-questions.ts";
import { openedFile } from "../store/opened-file.ts";
import { openStore } from "../store/place.ts";
import { boxOf } from "./box.ts";
import { shelfOf } from "./shelf.ts";
import type { Opening } from "./worker-shelf.ts";

answerQuestions(async ({ secrets, ...place }: Opening) => {
  const store = await openStore(place);
  const { isGone } = openedFile(place);
  return { rooms: { shelf: { ...shelfOf(store.reasoning, boxOf(secrets)), close: () => store.close() } }, isGone };
});
