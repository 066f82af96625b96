/** A stream that is left, or that breaks, is recorded with what it had delivered by then: within a tenth of the text's count, whoever spoke which dialect. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Tiktoken } from "js-tiktoken/lite";
import o200k from "js-tiktoken/ranks/o200k_base";
import type { CallRecord } from "../../src/ledger/ledger.ts";
import { provider, recordAfter, type Running, start, target } from "./gateway.ts";
import { type Answering, heldStream, PATIENCE_MS, type Upstream, upstream, within } from "./upstream.ts";
import { bodyFor, CROSSINGS, PATH, post, type Wire, WIRES } from "./wires.ts";

const tokenizer = new Tiktoken(o200k);
const count = (text: string): number => tokenizer.encode(text, [], []).length;

/** Prose as it stands, and code; both long enough that only a sample of them is weighed. */
const read = (file: string): string => readFileSync(join(import.meta.dir, "../..", file), "utf8");
const TEXTS = {
  prose: read("docs/SECURITY.md").slice(0, 24_000),
  code: read("src/relay/deliver.ts").slice(0, 6_000),
  chinese:
    "网关记录每一次调用:谁发起的,用了哪个模型,花了多少钱。如果连接中断,系统会根据已经发送的文字估算令牌数量。\n".repeat(
      40,
    ),
} as const;

/** One delta each, as vendors cut their text. */
const piecesOf = (text: string): readonly string[] =>
  tokenizer.encode(text, [], []).map((token) => tokenizer.decode([token]));

const sse = (data: object, event?: string): string =>
  `${event === undefined ? "" : `event: ${event}\n`}data: ${JSON.stringify(data)}\n\n`;
const messages = (data: { readonly type: string }): string => sse(data, data.type);

/** How a stream begins, and how a piece of its text is said. */
const SAID: Readonly<Record<Wire, { readonly begin: string; delta(text: string): string }>> = {
  chat: {
    begin: sse({
      id: "chatcmpl-1",
      model: "served",
      choices: [{ index: 0, delta: { role: "assistant", content: "" } }],
    }),
    delta: (content) => sse({ id: "chatcmpl-1", model: "served", choices: [{ index: 0, delta: { content } }] }),
  },
  responses: {
    begin: [
      { type: "response.created", response: { id: "resp_1", status: "in_progress", output: [] } },
      {
        type: "response.output_item.added",
        output_index: 0,
        item: { id: "msg_1", type: "message", role: "assistant", content: [] },
      },
      {
        type: "response.content_part.added",
        item_id: "msg_1",
        output_index: 0,
        content_index: 0,
        part: { type: "output_text", text: "", annotations: [] },
      },
    ]
      .map(messages)
      .join(""),
    delta: (delta) =>
      messages({
        ...{ type: "response.output_text.delta", item_id: "msg_1" },
        ...{ output_index: 0, content_index: 0, delta },
      }),
  },
  messages: {
    begin: [
      {
        type: "message_start",
        message: {
          id: "msg_1",
          type: "message",
          role: "assistant",
          model: "served",
          content: [],
          usage: { input_tokens: 321, output_tokens: 1 },
        },
      },
      { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
    ]
      .map(messages)
      .join(""),
    delta: (text) =>
      messages({ ...{ type: "content_block_delta", index: 0 }, delta: { type: "text_delta", text } } as never),
  },
};

let vendor: Upstream;
let gateway: Running;
let answer: Answering;
beforeAll(async () => {
  vendor = upstream((asked, count) => answer(asked, count));
  gateway = await start({
    providers: WIRES.map((wire) => provider(wire, wire, vendor.url)),
    models: WIRES.map((wire) => ({ name: wire, targets: [target(wire, wire)] })),
  });
});
afterAll(async () => {
  await gateway.stop();
  await vendor.stop();
});

/** Sends the text in pieces, some to a read, and ends the stream as it is told once the client has read it all. */
async function recordOf(client: Wire, wire: Wire, text: string, end: "left" | "cut"): Promise<CallRecord> {
  const known = gateway.records.length;
  const pieces = piecesOf(text);
  let held: ReturnType<typeof heldStream> | undefined;
  answer = (asked) => {
    held = heldStream(asked.signal);
    held.push(SAID[wire].begin);
    for (let at = 0; at < pieces.length; at += 5)
      held.push(
        pieces
          .slice(at, at + 5)
          .map(SAID[wire].delta)
          .join(""),
      );
    held.push(SAID[wire].delta("THE LAST"));
    return held.response;
  };
  const leaving = new AbortController();
  const response = await post(gateway.url, PATH[client], bodyFor(client, wire, { stream: true }), {}, leaving.signal);
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  let seen = "";
  while (!seen.includes("THE LAST")) {
    const { value, done } = await within(PATIENCE_MS, "the text", reader.read());
    if (done) break;
    seen = seen.slice(-100) + new TextDecoder().decode(value);
  }
  if (end === "left") leaving.abort();
  else held?.cut();
  await within(
    PATIENCE_MS,
    "the end",
    reader.read().catch(() => {}),
  );
  return recordAfter(gateway, known);
}

for (const { client, upstream: wire } of CROSSINGS)
  describe(`${client} client, ${wire} upstream`, () => {
    test.each([
      ["prose", "left"],
      ["code", "cut"],
      ["chinese", "left"],
    ] as const)("%s, %s", async (kind, end) => {
      const text = TEXTS[kind];
      const record = await recordOf(client, wire, text, end);
      expect(record).toMatchObject({
        outcome: end === "left" ? "abandoned" : "failed",
        usage: { source: "estimated" },
      });
      const [line] = record.usage.lines;
      expect((line?.output ?? 0) / count(text)).toBeWithin(0.9, 1.1);
      if (wire === "messages") expect(line?.input).toBe(321);
      else expect(line?.input).toBeGreaterThan(10);
    });
  });
