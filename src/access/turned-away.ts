/** Logs the requests that are refused at the door: never the key, and no more lines than a person can read. */
import { escaped, shortened } from "../wire/printable.ts";

/** Every field but the address is what the caller wrote. */
export interface Stranger {
  /** Of the connection, whatever its headers say: behind a proxy it is the proxy's. */
  readonly peer: string;
  readonly method: string;
  readonly path: string;
  readonly why: string;
}

export type TurnedAway = (stranger: () => Stranger) => void;
type Warn = (message: string, fields: object) => void;

/** So many lines at once, then so many a second. */
const BURST = 20;
const LINES_PER_SECOND = 1;

/** `clock` in milliseconds, never backwards. */
export function turnedAway(warn: Warn, clock: () => number = () => performance.now()): TurnedAway {
  let lines = BURST;
  let countedAt = clock();
  let leftOut = 0;
  return (stranger) => {
    const now = clock();
    lines = Math.min(BURST, lines + ((now - countedAt) / 1000) * LINES_PER_SECOND);
    countedAt = now;
    if (lines < 1) {
      leftOut++;
      return;
    }
    lines--;
    const { peer, ...said } = stranger();
    // The rest of the message is advice for the caller.
    const [reason = ""] = said.why.split(". ", 1);
    const [method, path, why] = [said.method, said.path, reason].map(shortened);
    const others = leftOut === 0 ? "" : ` (${leftOut} before it were left out)`;
    warn(escaped(`turned away ${peer} ${method} ${path}: ${why}${others}`), {
      event: "turned-away",
      ...{ peer, method, path, why, leftOut },
    });
    leftOut = 0;
  };
}
