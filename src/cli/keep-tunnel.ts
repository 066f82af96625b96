/** A tunnel that dies is opened again for as long as the gateway runs. */
import { setTimeout as wait } from "node:timers/promises";
import type { Tunnel } from "./tunnel.ts";
import { reasonOf } from "../wire/reason.ts";

export interface Told {
  /** `before`: the address that it had until it died; undefined: the first time. */
  up(url: string, before: string | undefined): void;
  /** It will be tried again in so long. */
  down(why: string, againInMs: number): void;
}

/** Growing, so that whoever hands out tunnels is not asked too often; and never so long that nobody waits for it. */
const FIRST_WAIT_MS = 1_000;
const WAIT_MAX_MS = 60_000;
/** One that stood for so long has no part in why the next one fails. */
const STEADY_MS = 60_000;

/** A terminal's Ctrl-C ends cloudflared too, and may reach it before us. */
const SAME_KEY_MS = 200;

/** Exported for its test. */
export const waitBefore = (deaths: number): number => Math.min(FIRST_WAIT_MS * 2 ** (deaths - 1), WAIT_MAX_MS);

/** Resolves when the gateway is going. Throws where the first one does not come up: then something is wrong that waiting does not mend. */
export async function keepTunnel(open: () => Tunnel, told: Told, going: AbortSignal): Promise<void> {
  let before: string | undefined;
  let deaths = 0;
  while (!going.aborted) {
    const tunnel = open();
    const stop = (): void => tunnel.stop();
    going.addEventListener("abort", stop, { once: true });
    let why = "The tunnel has ended, and nothing reaches the gateway from outside.";
    try {
      const url = await tunnel.url;
      const since = performance.now();
      told.up(url, before);
      before = url;
      await tunnel.ended;
      if (performance.now() - since > STEADY_MS) deaths = 0;
    } catch (error) {
      if (before === undefined && !going.aborted) throw error;
      why = reasonOf(error);
    } finally {
      going.removeEventListener("abort", stop);
    }
    await pause(SAME_KEY_MS, going);
    if (going.aborted) return;
    const waitMs = waitBefore(++deaths);
    told.down(why, waitMs);
    await pause(waitMs, going);
  }
}

/** Ends early when the gateway is going. */
const pause = (ms: number, going: AbortSignal): Promise<void> => wait(ms, undefined, { signal: going }).catch(() => {});
