/** Fragments of `{"input":"…"}` become fragments of the text inside as they come: how a lowered freeform call streams. */
import { type JsonLiteral, literal, textOf } from "../wire/json.ts";
import type { Machine } from "../wire/machine.ts";
import { LIMITS } from "../wire/limits.ts";
import { CUSTOM_INPUT_KEY, unwrapCustomInput } from "./lower.ts";

const HEAD = `{"${CUSTOM_INPUT_KEY}":"`;
const WHOLE_HEAD = new RegExp(`^\\s*\\{\\s*"${CUSTOM_INPUT_KEY}"\\s*:\\s*"`);

type Phase =
  /** Waiting for the opening `{"input":"`. */
  | "head"
  | "text"
  /** Behind the closing quote: whatever follows is no part of the input. */
  | "tail"
  /** Another key first, or no object: decided at the end, when all of it is here. */
  | "whole"
  /** Too much to wait for: it passes as it comes. */
  | "raw";

/** The text is spliced, never decoded: a literal's body is itself the body of a literal. A cut escape waits for its rest. Where the model did not write the wrapper, the whole of what it wrote is the input. */
export function unwrapper(): Machine<JsonLiteral, JsonLiteral> {
  let phase: Phase = "head";
  let held = "";
  /** The beginning of what came, without white space: a model may write a megabyte of it first. */
  let head = "";

  const text = (body: string, emit: (out: JsonLiteral) => void): void => {
    const taken = takeBody(body);
    held = taken.rest;
    if (taken.closed) phase = "tail";
    if (taken.body !== "") emit({ json: `"${taken.body}"` });
  };

  return {
    push: (fragment, emit) => {
      if (phase === "tail") return;
      if (phase === "raw") return emit(fragment);
      held += textOf(fragment);
      if (phase === "head") {
        head += textOf(fragment).replace(/\s+/g, "").slice(0, HEAD.length);
        phase = phaseOfHead(head, held);
        if (phase === "text") held = held.replace(WHOLE_HEAD, "");
      }
      if (phase === "text") text(held, emit);
      else if (held.length > LIMITS.queuedBlockBytesMax) {
        phase = "raw";
        emit(literal(held));
      }
    },
    end: (cause, emit) => {
      if (cause === "eof" && (phase === "head" || phase === "whole") && held !== "")
        emit(literal(unwrapCustomInput(held) ?? held));
      phase = "tail";
    },
  };
}

function phaseOfHead(head: string, written: string): Phase {
  if (head.length < HEAD.length) return HEAD.startsWith(head) ? "head" : "whole";
  return WHOLE_HEAD.test(written) ? "text" : "whole";
}

interface Taken {
  /** The body of a valid JSON literal. */
  readonly body: string;
  /** An escape that is not complete yet. */
  readonly rest: string;
  readonly closed: boolean;
}

const PLAIN_RUN = /[^"\\\u0000-\u001f]+/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const CUT_ESCAPE = /\\(?:u[0-9a-fA-F]{0,3})?$/y;

/** Reads up to the closing quote. Models write raw line breaks and unknown escapes: both are repaired, for a literal must stay valid. */
function takeBody(text: string): Taken {
  let body = "";
  let at = 0;
  while (at < text.length) {
    const plain = matchAt(PLAIN_RUN, text, at);
    if (plain !== undefined) {
      body += wellFormed(plain);
      at += plain.length;
      continue;
    }
    if (text[at] === '"') return { body, rest: "", closed: true };
    const escape = matchAt(ESCAPE, text, at);
    if (escape === undefined && matchAt(CUT_ESCAPE, text, at) !== undefined)
      return { body, rest: text.slice(at), closed: false };
    body += escape ?? JSON.stringify(text[at]).slice(1, -1);
    at += escape?.length ?? 1;
  }
  return { body, rest: "", closed: false };
}

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

/** Half of a surrogate pair survives UTF-8 only as an escape. */
const wellFormed = (text: string): string =>
  text.isWellFormed() ? text : text.replace(/\p{Surrogate}/gu, (half) => JSON.stringify(half).slice(1, -1));
