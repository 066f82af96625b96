/** Bodies as clients, networks and attackers send them: each gets an answer in the caller's dialect, and none gets a 500. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { type Running, startThree } from "./gateway.ts";
import { headOf, type RawReply, talk } from "./raw.ts";
import { type Upstream, upstream } from "./upstream.ts";
import { bodyFor, CROSSINGS, PATH, post, WHOLE, type Wire, WIRES } from "./wires.ts";

const BODY_BYTES_MAX = 2 * 1024 * 1024;
let servers: Readonly<Record<Wire, Upstream>>;
let gateway: Running;
beforeAll(async () => {
  const serve = (wire: Wire): Upstream => upstream(() => Response.json(WHOLE[wire]));
  servers = { chat: serve("chat"), responses: serve("responses"), messages: serve("messages") };
  gateway = await startThree(
    { chat: servers.chat.url, responses: servers.responses.url, messages: servers.messages.url },
    { server: { bodyBytesMax: BODY_BYTES_MAX } },
  );
});
afterAll(async () => {
  await gateway?.stop();
  for (const wire of WIRES) await servers?.[wire].stop();
});

/** Begun before the tests, as it takes five seconds of waiting. */
let dripped: Promise<RawReply>;
beforeAll(() => void (dripped = drip(JSON.stringify(bodyFor("chat", "chat", { user: "dripped" })))));

/** One byte a second of a good call. */
async function drip(body: string): Promise<RawReply> {
  const request = { method: "POST", path: PATH.chat, headers: { "content-type": "application/json" }, body };
  let timer: Timer | undefined;
  const reply = await talk(gateway.url, (write) => {
    write(headOf(request, { "content-length": String(body.length) }));
    let at = 0;
    timer = setInterval(() => write(body[at++] ?? ""), 1_000);
  });
  clearInterval(timer);
  return reply;
}

/** An error as each dialect prints it. */
const SHAPE: Readonly<Record<Wire, (body: never) => unknown>> = {
  chat: (body: { error?: { message?: unknown; type?: unknown } }) => body.error?.message && body.error.type,
  responses: (body: { error?: { message?: unknown; type?: unknown } }) => body.error?.message && body.error.type,
  messages: (body: { type?: unknown; error?: { message?: unknown; type?: unknown } }) =>
    body.type === "error" && body.error?.message && body.error.type,
};

/** Status, and the error's message; fails when it is not the dialect's own error. */
async function refused(
  wire: Wire,
  body: string | Uint8Array,
  headers: Record<string, string> = {},
): Promise<{ readonly status: number; readonly message: string }> {
  const response = await post(gateway.url, PATH[wire], body, headers);
  const parsed = (await response.json()) as { error: { message: string; type: string } };
  expect(SHAPE[wire](parsed as never), `the error of ${wire}: ${JSON.stringify(parsed).slice(0, 200)}`).toBeTruthy();
  if (response.status < 500) expect(parsed.error.type).not.toBe("server_error");
  return { status: response.status, message: parsed.error.message };
}

describe("content-encoding", () => {
  const ENCODERS: Readonly<Record<string, (text: string) => Uint8Array>> = {
    gzip: gzipSync,
    deflate: deflateSync,
    br: brotliCompressSync,
    zstd: zstdCompressSync,
    "x-gzip": gzipSync,
  };
  for (const [name, encode] of [...Object.entries(ENCODERS), ["deflate", deflateRawSync] as const])
    test(`${name} is read (${encode.name})`, async () => {
      const body = JSON.stringify(bodyFor("responses", "responses"));
      const response = await post(gateway.url, PATH.responses, encode(body), { "content-encoding": name });
      expect(response.status).toBe(200);
      expect(servers.responses.asked.at(-1)?.text).toBe(body.replace('"model":"responses"', '"model":"served"'));
      expect(servers.responses.asked.at(-1)?.headers.get("content-encoding")).toBeNull();
    });

  test("an unknown encoding is named, broken data is a 400", async () => {
    const unknown = await refused("chat", "{}", { "content-encoding": "snappy" });
    expect([unknown.status, unknown.message]).toEqual([415, expect.stringContaining("snappy")]);
    expect((await refused("chat", "not gzip", { "content-encoding": "gzip" })).status).toBe(400);
    expect((await refused("chat", gzipSync("{}").subarray(0, 8), { "content-encoding": "gzip" })).status).toBe(400);
  });
});

describe("size and time", () => {
  for (const wire of WIRES)
    test(`a body over the limit is a 413 at ${wire}, its length told or not`, async () => {
      const long = JSON.stringify(bodyFor(wire, wire, { metadata: { x: "x".repeat(BODY_BYTES_MAX) } }));
      expect((await refused(wire, long)).status).toBe(413);
      const chunks = new ReadableStream<Uint8Array>({
        start: (to) => (to.enqueue(new TextEncoder().encode(long)), to.close()),
      });
      const response = await fetch(gateway.url + PATH[wire], {
        method: "POST",
        body: chunks,
        headers: { "content-type": "application/json" },
      });
      expect(response.status).toBe(413);
    });

  test("a body of a byte a second is cut, and told why", async () => {
    const reply = await dripped;
    expect([reply.status, reply.body]).toEqual([408, expect.stringContaining("slower than 256 bytes a second")]);
    // Which is what ends the read.
    expect(reply.headers.connection).toBe("close");
    expect(servers.chat.asked.filter(({ text }) => text.includes("dripped"))).toEqual([]);
  }, 30_000);

  test("a client that hangs up in the middle of its body harms nobody", async () => {
    const { port } = new URL(gateway.url);
    const socket = await Bun.connect({ hostname: "127.0.0.1", port: Number(port), socket: { data: () => {} } });
    socket.write(
      `POST ${PATH.chat} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{"model"`,
    );
    socket.end();
    expect((await post(gateway.url, PATH.chat, bodyFor("chat", "chat"))).status).toBe(200);
  });
});

describe("not what was promised", () => {
  const deep = (count: number): string => "[".repeat(count) + "]".repeat(count);
  const BAD: Readonly<Record<string, string | Uint8Array>> = {
    nothing: "",
    "not JSON": "hello",
    "half a JSON": '{"model":"chat","messages":[',
    "a list": "[]",
    "a string": '"model"',
    null: "null",
    "invalid UTF-8": new Uint8Array([
      ...new TextEncoder().encode('{"model":"chat","x":"'),
      0xff,
      0xfe,
      ...new TextEncoder().encode('"}'),
    ]),
    "deep nesting": `{"model":"chat","messages":${deep(100_000)}}`,
    "nesting just too deep": `{"model":"chat","x":${deep(5_000)}}`,
    "a repeated key": '{"model":"chat","model":"chat"}',
    "no model": '{"messages":[]}',
  };
  for (const wire of WIRES)
    for (const [name, body] of Object.entries(BAD))
      test(`${name} is a 400 at ${wire}`, async () => {
        expect((await refused(wire, body)).status).toBe(400);
      });

  const ODD_VALUES: readonly unknown[] = [
    null,
    7,
    -1.5,
    true,
    "text",
    [],
    [null],
    {},
    { type: 7 },
    [[[]]],
    [{ type: "nonsense" }],
    "\u0000",
  ];
  const FIELDS: Readonly<Record<Wire, readonly string[]>> = {
    chat: [
      "model",
      "messages",
      "tools",
      "tool_choice",
      "stream",
      "stream_options",
      "max_tokens",
      "max_completion_tokens",
      "temperature",
      "top_p",
      "stop",
      "n",
      "seed",
      "user",
      "metadata",
      "response_format",
      "reasoning_effort",
      "reasoning",
      "verbosity",
      "parallel_tool_calls",
      "service_tier",
      "store",
      "prompt_cache_key",
      "thinking",
      "input",
      "instructions",
    ],
    responses: [
      "model",
      "input",
      "instructions",
      "tools",
      "tool_choice",
      "stream",
      "stream_options",
      "max_output_tokens",
      "temperature",
      "top_p",
      "text",
      "reasoning",
      "include",
      "store",
      "previous_response_id",
      "conversation",
      "parallel_tool_calls",
      "service_tier",
      "truncation",
      "user",
      "metadata",
      "prompt_cache_key",
      "prompt",
      "background",
    ],
    messages: [
      "model",
      "messages",
      "system",
      "tools",
      "tool_choice",
      "stream",
      "max_tokens",
      "temperature",
      "top_p",
      "top_k",
      "stop_sequences",
      "thinking",
      "metadata",
      "output_config",
      "output_format",
      "context_management",
      "container",
      "service_tier",
      "cache_control",
      "mcp_servers",
    ],
  };
  for (const { client, upstream: model } of CROSSINGS)
    test(`a wrong type in any field is never our 5xx: ${client} client, ${model} upstream`, async () => {
      const wrong: string[] = [];
      for (const field of FIELDS[client])
        for (const value of ODD_VALUES) {
          const body = { ...bodyFor(client, model), [field]: value };
          const response = await post(gateway.url, PATH[client], body);
          const text = await response.text();
          if (response.status >= 500 || (response.status !== 200 && !text.includes('"error"')))
            wrong.push(`${field}=${JSON.stringify(value)}: ${response.status} ${text.slice(0, 120)}`);
        }
      expect(wrong).toEqual([]);
    });

  for (const { client, upstream: model } of CROSSINGS)
    test(`a wrong type inside a message is never our 5xx: ${client} client, ${model} upstream`, async () => {
      const wrong: string[] = [];
      const roles = ["user", "assistant", "system", "tool", "developer", 7, null];
      const list = client === "responses" ? "input" : "messages";
      for (const role of roles)
        for (const value of ODD_VALUES)
          for (const key of [
            "content",
            "tool_calls",
            "tool_call_id",
            "type",
            "call_id",
            "name",
            "arguments",
            "output",
            "summary",
          ]) {
            const response = await post(gateway.url, PATH[client], {
              ...bodyFor(client, model),
              [list]: [
                { role: "user", content: "Hi" },
                { role, content: "x", [key]: value },
              ],
            });
            const text = await response.text();
            if (response.status >= 500)
              wrong.push(`${String(role)} ${key}=${JSON.stringify(value)}: ${response.status} ${text.slice(0, 120)}`);
          }
      expect(wrong).toEqual([]);
    });

  for (const { client, upstream: model } of CROSSINGS)
    test(`10,000 tools are refused, quickly: ${client} client, ${model} upstream`, async () => {
      const schema = { type: "object" };
      const tool = (name: string): unknown =>
        client === "chat"
          ? { type: "function", function: { name, parameters: schema } }
          : client === "responses"
            ? { type: "function", name, parameters: schema }
            : { name, input_schema: schema };
      const tools = Array.from({ length: 10_000 }, (_, at) => tool(`tool_${at}`));
      const from = process.cpuUsage();
      const response = await post(gateway.url, PATH[client], bodyFor(client, model, { tools }));
      const text = await response.text();
      expect([response.status, text]).toEqual([400, expect.stringContaining("tools: 10000 are too many")]);
      // Of the processor, not of the clock on the wall: both ends of the call stand in this process.
      expect(process.cpuUsage(from).user / 1000).toBeLessThan(3_000);
    });
});

describe("an unknown model", () => {
  for (const wire of WIRES)
    test(`is a 404 at ${wire} that names the nearest`, async () => {
      const { status, message } = await refused(wire, JSON.stringify(bodyFor(wire, "responsse")));
      expect([status, message]).toEqual([404, expect.stringContaining("responses")]);
      const body = (await (await post(gateway.url, PATH[wire], bodyFor(wire, "responsse"))).json()) as {
        error: { code?: string; type: string };
      };
      if (wire === "messages") expect(body.error.type).toBe("not_found_error");
      else expect(body.error.code).toBe("model_not_found");
    });
});

test("a Chat conversation of many messages without a word is refused, and asks nobody", async () => {
  const before = servers.chat.asked.length;
  for (const count of [1, 30_000]) {
    const messages = Array.from({ length: count }, () => ({ role: "developer", content: "" }));
    const { status, message } = await refused("chat", JSON.stringify({ ...bodyFor("chat", "chat"), messages }));
    expect([status, message]).toEqual([400, "messages: none of them says a word. Send at least one that does."]);
  }
  expect(servers.chat.asked.length).toBe(before);
});

test("a Chat message without a word that is left out is a loss", async () => {
  const messages = [
    { role: "developer", content: "" },
    { role: "user", content: "Go." },
  ];
  const response = await post(gateway.url, PATH.chat, { ...bodyFor("chat", "chat"), messages });
  expect([response.status, response.headers.get("x-codeswitch-hints")]).toEqual([200, "1"]);
  expect(servers.chat.asked.at(-1)?.body.messages).toEqual([{ role: "user", content: "Go." }]);
});
