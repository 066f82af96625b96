/** File descriptors: an open call holds two of them, the client's and the vendor's. Without one left not even a connection is accepted, so calls are refused before. */
import { readFileSync } from "node:fs";
import { type GatewayError, ownError } from "../ir/error.ts";

/** For listening, the store, connections without a call, and the vendors' that wait for the next one. */
const RESERVE = 100;
/** What a person or a team never meets, and a busy server does. */
const CALLS_FEW = 1_000;
const RAISE = "raise the limit with `ulimit -n 65536` before the start, or LimitNOFILE= under systemd";

/** How many this process may have; undefined where the system does not report it: macOS and Windows have no /proc. */
export function descriptorsMax(): number | undefined {
  try {
    const limits = readFileSync("/proc/self/limits", "utf8");
    const soft = /^Max open files\s+(\d+)/m.exec(limits)?.[1];
    return soft === undefined ? undefined : Number(soft);
  } catch {
    return undefined;
  }
}

export const callsMax = (descriptors: number | undefined): number =>
  descriptors === undefined ? Infinity : Math.max(1, Math.floor((descriptors - RESERVE) / 2));

/** A sentence for the start; undefined: there are enough. */
export function fewDescriptors(descriptors: number | undefined): string | undefined {
  const calls = callsMax(descriptors);
  if (calls >= CALLS_FEW) return undefined;
  return `This process may have ${descriptors} file descriptors, enough for ${calls} calls at a time; more are refused. To serve more, ${RAISE}.`;
}

/** Bun ends the process where the thread that asks vendors finds no descriptor to begin with: it begins before anybody can take them all, with a question that leaves the process no further than to a socket that is not there. */
export const beginAsking = (): Promise<void> =>
  fetch("http://localhost/", { unix: "/dev/null/no-socket" }).then(
    () => {},
    () => {},
  );

export const isOutOfDescriptors = (code: string): boolean => code === "EMFILE" || code === "ENFILE";

/** Some clients give up where no retry-after is sent. */
const RETRY_AFTER = "5";
const full = (what: string): GatewayError =>
  ownError("gateway-full", `${what} Ask again in a few seconds. Whoever runs the gateway can ${RAISE}.`, {
    retryAfter: RETRY_AFTER,
  });

export const tooManyCalls = (calls: number): GatewayError =>
  full(`The gateway has ${calls} calls open, as many as its file descriptors bear.`);
export const outOfDescriptors = (provider: string): GatewayError =>
  full(`The gateway's machine is out of file descriptors, so the provider ${provider} could not be asked.`);
