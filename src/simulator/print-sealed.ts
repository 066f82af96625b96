/** Answers in Chat with their seals: `reasoning_details` as OpenRouter streams them, `extra_content` as Gemini does. */
import type { JsonObject } from "../wire/json.ts";
import { type Answer, type Part, hasCall, textOfPart } from "./answer.ts";
import { callId, itemId } from "./ids.ts";
import type { Persona } from "./personas.ts";
import type { Seals } from "./seals.ts";

/** The same answer twice: in pieces, and whole. */
export interface SealedAnswer {
  readonly deltas: readonly JsonObject[];
  readonly message: JsonObject;
}

export function sealedAnswer(persona: Persona, answer: Answer, seals: Seals): SealedAnswer {
  const print = printer(persona, seals);
  for (const part of answer.parts) print.part(part);
  if (!hasCall(answer)) print.signWords();
  return print.answer();
}

interface Printer {
  part(part: Part): void;
  signWords(): void;
  answer(): SealedAnswer;
}

function printer(persona: Persona, seals: Seals): Printer {
  const deltas: JsonObject[] = [];
  const details: JsonObject[] = [];
  const calls: JsonObject[] = [];
  const said = { content: "", reasoning: "" };
  let extra: JsonObject | undefined;
  let thoughts = 0;
  const detail = (entry: JsonObject): void => {
    details.push(entry);
    deltas.push({ content: "", reasoning_details: [entry] });
  };
  const signature = (of: string): JsonObject => ({ google: { thought_signature: seals.seal(of) } });

  const think = (part: Extract<Part, { kind: "thinking" }>): void => {
    if (persona.host === "gemini") return;
    const { format, maker } = persona;
    const [text, index] = [textOfPart(part), thoughts++];
    const isSummary = maker === "openai" || maker === "x-ai";
    const key = isSummary ? "summary" : "text";
    const head = { type: `reasoning.${key}`, format, index };
    const pieces = part.sections.flatMap((section, at) => (at > 0 ? ["\n\n", ...section] : section));
    for (const piece of pieces)
      deltas.push({ content: "", reasoning: piece, reasoning_details: [{ ...head, [key]: piece }] });
    said.reasoning += text;
    const signed = maker === "anthropic" ? { signature: seals.sign(text) } : {};
    details.push({ ...head, [key]: text, ...signed });
    if (maker === "anthropic") deltas.push({ content: "", reasoning_details: [{ ...head, ...signed }] });
    if (!isSummary) return;
    const id = itemId("rs");
    detail({ type: "reasoning.encrypted", data: seals.seal(id), format, id, index });
  };
  /** Of calls made at once Google signs the first. */
  const call = (part: Extract<Part, { kind: "call" }>): void => {
    const [id, index] = [callId(), calls.length];
    const { name } = part.tool;
    const isSigned = index === 0;
    if (isSigned && persona.host === "openrouter" && persona.maker === "google")
      detail({ type: "reasoning.encrypted", data: seals.seal(id), format: persona.format, id, index: 0 });
    const signed = isSigned && persona.host === "gemini" ? { extra_content: signature(id) } : {};
    calls.push({ id, type: "function", function: { name, arguments: textOfPart(part) }, ...signed });
    deltas.push({ tool_calls: [{ index, id, type: "function", function: { name, arguments: "" }, ...signed }] });
    for (const piece of part.pieces) deltas.push({ tool_calls: [{ index, function: { arguments: piece } }] });
  };

  return {
    part: (part) => {
      if (part.kind === "redacted") return;
      if (part.kind === "thinking") return think(part);
      if (part.kind === "call") return call(part);
      said.content += textOfPart(part);
      for (const piece of part.pieces) deltas.push({ content: piece });
    },
    signWords: () => {
      if (persona.host === "gemini") deltas.push({ content: "", extra_content: (extra = signature("words")) });
      else if (persona.maker === "google")
        detail({ type: "reasoning.encrypted", data: seals.seal("words"), format: persona.format, index: 0 });
    },
    answer: () => ({
      deltas,
      message: {
        role: "assistant",
        content: said.content === "" ? null : said.content,
        refusal: null,
        ...(persona.host === "openrouter" && { reasoning: said.reasoning || null }),
        ...(details.length > 0 && { reasoning_details: details }),
        ...(extra && { extra_content: extra }),
        ...(calls.length > 0 && { tool_calls: calls }),
      },
    }),
  };
}
