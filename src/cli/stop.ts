/** From the first signal open calls may end; the second one ends everything. */
import type { Output } from "../observe/output.ts";

/** A terminal's Ctrl-C reaches npm, the launcher and us, and each hands it on: what comes this soon is the same key press. */
const ECHO_MS = 300;
/** What is still to be said may take so long; a reader that is slower must not hold up the end. */
const FLUSH_MS = 300;
const SIGNALS = ["SIGINT", "SIGTERM"] as const;

export interface Stoppable {
  stop(): Promise<void>;
  openCalls(): number | Promise<number>;
  /** What `stop` may take, which it keeps by itself. */
  readonly drainMs: number;
  /** What SIGHUP means where no terminal sent it, by closing. Absent: the same as SIGTERM. */
  readonly hangUp?: (() => void) | undefined;
}

/** Resolves when it has stopped. `tell`: what a person reads of it, or a log. */
export function untilStopped(
  { stop, openCalls, drainMs, hangUp }: Stoppable,
  tell: (words: string) => void,
  output: Output,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let firstAt: number | undefined;
    const onSignal = (signal: NodeJS.Signals): void => {
      const now = performance.now();
      if (firstAt !== undefined) {
        if (now - firstAt > ECHO_MS) void lastWords(output).then(() => process.exit(signal === "SIGINT" ? 130 : 143));
        return;
      }
      firstAt = now;
      const counted = openCalls();
      if (typeof counted === "number") sayStopping(counted);
      else counted.then(sayStopping, () => {});
      stop().then(() => {
        tell("Stopped.");
        resolve();
      }, reject);
    };
    const sayStopping = (open: number): void => {
      const calls = open === 1 ? "the open call" : `${open} open calls`;
      const seconds = Math.ceil(drainMs / 1000);
      if (open > 0) tell(`Stopping: ${calls} may take up to ${seconds} s. Once more to stop at once.`);
    };
    for (const signal of SIGNALS) process.on(signal, onSignal);
    const isInTerminal = process.stdin.isTTY === true;
    process.on("SIGHUP", () => (hangUp && !isInTerminal && firstAt === undefined ? hangUp() : onSignal("SIGHUP")));
    if (process.env.npm_lifecycle_event !== undefined)
      whenParentEnds(() => {
        // A signal that has come already is the same end.
        if (firstAt === undefined) onSignal("SIGTERM");
      });
  });
}

const LOOK_MS = 250;

/** npm ends the shell in which it started us, and the shell hands no signal on: without this `npx codeswitch start` would keep its port. */
function whenParentEnds(then: () => void): void {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    then();
  }, LOOK_MS).unref();
}

export const lastWords = (output: Output): Promise<void> => output.flush(FLUSH_MS);
