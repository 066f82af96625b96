/** A call without arguments: clients parse them, so nothing at all becomes an empty object, whoever called and whoever reads. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Running, startOver } from "./gateway.ts";
import { type Upstream, upstream } from "./upstream.ts";
import { bodyFor, CROSSINGS, PATH, post, WHOLE, type Wire } from "./wires.ts";

type Fields = Readonly<Record<string, unknown>>;
const NAMED = { id: "call_1", type: "function" };
const sse = (events: readonly Fields[], last = ""): string =>
  events
    .map(
      (event) =>
        `${typeof event["type"] === "string" ? `event: ${event["type"]}\n` : ""}data: ${JSON.stringify(event)}\n\n`,
    )
    .join("") + last;

/** One call of `read` with these arguments; undefined: none are said. */
const WHOLES: Readonly<Record<Wire, (said: string | undefined) => Fields>> = {
  chat: (said) => {
    const message = {
      role: "assistant",
      content: null,
      tool_calls: [{ ...NAMED, function: { name: "read", arguments: said } }],
    };
    return { ...WHOLE.chat, choices: [{ index: 0, message, finish_reason: "tool_calls" }] };
  },
  responses: (said) => ({ ...WHOLE.responses, output: [itemOf(said)] }),
  messages: () => ({
    ...WHOLE.messages,
    stop_reason: "tool_use",
    content: [{ type: "tool_use", id: "call_1", name: "read", input: {} }],
  }),
};
const itemOf = (said: string | undefined): Fields => ({
  type: "function_call",
  id: "fc_1",
  call_id: "call_1",
  name: "read",
  arguments: said,
});
const STREAMS: Readonly<Record<Wire, (said: string | undefined) => string>> = {
  chat: (said) => {
    const chunk = (delta: Fields, finish_reason: string | null): Fields => ({
      id: "c",
      object: "chat.completion.chunk",
      created: 1,
      model: "served",
      choices: [{ index: 0, delta, finish_reason }],
    });
    const call = { index: 0, ...NAMED, function: { name: "read", arguments: said } };
    return sse([chunk({ role: "assistant", tool_calls: [call] }, null), chunk({}, "tool_calls")], "data: [DONE]\n\n");
  },
  responses: (said) => {
    const added = {
      type: "response.output_item.added",
      output_index: 0,
      item: { ...itemOf(""), status: "in_progress" },
    };
    const done = { type: "response.output_item.done", output_index: 0, item: { ...itemOf(said), status: "completed" } };
    return sse([
      { type: "response.created", response: { ...WHOLE.responses, status: "in_progress", output: [] } },
      added,
      done,
      { type: "response.completed", response: WHOLES.responses(said) },
    ]);
  },
  messages: (said) => {
    const start = {
      type: "content_block_start",
      index: 0,
      content_block: { type: "tool_use", id: "call_1", name: "read", input: {} },
    };
    const delta = {
      type: "content_block_delta",
      index: 0,
      delta: { type: "input_json_delta", partial_json: said ?? "" },
    };
    const end = {
      type: "message_delta",
      delta: { stop_reason: "tool_use", stop_sequence: null },
      usage: { output_tokens: 2 },
    };
    return sse([
      { type: "message_start", message: { ...WHOLE.messages, content: [], stop_reason: null } },
      start,
      delta,
      { type: "content_block_stop", index: 0 },
      end,
      { type: "message_stop" },
    ]);
  },
};
/** What a client has of them: whole, then folded from its events. */
const READ: Readonly<Record<Wire, (text: string, stream: boolean) => readonly string[]>> = {
  chat: (text, stream) =>
    stream
      ? [
          eventsOf(text)
            .flatMap((event) => callsOf(event, "delta"))
            .map(argumentsOf)
            .join(""),
        ]
      : callsOf(JSON.parse(text) as Fields, "message").map(argumentsOf),
  responses: (text, stream) => {
    const events = eventsOf(text);
    const folded = events
      .filter(({ type }) => type === "response.function_call_arguments.delta")
      .map(({ delta }) => delta)
      .join("");
    const done = events.find(({ type }) => type === "response.function_call_arguments.done")?.["arguments"];
    const item = events.find(({ type }) => type === "response.output_item.done")?.["item"] as Fields | undefined;
    const last = stream ? (events.at(-1)?.["response"] as Fields) : (JSON.parse(text) as Fields);
    const whole = (last["output"] as readonly Fields[])[0]?.["arguments"];
    return (stream ? [folded, done, item?.["arguments"], whole] : [whole]).map(String);
  },
  messages: (text, stream) => {
    if (!stream)
      return ((JSON.parse(text) as Fields)["content"] as readonly Fields[]).map(({ input }) => JSON.stringify(input));
    const pieces = eventsOf(text).map(({ delta }) => (delta as Fields | undefined)?.["partial_json"] ?? "");
    // The SDKs begin with the input of the block's start, an empty object.
    return [pieces.join("").trim() === "" ? "{}" : pieces.join("")];
  },
};
const eventsOf = (text: string): readonly Fields[] =>
  [...text.matchAll(/^data: (\{.*)$/gm)].map(([, json]) => JSON.parse(json ?? "") as Fields);
const callsOf = (body: Fields, key: string): readonly Fields[] =>
  ((body["choices"] as readonly Fields[])[0]?.[key] as { tool_calls?: readonly Fields[] } | undefined)?.tool_calls ??
  [];
const argumentsOf = (call: Fields): string => String((call["function"] as Fields)["arguments"]);

let said: string | undefined;
let gateway: Running;
let stop: (() => Promise<void>) | undefined;
beforeAll(async () => {
  const serve = (wire: Wire): Upstream =>
    upstream(({ body }) =>
      body["stream"] === true
        ? new Response(STREAMS[wire](said), { headers: { "content-type": "text/event-stream" } })
        : Response.json(WHOLES[wire](said)),
    );
  ({ gateway, stop } = await startOver(serve));
});
afterAll(() => stop?.());

for (const { client, upstream: behind } of CROSSINGS.filter(({ client, upstream: behind }) => client !== behind))
  describe(`${client} over ${behind}`, () => {
    for (const stream of [false, true])
      test(`reads an empty object, ${stream ? "streamed" : "whole"}`, async () => {
        for (said of ["", undefined, " \n"]) {
          const response = await post(gateway.url, PATH[client], bodyFor(client, behind, { stream }));
          const read = READ[client](await response.text(), stream);
          expect(read.length).toBeGreaterThan(0);
          for (const one of read) expect(JSON.parse(one)).toEqual({});
        }
      });
  });
