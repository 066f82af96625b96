/** Anthropic's Messages, with signed thinking. */
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

const HEAD = { id: "msg_1", type: "message", role: "assistant", model: "served", stop_sequence: null };

/** Its count of the prompt leaves out what came from the cache. */
const usageOf = ({ usage: { prompt, cached, output } }: Story): Fields => ({
  input_tokens: prompt - cached,
  cache_read_input_tokens: cached,
  output_tokens: output,
});
const stopOf = ({ calls }: Story): string => (calls.length > 0 ? "tool_use" : "end_turn");

interface Streamed {
  readonly open: Fields;
  readonly deltas: readonly Fields[];
  readonly whole: Fields;
}

function blocksOf({ thinking, seal, text, calls }: Story): readonly Streamed[] {
  const thought: Streamed = {
    open: { type: "thinking", thinking: "", signature: "" },
    deltas: [
      ...thinking.map((piece) => ({ type: "thinking_delta", thinking: piece })),
      { type: "signature_delta", signature: seal },
    ],
    whole: { type: "thinking", thinking: thinking.join(""), signature: seal },
  };
  const words: Streamed = {
    open: { type: "text", text: "" },
    deltas: text.map((piece) => ({ type: "text_delta", text: piece })),
    whole: { type: "text", text: text.join("") },
  };
  return [
    ...(thinking.length > 0 ? [thought] : []),
    ...(text.length > 0 ? [words] : []),
    ...calls.map(({ id, name, input }) => ({
      open: { type: "tool_use", id, name, input: {} },
      deltas: [{ type: "input_json_delta", partial_json: input }],
      whole: { type: "tool_use", id, name, input: JSON.parse(input) as Fields },
    })),
  ];
}

export const messages = {
  path: "/v1/messages",
  keyHeader: (key) => ({ "x-api-key": key }),
  frames: (story) => [
    typed({
      type: "message_start",
      message: { ...HEAD, content: [], stop_reason: null, usage: { ...usageOf(story), output_tokens: 1 } },
    }),
    ...blocksOf(story).flatMap(({ open, deltas }, index) => [
      typed({ type: "content_block_start", index, content_block: open }),
      ...deltas.map((delta) => typed({ type: "content_block_delta", index, delta })),
      typed({ type: "content_block_stop", index }),
    ]),
    typed({
      type: "message_delta",
      delta: { stop_reason: stopOf(story), stop_sequence: null },
      usage: { output_tokens: story.usage.output },
    }),
    typed({ type: "message_stop" }),
  ],
  whole: (story) => ({
    ...HEAD,
    content: blocksOf(story).map(({ whole }) => whole),
    stop_reason: stopOf(story),
    usage: usageOf(story),
  }),
  refusal: (status) => ({ type: "error", error: { type: "api_error", message: `soak ${status}` } }),
  failure: typed({ type: "error", error: { type: "api_error", message: "soak failure" } }),
  ask: ({ model, stream, words, note, before }) => ({
    model,
    stream,
    max_tokens: 8000,
    thinking: { type: "enabled", budget_tokens: 2000 },
    messages: [
      { role: "user", content: words },
      ...before.flatMap((turn) => [
        {
          role: "assistant",
          content: turn.heard.said.filter(({ type }) => turn.thinking === "kept" || type !== "thinking"),
        },
        { role: "user", content: repliesTo(turn) },
      ]),
    ],
    tools: toolsOf(note, (name, description, input_schema) => ({ name, description, input_schema })),
  }),
  readWhole: (body) => heardOf(listOf(body["content"]), body["stop_reason"], fieldsOf(body["usage"]), body["error"]),
  readStream: (events) => {
    const blocks: Record<string, unknown>[] = [];
    const inputs: string[] = [];
    for (const event of events) {
      const at = countOf(event["index"]);
      if (event["type"] === "content_block_start") blocks[at] = { ...fieldsOf(event["content_block"]) };
      const block = blocks[at] ?? {};
      const delta = fieldsOf(event["delta"]);
      for (const name of ["text", "thinking", "signature"])
        if (typeof delta[name] === "string") block[name] = textOf(block[name]) + delta[name];
      inputs[at] = (inputs[at] ?? "") + textOf(delta["partial_json"]);
    }
    blocks.forEach((block, at) => {
      if (block["type"] === "tool_use" && inputs[at]) block["input"] = parsed(inputs[at]);
    });
    const one = (type: string): Fields => events.find((event) => event["type"] === type) ?? {};
    const isDone = events.some(({ type }) => type === "message_stop");
    const stop = isDone && fieldsOf(one("message_delta")["delta"])["stop_reason"];
    const begun = fieldsOf(fieldsOf(one("message_start")["message"])["usage"]);
    return heardOf(blocks, stop, { ...begun, ...fieldsOf(one("message_delta")["usage"]) }, one("error")["error"]);
  },
} satisfies Wire;

const repliesTo = ({ heard, reply }: Before): unknown =>
  heard.calls.length === 0
    ? reply
    : heard.calls.map(({ id }) => ({ type: "tool_result", tool_use_id: id, content: reply }));

/** A stream that broke leaves half an input. */
function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return json;
  }
}

function heardOf(said: readonly Fields[], stop: unknown, usage: Fields, error: unknown): Heard {
  const joined = (name: string): string => said.map((block) => textOf(block[name])).join("");
  const calls = said
    .filter(({ type }) => type === "tool_use")
    .map((block): Called => ({
      id: textOf(block["id"]),
      name: textOf(block["name"]),
      input: JSON.stringify(block["input"]),
    }));
  return {
    text: joined("text"),
    thinking: joined("thinking"),
    calls,
    usage: {
      prompt: countOf(usage["input_tokens"]) + countOf(usage["cache_read_input_tokens"]),
      cached: countOf(usage["cache_read_input_tokens"]),
      output: countOf(usage["output_tokens"]),
    },
    ended: stop === (calls.length > 0 ? "tool_use" : "end_turn"),
    error: error ? JSON.stringify(error) : undefined,
    said,
  };
}
