/** OpenAI's Responses, with encrypted reasoning. */
import type { Called, Story } from "./story.ts";
import {
  type Before,
  countOf,
  fieldsOf,
  type Fields,
  type Heard,
  listOf,
  textOf,
  toolsOf,
  typed,
  type Wire,
} from "./wire.ts";

const responseOf = (status: string, output: readonly Fields[], more: Fields = {}): Fields => ({
  id: "resp_1",
  object: "response",
  created_at: 1,
  status,
  model: "served",
  output,
  ...more,
});
const usageOf = ({ usage: { prompt, cached, output } }: Story): Fields => ({
  input_tokens: prompt,
  input_tokens_details: { cached_tokens: cached },
  output_tokens: output,
  total_tokens: prompt + output,
});

/** An item with the events that stream its inside. */
interface Streamed {
  readonly open: Fields;
  readonly inside: readonly Fields[];
  readonly whole: Fields;
}

function itemsOf({ thinking, seal, text, calls }: Story): readonly Streamed[] {
  const reasoning = { id: "rs_1", type: "reasoning" };
  const message = { id: "msg_1", type: "message", role: "assistant" };
  const part = { type: "output_text", text: text.join(""), annotations: [] };
  const [summaryAt, textAt] = [{ summary_index: 0 }, { content_index: 0 }];
  const thought: Streamed = {
    open: { ...reasoning, summary: [] },
    inside: [
      { type: "response.reasoning_summary_part.added", ...summaryAt, part: { type: "summary_text", text: "" } },
      ...thinking.map((delta) => ({ type: "response.reasoning_summary_text.delta", ...summaryAt, delta })),
      { type: "response.reasoning_summary_text.done", ...summaryAt, text: thinking.join("") },
    ],
    whole: { ...reasoning, summary: [{ type: "summary_text", text: thinking.join("") }], encrypted_content: seal },
  };
  const words: Streamed = {
    open: { ...message, status: "in_progress", content: [] },
    inside: [
      { type: "response.content_part.added", ...textAt, part: { ...part, text: "" } },
      ...text.map((delta) => ({ type: "response.output_text.delta", ...textAt, delta })),
      { type: "response.output_text.done", ...textAt, text: text.join("") },
      { type: "response.content_part.done", ...textAt, part },
    ],
    whole: { ...message, status: "completed", content: [part] },
  };
  return [
    ...(thinking.length > 0 ? [thought] : []),
    ...(text.length > 0 ? [words] : []),
    ...calls.map(({ id, name, input }, at) => {
      const item = { id: `fc_${at}`, type: "function_call", call_id: id, name };
      return {
        open: { ...item, arguments: "", status: "in_progress" },
        inside: [
          { type: "response.function_call_arguments.delta", delta: input },
          { type: "response.function_call_arguments.done", arguments: input },
        ],
        whole: { ...item, arguments: input, status: "completed" },
      };
    }),
  ];
}

export const responses = {
  path: "/v1/responses",
  keyHeader: (key) => ({ authorization: `Bearer ${key}` }),
  frames: (story) => {
    let count = 0;
    const event = (fields: Fields): string => typed({ ...fields, sequence_number: count++ });
    const items = itemsOf(story);
    const output = items.map(({ whole }) => whole);
    return [
      event({ type: "response.created", response: responseOf("in_progress", []) }),
      ...items.flatMap(({ open, inside, whole }, output_index) => [
        event({ type: "response.output_item.added", output_index, item: open }),
        ...inside.map((fields) => event({ ...fields, item_id: whole["id"], output_index })),
        event({ type: "response.output_item.done", output_index, item: whole }),
      ]),
      event({ type: "response.completed", response: responseOf("completed", output, { usage: usageOf(story) }) }),
    ];
  },
  whole: (story) =>
    responseOf(
      "completed",
      itemsOf(story).map(({ whole }) => whole),
      { usage: usageOf(story) },
    ),
  refusal: (status) => ({ error: { message: `soak ${status}`, type: "server_error" } }),
  failure: typed({
    type: "response.failed",
    sequence_number: 0,
    response: responseOf("failed", [], { error: { code: "server_error", message: "soak failure" } }),
  }),
  ask: ({ model, stream, words, note, before }) => ({
    model,
    stream,
    // Half of what is asked may lie on the disk.
    ...(words.length % 2 === 0 && { store: false }),
    include: ["reasoning.encrypted_content"],
    reasoning: { effort: "high", summary: "auto" },
    input: [
      { role: "user", content: words },
      ...before.flatMap((turn) => [
        ...turn.heard.said.filter(({ type }) => turn.thinking === "kept" || type !== "reasoning"),
        ...repliesTo(turn),
      ]),
    ],
    tools: toolsOf(note, (name, description, parameters) => ({
      type: "function",
      name,
      description,
      parameters,
      strict: false,
    })),
  }),
  readWhole: (body) => heardOf(body, listOf(body["output"])),
  readStream: (events) => {
    const last = events.find(({ type }) => type === "response.completed" || type === "response.failed") ?? {};
    const failed = events.find(({ type }) => type === "error");
    const items = events.filter(({ type }) => type === "response.output_item.done").map(({ item }) => fieldsOf(item));
    const heard = heardOf({ error: failed, ...fieldsOf(last["response"]) }, items);
    // What a person has seen when the stream breaks in the middle of an item.
    const deltas = (type: string): string =>
      events.map((event) => (event["type"] === type ? textOf(event["delta"]) : "")).join("");
    return {
      ...heard,
      text: deltas("response.output_text.delta"),
      thinking: deltas("response.reasoning_summary_text.delta") + deltas("response.reasoning_text.delta"),
    };
  },
} satisfies Wire;

const repliesTo = ({ heard, reply }: Before): readonly Fields[] =>
  heard.calls.length === 0
    ? [{ role: "user", content: reply }]
    : heard.calls.map(({ id }) => ({ type: "function_call_output", call_id: id, output: reply }));

function heardOf(response: Fields, said: readonly Fields[]): Heard {
  const inside = (type: string): string =>
    said
      .filter((item) => item["type"] === type)
      .flatMap((item) => [...listOf(item["summary"]), ...listOf(item["content"])].map(({ text }) => textOf(text)))
      .join("");
  const usage = fieldsOf(response["usage"]);
  return {
    text: inside("message"),
    // A summary from OpenAI; open-weight models show the thinking itself, as content.
    thinking: inside("reasoning"),
    calls: said
      .filter(({ type }) => type === "function_call")
      .map((item): Called => ({
        id: textOf(item["call_id"]),
        name: textOf(item["name"]),
        input: textOf(item["arguments"]),
      })),
    usage: response["usage"]
      ? {
          prompt: countOf(usage["input_tokens"]),
          cached: countOf(fieldsOf(usage["input_tokens_details"])["cached_tokens"]),
          output: countOf(usage["output_tokens"]),
        }
      : undefined,
    ended: response["status"] === "completed",
    error: response["error"] ? JSON.stringify(response["error"]) : undefined,
    said,
  };
}
