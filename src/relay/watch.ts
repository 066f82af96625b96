/** What the gateway learns from an answer while it passes: usage and outcome for the ledger, reasoning for the vault. */
import { collector, grown, type Answer } from "../ir/collect.ts";
import { GatewayError } from "../ir/error.ts";
import type { StreamEvent } from "../ir/events.ts";
import type { Seal } from "../ir/seal.ts";
import { NO_USAGE, type Usage } from "../ir/usage.ts";
import { LIMITS } from "../wire/limits.ts";

export interface Watch {
  observe(event: StreamEvent): void;
  /** Something that a client can see has come: from here on no other target may answer. */
  readonly committed: boolean;
  readonly started: boolean;
  readonly terminal: boolean;
  readonly error: GatewayError | undefined;
  readonly usage: Usage;
  /** undefined when the answer was too large to keep, or nobody wants it. */
  answer(): Answer | undefined;
  /** What the client may present again. */
  seals(): readonly Seal[];
}

export function watch(onFirstContent: () => void, keepsAnswer: "keep" | "forget"): Watch {
  const kept = keepsAnswer === "keep" ? collector() : undefined;
  let keptChars = 0;
  let blocks = 0;
  let started = false;
  let committed = false;
  let terminal = false;
  let error: GatewayError | undefined;
  let usage: Usage = NO_USAGE;
  const seals = new Map<number, Seal>();
  return {
    /** Throws `upstream-failed` at the block that is too many: each of them is kept by somebody until the end. */
    observe: (event) => {
      if (event.type === "block-start" && ++blocks > LIMITS.blocksMax) throw tooManyBlocks();
      if (keptChars <= LIMITS.vaultTurnBytesMax) {
        kept?.push(event);
        if (event.type === "block-delta") keptChars += lengthOf(event.delta);
        if (event.type === "block-delta" && "seal" in event.delta)
          seals.set(event.index, grown(seals.get(event.index), event.delta));
      }
      switch (event.type) {
        case "start":
          started = true;
          if (event.usage) usage = event.usage;
          return;
        case "notice":
          return;
        case "error":
          error = event.error;
          terminal = true;
          return;
        case "finish":
          usage = event.usage;
          terminal = committed = true;
          return;
        default:
          if (!committed) onFirstContent();
          committed = true;
      }
    },
    get started() {
      return started;
    },
    get committed() {
      return committed;
    },
    get terminal() {
      return terminal;
    },
    get error() {
      return error;
    },
    get usage() {
      return usage;
    },
    seals: () => [...seals.values()],
    answer: () => (keptChars <= LIMITS.vaultTurnBytesMax ? kept?.answer() : undefined),
  };
}

const tooManyBlocks = (): GatewayError =>
  new GatewayError("upstream-failed", `the upstream sent an answer of more than ${LIMITS.blocksMax} parts`);

function lengthOf(delta: Extract<StreamEvent, { type: "block-delta" }>["delta"]): number {
  if ("text" in delta) return delta.text.json.length;
  if ("input" in delta) return delta.input.json.length;
  return "seal" in delta ? delta.seal.value.length : 0;
}
