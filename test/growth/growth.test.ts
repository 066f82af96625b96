/** Twice the input is at most 2.6 times the work: of a body in every crossing, of an answer, of a path, a header and a count of tokens. */
import { afterAll, beforeAll, describe, test } from "bun:test";
import type { ReplyContext } from "../../src/dialects/dialect.ts";
import type { DialectId } from "../../src/ir/dialect-id.ts";
import { DIALECTS } from "../../src/dialects/index.ts";
import type { StreamEvent } from "../../src/ir/events.ts";
import { toolMap } from "../../src/ir/tools.ts";
import type { Entry } from "../../src/ir/request.ts";
import { withoutReasoning } from "../../src/providers/fit.ts";
import { countLocally } from "../../src/providers/tokens.ts";
import { EVERYTHING, nativeLane } from "../../src/relay/passthrough.ts";
import type { StreamLane } from "../../src/relay/stream-lane.ts";
import { translatedLane } from "../../src/relay/translation.ts";
import { replyContext, BARE_STYLE, translateRequest } from "../../src/relay/translate.ts";
import { watch } from "../../src/relay/watch.ts";
import { applyEdits } from "../../src/wire/edit.ts";
import { alike } from "../../src/wire/alike.ts";
import { textFault } from "../../src/wire/scan.ts";
import { DIALECT_OF, type Running, startThree } from "../e2e/gateway.ts";
import { type Upstream, upstream } from "../e2e/upstream.ts";
import { bodyFor, PATH, post, WHOLE, WIRES } from "../e2e/wires.ts";
import { CROSSINGS, targetOf } from "../losses/table.ts";
import { ANSWERS } from "./answers.ts";
import { BODIES } from "./bodies.ts";
import { expectLinear } from "./growth.ts";

/** Around the ring every dialect is read and written once; the gateway itself is asked in all nine directions. */
const nextTo = (dialect: DialectId): DialectId =>
  CROSSINGS[(CROSSINGS.indexOf(dialect) + 1) % CROSSINGS.length] as DialectId;

describe("a body", () => {
  for (const [what, bodyOf] of Object.entries(BODIES))
    for (const client of WIRES)
      test(`${client}: ${what}`, () =>
        expectLinear(1_000, bodyOf(client), (body) => {
          const { value } = DIALECTS[DIALECT_OF[client]].request.decode(body);
          translateRequest(value, targetOf(nextTo(DIALECT_OF[client])));
        }));
});

describe("an answer", () => {
  const ask: ReplyContext = {
    ...replyContext({
      target: targetOf("openai-chat"),
      style: BARE_STYLE,
      replyId: "1",
      nowSeconds: () => 1,
      modelName: "m",
    }),
    tools: toolMap([
      { kind: "custom", name: "patch" },
      ...Array.from({ length: 1_000 }, (_, at) => ({ kind: "function" as const, name: `read_${at}` })),
    ]),
  };
  const BYTES_PER_READ = 16 * 1024;
  const laneOf = (from: DialectId, to: DialectId, observe: (event: StreamEvent) => void): StreamLane =>
    from === to
      ? nativeLane(DIALECTS[from], ask, EVERYTHING, observe)
      : translatedLane(DIALECTS[from], DIALECTS[to], ask, observe);

  for (const { from, what, print } of ANSWERS)
    test(`${from}: ${what}`, () =>
      expectLinear(
        1_000,
        (size) => new TextEncoder().encode(print(size)),
        (bytes) => {
          for (const to of [from, nextTo(from)]) {
            const events: StreamEvent[] = [];
            const seen = watch(() => {}, "whole");
            const lane = laneOf(from, to, (event) => {
              seen.observe(event);
              events.push(event);
            });
            for (let at = 0; at < bytes.length; at += BYTES_PER_READ)
              lane.push(bytes.subarray(at, at + BYTES_PER_READ));
            lane.end("eof");
            seen.forVault();
            if (events.at(-1)?.type === "finish") DIALECTS[to].response.encode(events, ask);
          }
        },
      ));
});

describe("a text", () => {
  const objects = (size: number): string =>
    JSON.stringify(Array.from({ length: size }, (_, at) => ({ role: at, at: [] })));
  const keys = (size: number): string =>
    JSON.stringify(Object.fromEntries(Array.from({ length: size }, (_, at) => [`k${at}`, '\\"'])));
  const strings: readonly [string, (size: number) => string][] = [
    ["backslashes", (size) => JSON.stringify({ a: "\\".repeat(20 * size) })],
    ["quotes", (size) => JSON.stringify({ a: '"'.repeat(20 * size) })],
    ["digits", (size) => JSON.stringify({ a: "1".repeat(20 * size) })],
    ["keys", keys],
    ["objects", objects],
  ];
  for (const [what, print] of strings) {
    test(`searched for faults: ${what}`, () =>
      expectLinear(10_000, print, (text) => textFault(text, Number.MAX_SAFE_INTEGER)));
    test(`compared with another: ${what}`, () =>
      expectLinear(4_000, print, (text) => {
        const [first, second] = [text, text.replace(/[1\\]/, "2")].map((json) => ({
          event: `data: {"text":${json}}\n\n`,
          literal: json,
        }));
        if (first && second) alike(first, second, new Set())?.end(first.event, 0);
      }));
  }
  test("edited in many places", () =>
    expectLinear(4_000, objects, (text) =>
      applyEdits(
        text,
        Array.from({ length: text.split("role").length - 1 }, (_, at) => ({ path: [at, "role"], value: "x" })),
      ),
    ));
});

test("the blanks in the place of lost reasoning", () =>
  expectLinear(
    4_000,
    (size): readonly Entry[] =>
      Array.from({ length: size }, (_, at) =>
        at % 2 === 0
          ? { kind: "message", role: "assistant", content: "word" }
          : { kind: "call", callId: `c${at}`, tool: { name: "read", via: "function" }, input: { json: "{}" } },
      ),
    (entries) =>
      withoutReasoning(
        { ...DIALECTS["openai-chat"].request.decode({ model: "m", messages: [{ role: "user" }] }).value, entries },
        { ...targetOf("openai-chat").capabilities, thinking: "always" },
      ),
  ));

describe("a count of tokens", () => {
  for (const sign of ["a", " ", "=", "\u0301", "1", "ab "])
    test(`of ${JSON.stringify(sign)} in a row`, () =>
      expectLinear(
        8_000,
        (size) => sign.repeat(size / sign.length),
        (content) =>
          countLocally({
            ...DIALECTS["openai-chat"].request.decode({ model: "m", messages: [{ role: "user" }] }).value,
            entries: [{ kind: "message", role: "user", content }],
          }),
      ));
});

describe("the gateway", () => {
  let vendors: readonly Upstream[] = [];
  let gateway: Running;
  beforeAll(async () => {
    vendors = WIRES.map((wire) => upstream(() => Response.json(WHOLE[wire])));
    const [chat, responses, messages] = vendors.map(({ url }) => url) as [string, string, string];
    gateway = await startThree({ chat, responses, messages }, { keys: [{ name: "k", key: "the-key-of-a-caller" }] });
  });
  afterAll(async () => {
    await gateway?.stop();
    for (const vendor of vendors) await vendor.stop();
  });
  const KEY = { authorization: "Bearer the-key-of-a-caller" };
  const answered = async (response: Promise<Response>): Promise<void> => void (await (await response).text());

  for (const client of WIRES)
    for (const model of WIRES)
      test(`messages and calls: ${client} client, ${model} upstream`, () =>
        expectLinear(
          1_000,
          (size) => JSON.stringify({ ...BODIES["calls, answered in turn"]?.(client)(size), model }),
          (body) => answered(post(gateway.url, PATH[client], body, KEY)),
        ));

  test("characters of a path, before any key is asked for", () =>
    expectLinear(
      7_000,
      (size) => `${gateway.url}${"/".repeat(size)}x`,
      (url) => answered(fetch(url)),
    ));
  for (const [what, fill] of [
    ["white space", " "],
    ["letters", "a"],
    ["commas", ","],
  ] as const)
    test(`characters of a header: ${what}`, () =>
      expectLinear(
        6_000,
        (size) => ({ authorization: `Bearer a${fill.repeat(size)}b`, "user-agent": fill.repeat(size) + "b" }),
        (headers) => answered(post(gateway.url, PATH.chat, bodyFor("chat", "chat"), headers)),
      ));
});
