/** Streams of vendors that grow in one thing. */
import type { DialectId } from "../../src/ir/dialect-id.ts";

type Fields = Readonly<Record<string, unknown>>;
type Growing = (count: number) => string;

const each = (count: number, print: (at: number) => string): string =>
  Array.from({ length: count }, (_, at) => print(at)).join("");
const event = (type: string, fields: Fields = {}): string => `data: ${JSON.stringify({ type, ...fields })}\n\n`;

function chunk(delta: Fields, more: Fields = {}, finish: string | null = null): string {
  const choice = { index: 0, delta, finish_reason: finish };
  return `data: ${JSON.stringify({ id: "c", model: "m", choices: [choice], ...more })}\n\n`;
}
const call = (fields: Fields, name = "read", json = "{}"): string =>
  chunk({ tool_calls: [{ ...fields, type: "function", function: { name, arguments: json } }] });
const chat =
  (middle: Growing): Growing =>
  (count) =>
    `${chunk({ role: "assistant" })}${middle(count)}${chunk({}, {}, "stop")}data: [DONE]\n\n`;

const messages =
  (middle: Growing): Growing =>
  (count) =>
    event("message_start", { message: { id: "m", model: "m", content: [], usage: { input_tokens: 1 } } }) +
    middle(count) +
    event("message_delta", { delta: { stop_reason: "end_turn" }, usage: { output_tokens: 1 } }) +
    event("message_stop");
const block = (index: number, content_block: Fields, deltas: string): string =>
  event("content_block_start", { index, content_block }) + deltas + event("content_block_stop", { index });
const delta = (index: number, part: Fields): string => event("content_block_delta", { index, delta: part });

type Output = readonly Fields[];
/** Each whole item comes once more at the end, in the last event. */
const responses =
  (middle: Growing, output: (count: number) => Output = () => []): Growing =>
  (count) =>
    event("response.created", { response: { id: "r", model: "m" } }) +
    middle(count) +
    event("response.completed", { response: { id: "r", status: "completed", output: output(count) } });
const many = (count: number, make: (at: number) => Fields): Output =>
  Array.from({ length: count }, (_, at) => make(at));
const itemOf = (type: string, at: number, more: Fields): Fields => ({ id: `${type}_${at}`, type, ...more });
const item = (at: number, whole: Fields, deltas = ""): string =>
  event("response.output_item.added", {
    output_index: at,
    item: { ...whole, content: [], summary: [], arguments: "" },
  }) +
  deltas +
  event("response.output_item.done", { output_index: at, item: whole });
const said = (at: number): Fields =>
  itemOf("message", at, { role: "assistant", content: [{ type: "output_text", text: `t${at}` }] });
const called = (at: number): Fields =>
  itemOf("function_call", at, { call_id: `call_${at}`, name: "read", arguments: "{}" });

const annotation = (at: number): Fields => ({ type: "url_citation", url: `https://example.com/${at}`, title: "t" });

export interface GrowingAnswer {
  readonly from: DialectId;
  readonly what: string;
  readonly print: Growing;
}
const from = (dialect: DialectId, answers: Readonly<Record<string, Growing>>): GrowingAnswer[] =>
  Object.entries(answers).map(([what, print]) => ({ from: dialect, what, print }));

export const ANSWERS: readonly GrowingAnswer[] = [
  ...from("openai-chat", {
    deltas: chat((count) => each(count, (at) => chunk({ content: `t${at}` }))),
    "turns of thought and text": chat((count) =>
      each(count, (at) => chunk(at % 2 ? { content: "t" } : { reasoning_content: "t" })),
    ),
    calls: chat((count) => each(count, (at) => call({ index: at, id: `call_${at}` }))),
    "calls without an index": chat((count) => each(count, (at) => call({ id: `call_${at}` }))),
    "calls that share an index": chat((count) => each(count, (at) => call({ index: 0, id: `call_${at}` }))),
    "calls without an id, of tools that nobody declared": chat((count) =>
      each(count, (at) => call({ index: at }, `no_${at}`)),
    ),
    "white space in front of a freeform input": chat(
      (count) => call({ index: 0, id: "call_0" }, "patch", " ") + each(count, () => call({ index: 0 }, "", " ")),
    ),
    citations: chat((count) => chunk({ content: "t" }) + each(count, (at) => chunk({ annotations: [annotation(at)] }))),
    "pieces of a sealed thought": chat((count) =>
      each(count, () =>
        chunk({ reasoning: "t", reasoning_details: [{ type: "reasoning.text", text: "t", index: 0 }] }),
      ),
    ),
    "sealed entries": chat((count) =>
      each(count, (at) => chunk({ reasoning_details: [{ type: "reasoning.encrypted", data: "d", id: `rs_${at}` }] })),
    ),
    comments: chat((count) => each(count, () => ": keep-alive\n\n")),
    "lines of one event": chat((count) => `${each(count, () => "data: \n")}\n`),
    "characters of one line": chat((count) => chunk({ content: "t".repeat(100 * count) })),
  }),
  ...from("openai-responses", {
    deltas: responses((count) =>
      item(
        0,
        said(0),
        each(count, (at) => event("response.output_text.delta", { output_index: 0, delta: `t${at}` })),
      ),
    ),
    items: responses(
      (count) => each(count, (at) => item(at, said(at))),
      (count) => many(count, said),
    ),
    "parts of an item": responses((count) =>
      item(
        0,
        itemOf("message", 0, {}),
        each(count, (at) => event("response.output_text.delta", { output_index: 0, content_index: at, delta: "t" })),
      ),
    ),
    "sections of a thought": responses((count) => {
      const summary = many(count, () => ({ type: "summary_text", text: "t" }));
      const told = (at: number): Fields => ({ output_index: 0, summary_index: at });
      return item(
        0,
        itemOf("reasoning", 0, { summary }),
        each(count, (at) => event("response.reasoning_summary_text.delta", { ...told(at), delta: "t" })),
      );
    }),
    calls: responses(
      (count) => each(count, (at) => item(at, called(at))),
      (count) => many(count, called),
    ),
    "calls that are open together": responses(
      (count) =>
        each(count, (at) => event("response.output_item.added", { output_index: at, item: called(at) })) +
        each(count, (at) => event("response.output_item.done", { output_index: at, item: called(at) })),
    ),
    "items that only the last event holds": responses(
      () => "",
      (count) => many(count, called),
    ),
    "events that nobody knows": responses((count) =>
      each(count, (at) => `data: ${JSON.stringify({ [`x${at}`]: 1 })}\n\n`),
    ),
  }),
  ...from("anthropic-messages", {
    deltas: messages((count) =>
      block(
        0,
        { type: "text" },
        each(count, (at) => delta(0, { type: "text_delta", text: `t${at}` })),
      ),
    ),
    blocks: messages((count) =>
      each(count, (at) => block(at, { type: "text" }, delta(at, { type: "text_delta", text: "t" }))),
    ),
    calls: messages((count) =>
      each(count, (at) => block(at, { type: "tool_use", id: `call_${at}`, name: `no_${at}`, input: {} }, "")),
    ),
    "pieces of a signature": messages((count) =>
      block(
        0,
        { type: "thinking" },
        each(count, () => delta(0, { type: "signature_delta", signature: "s" })),
      ),
    ),
    citations: messages((count) =>
      block(
        0,
        { type: "text", text: "t" },
        each(count, (at) => delta(0, { type: "citations_delta", citation: { ...annotation(at), cited_text: "t" } })),
      ),
    ),
  }),
];
