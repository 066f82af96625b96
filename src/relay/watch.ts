/** What the gateway learns from an answer while it passes: usage and outcome for the ledger, reasoning for the vault. */
import { collector, type Answer } from "../ir/collect.ts";
import { grownSeal } from "../ir/seal.ts";
import { GatewayError } from "../ir/error.ts";
import type { Delta, FinishReason, StreamEvent } from "../ir/events.ts";
import type { Seal } from "../ir/seal.ts";
import { NO_USAGE, type Usage } from "../ir/usage.ts";
import type { Seen } from "../vault/lookup-keys.ts";
import { delivered } from "./delivered.ts";
import { LIMITS } from "../wire/limits.ts";
import { shortened } from "../wire/printable.ts";

export interface Watch {
  observe(event: StreamEvent): void;
  /** A client can see some of the answer: from here on no other target may answer. */
  readonly committed: boolean;
  readonly started: boolean;
  /** It has failed, and its reason may follow. */
  readonly failing: boolean;
  readonly terminal: boolean;
  readonly error: GatewayError | undefined;
  readonly usage: Usage;
  /** The vendor's own id of the answer. */
  readonly id: string | undefined;
  readonly stopReason: FinishReason | undefined;
  /** Names of the tools that it called, each once. */
  readonly tools: readonly string[];
  /** About how many tokens of text it has shown so far, thoughts and the input of calls among them. */
  tokens(): number;
  /** For the vault; undefined when it wants nothing of it. */
  forVault(): { readonly answer: Answer; readonly seen: Seen } | undefined;
  /** The seals of the answer: the client may send them back. */
  seals(): readonly Seal[];
}

export function watch(onFirstContent: () => void, wanted: "whole" | "calls" | "nothing"): Watch {
  const kept = wanted === "nothing" ? undefined : collector();
  let keptChars = 0;
  let blocks = 0;
  let started = false;
  let committed = false;
  let failing = false;
  let terminal = false;
  let error: GatewayError | undefined;
  let usage: Usage = NO_USAGE;
  let id: string | undefined;
  let stopReason: FinishReason | undefined;
  const tools = new Set<string>();
  const text = delivered();
  let chars = 0;
  const note = (delta: Delta): void => {
    const literal = "text" in delta ? delta.text.json : "input" in delta ? delta.input.json : "";
    if (literal.length <= EMPTY_LENGTH) return;
    chars += literal.length - EMPTY_LENGTH;
    if (chars > text.from) text.sample(literal, chars);
  };
  const seals = new Map<number, Seal>();
  return {
    /** Throws `upstream-failed` at the block that is too many: coders and the vault keep each block until the end. */
    observe: (event) => {
      if (event.type === "block-start") {
        if (++blocks > LIMITS.blocksMax) throw tooManyBlocks();
        if (event.block.kind === "call" && tools.size < LIMITS.toolNamesMax)
          tools.add(shortened(event.block.tool.name));
      }
      if (event.type === "block-delta") note(event.delta);
      if (event.type !== "block-delta") kept?.push(event);
      else if (keptChars <= LIMITS.vaultTurnBytesMax) {
        if (wanted === "whole" || "input" in event.delta) kept?.push(event);
        keptChars += lengthOf(event.delta);
        if ("seal" in event.delta) seals.set(event.index, grownSeal(seals.get(event.index), event.delta));
      }
      switch (event.type) {
        case "start":
          started = true;
          id = event.id || id;
          if (event.usage) usage = event.usage;
          return;
        case "notice":
          failing ||= event.failing === true;
          return;
        case "error":
          error = event.error;
          terminal = true;
          return;
        case "finish":
          usage = event.usage;
          stopReason = event.reason;
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
    get failing() {
      return failing;
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
    get id() {
      return id;
    },
    get stopReason() {
      return stopReason;
    },
    get tools() {
      return [...tools];
    },
    tokens: () => text.tokens(chars),
    seals: () => [...seals.values()],
    forVault: () => {
      if (!kept || wanted === "nothing") return undefined;
      const answer = kept.answer();
      const isWhole = answer.finish && !answer.error && keptChars <= LIMITS.vaultTurnBytesMax;
      return { answer, seen: isWhole ? wanted : "part" };
    },
  };
}

const EMPTY_LENGTH = '""'.length;

const tooManyBlocks = (): GatewayError =>
  new GatewayError("upstream-failed", `the upstream sent an answer of more than ${LIMITS.blocksMax} parts`);

function lengthOf(delta: Delta): number {
  if ("text" in delta) return delta.text.json.length;
  if ("input" in delta) return delta.input.json.length;
  return "seal" in delta ? delta.seal.value.length : 0;
}
