/** Bodies that real clients sent, through the real gateway to each kind of backend: all are taken, and what we write ourselves is what the vendor's own types and rules allow. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { DialectId } from "../../src/ir/dialect-id.ts";
import { startSimulator, type SeenRequest, type Simulator } from "../../src/simulator/index.ts";
import { createSeals } from "../../src/simulator/seals.ts";
import { isList, isObject, type Json, type JsonObject, without } from "../../src/wire/json.ts";
import { answerFaults, requestFaults } from "../judge/answers.ts";
import { SPECS_MISSING, WHY_NOT } from "../judge/published.ts";
import { createJudge, JUDGE_MISSING } from "../judge/schema.ts";
import { shapeOf } from "./conversation-shape.ts";
import { type Running, start } from "./gateway.ts";

const FOLDER = process.env.CODESWITCH_CAPTURES ?? "../shared/captures";

interface Capture {
  readonly file: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: JsonObject;
}
interface Backend {
  readonly dialect: DialectId;
  readonly model: string;
}
/** The names say whose rules the simulator checks. */
const BACKENDS: Readonly<Record<string, Backend>> = {
  chat: { dialect: "openai-chat", model: "gpt-5.5:sim-echo" },
  responses: { dialect: "openai-responses", model: "gpt-5.5:sim-echo" },
  messages: { dialect: "anthropic-messages", model: "claude-opus-5:sim-echo" },
  kimi: { dialect: "openai-chat", model: "kimi-k2-thinking:sim-kimi-echo" },
};

/** A WebSocket frame has no path and two words of its own. Refused with 426, Codex posts the rest (facts: clients.md §3). */
const FRAME_KEYS = new Set(["type", "generate"]);
/** What belongs to one connection, not to the request. */
const HOP = /^(host|connection|content-length|content-encoding|accept-encoding|transfer-encoding)$/;

const seals = createSeals();

const CHAINED = "previous_response_id names an answer of the same WebSocket, which is refused with 426";
const { taken, skipped } = readCaptures();

describe("captured bodies on every backend", () => {
  let simulator: Simulator;
  let gateway: Running;

  beforeAll(async () => {
    simulator = startSimulator({ strict: true, record: true });
    gateway = await start({
      providers: [
        { name: "sim", kind: "simulator", baseUrl: simulator.url, headers: {}, firstByteMs: 10_000, idleMs: 10_000 },
      ],
      models: Object.entries(BACKENDS).map(([name, { dialect, model }]) => ({
        name,
        targets: [{ provider: "sim", model, dialect }],
      })),
    });
  });
  afterAll(async () => {
    await gateway.stop();
    simulator.stop();
  });

  /** What the client was answered, and what the backend was asked for it. */
  async function ask(name: string, { url, headers, body }: Capture) {
    simulator.control.forget();
    const reply = await fetch(gateway.url + url, {
      method: "POST",
      headers: { ...headers, "content-type": "application/json" },
      body: JSON.stringify({ ...body, model: name }),
    });
    const text = await reply.text();
    return { reply, text, seen: simulator.seen.find((request) => request.method === "POST") };
  }

  for (const name of Object.keys(BACKENDS))
    test.each(taken)(`$file over ${name}: taken, with every call, result and word of its user`, async (capture) => {
      const { reply, text, seen } = await ask(name, capture);
      expect({ status: reply.status, text: reply.ok ? "" : text }).toEqual({ status: 200, text: "" });
      expect(text).not.toMatch(/event: error|"response\.failed"|^data: \{"error"/m);
      // Elsewhere than at Anthropic tokens are counted here.
      if (!capture.url.includes("count_tokens")) expect(shapeOf(seen?.body ?? {})).toEqual(shapeOf(capture.body));
    });

  test.skipIf(JUDGE_MISSING !== undefined || taken.length === 0)(
    `what is written for them is what the vendors' types allow${JUDGE_MISSING ? ` (${JUDGE_MISSING})` : ""}`,
    async () => {
      const judge = createJudge();
      for (const [name, { dialect }] of Object.entries(BACKENDS))
        for (const capture of taken) {
          const { seen } = await ask(name, capture);
          if (seen?.body && isWritten(seen, capture.body))
            judge.add(dialect, seen.body, `${capture.file} over ${name}`);
        }
      expect(judge.count).toBeGreaterThan(taken.length);
      expect(await judge.verdict()).toEqual([]);
    },
  );

  test.skipIf(SPECS_MISSING !== undefined || taken.length === 0)(
    `what is written for OpenAI is as its published description has it, and so is what the client is answered${WHY_NOT}`,
    async () => {
      const found: string[] = [];
      let judged = 0;
      for (const [name, { dialect }] of Object.entries(BACKENDS))
        for (const capture of taken) {
          const { seen, text } = await ask(name, capture);
          if (!seen?.body || !isWritten(seen, capture.body)) continue;
          judged += 1;
          const faults = [
            ...(dialect === "anthropic-messages" || name === "kimi" ? [] : requestFaults(dialect, seen.body)),
            ...answerFaults(clientOf(capture.url), bodiesOf(text)),
          ];
          found.push(...faults.map((fault) => `${capture.file} over ${name}: ${fault}`));
        }
      expect(found).toEqual([]);
      expect(judged).toBeGreaterThan(taken.length);
    },
  );

  test("says how many ran", () => {
    const absent = existsSync(FOLDER) ? "" : ` (${FOLDER} is absent)`;
    console.log(`captures: ${taken.length} bodies × ${Object.keys(BACKENDS).length} backends${absent}`);
    for (const [file, why] of skipped) console.log(`captures: skipped ${file}: ${why}`);
  });
});

const clientOf = (url: string): DialectId | undefined =>
  url.includes("/responses") ? "openai-responses" : url.includes("/chat/completions") ? "openai-chat" : undefined;

/** Of a stream, or of a whole answer. */
const bodiesOf = (text: string): readonly JsonObject[] =>
  (text.startsWith("{") ? [text] : [...text.matchAll(/^data: (\{.*)$/gm)].map(([, data]) => data ?? "{}")).map(
    (body) => JSON.parse(body) as JsonObject,
  );

/** Bytes that passed are the client's own words and not ours to judge. */
const isWritten = (seen: SeenRequest, sent: JsonObject): boolean =>
  JSON.stringify({ ...seen.body, model: "" }) !== JSON.stringify({ ...sent, model: "" });

function readCaptures(): {
  readonly taken: readonly Capture[];
  readonly skipped: readonly (readonly [string, string])[];
} {
  const files = existsSync(FOLDER) ? readdirSync(FOLDER).filter((file) => file.endsWith(".json")) : [];
  const taken: Capture[] = [];
  const skipped: [string, string][] = [];
  for (const file of files.toSorted()) {
    const capture = JSON.parse(readFileSync(join(FOLDER, file), "utf8")) as JsonObject;
    const why = skipReason(capture);
    if (why === undefined) taken.push(asSent(file, capture));
    else skipped.push([file, why]);
  }
  return { taken, skipped };
}

function skipReason({ body }: JsonObject): string | undefined {
  if (!isObject(body)) return "it has no body";
  if (body.contents !== undefined) return "there is no Gemini surface yet";
  return body.previous_response_id === undefined ? undefined : CHAINED;
}

function asSent(file: string, capture: JsonObject): Capture {
  const headers = Object.entries(isObject(capture.headers) ? capture.headers : {});
  return {
    file,
    url: typeof capture.url === "string" ? capture.url : "/v1/responses",
    headers: Object.fromEntries(headers.flatMap(([name, value]) => (HOP.test(name) ? [] : [[name, String(value)]]))),
    body: resealed(isObject(capture.body) ? without(capture.body, FRAME_KEYS) : {}) as JsonObject,
  };
}

/** The stub's made-up signatures become ones that the simulator knows for its own: it is the vendor here. */
function resealed(value: Json | undefined): Json | undefined {
  if (isList(value)) return value.map((one) => resealed(one) as Json);
  if (!isObject(value)) return value;
  const sealed = {
    ...(value.type === "thinking" && { signature: seals.sign(String(value.thinking)) }),
    ...(value.type === "redacted_thinking" && { data: seals.seal("") }),
    ...(typeof value.encrypted_content === "string" && { encrypted_content: seals.seal(String(value.id ?? "")) }),
  };
  const rest = Object.entries(value).map(([key, inner]) => [key, resealed(inner)] as const);
  return { ...(Object.fromEntries(rest) as JsonObject), ...sealed };
}
