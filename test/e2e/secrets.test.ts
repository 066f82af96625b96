/** A vendor's key stays with the operator, even where the vendor repeats it to everybody. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { provider, type Running, start, target } from "./gateway.ts";
import { LIMITS } from "../../src/wire/limits.ts";
import { type Answering, type Upstream, upstream } from "./upstream.ts";
import { bodyFor, CROSSINGS, PATH, post, stepsOf, type Wire, WIRES } from "./wires.ts";

// With what keys often begin with in its middle: nobody may shorten it from there on and leave its front.
const KEY = "CANARY.sk-CANARY/vendor+key,0123456789-CANARY";
const TOKEN = "CANARY-team-token";
const TRACE = /CANARY/i;
const JSON_TYPE = { "content-type": "application/json" };

let answer: Answering;
let vendor: Upstream;
let gateway: Running;
beforeAll(async () => {
  vendor = upstream((asked, count) => answer(asked, count));
  const more = { apiKey: KEY, idleMs: 1_000, headers: { "X-Team": `Bearer ${TOKEN}` } };
  gateway = await start({
    providers: WIRES.map((wire) => provider(wire, wire, vendor.url, more)),
    models: WIRES.map((wire) => ({ name: wire, targets: [target(wire, wire)] })),
  });
});
afterAll(async () => {
  await gateway?.stop();
  await vendor?.stop();
});

/** All that a caller gets. */
async function got(
  client: Wire,
  behind: Wire,
  more: Record<string, unknown> = {},
  path: string = PATH[client],
): Promise<string> {
  const response = await post(gateway.url, path, bodyFor(client, behind, more));
  return [response.status, JSON.stringify([...response.headers]), await response.text()].join("\n");
}

const USAGE = { stream_options: { include_usage: true } };
const HEARD = `Incorrect API key provided: Bearer ${KEY} (x-team: ${TOKEN}). «1.0»`;
const errorOf = (wire: Wire, message: string) => {
  const error = { type: "invalid_request_error", code: KEY, param: TOKEN, message };
  return wire === "messages" ? { type: "error", error } : { error };
};
const page = `<html><title>401 ${KEY}</title><body>${`<p>GET /</p>`.repeat(30)}<pre>authorization: Bearer ${KEY}</pre></body></html>`;

for (const { client, upstream: behind } of CROSSINGS)
  describe(`${client} over ${behind}`, () => {
    for (const stream of [false, true]) {
      test(`an error that repeats the key comes without it: stream ${stream}`, async () => {
        for (const status of [400, 401, 403, 404, 500]) {
          answer = () =>
            Response.json(errorOf(behind, HEARD), { status, headers: { "retry-after": "30", "x-request-id": KEY } });
          const told = await got(client, behind, { stream });
          expect(told).not.toMatch(TRACE);
          expect(told).toContain("Incorrect API key provided: Bearer [redacted]");
          expect(told).toContain("«1.0»");
        }
      });

      test(`a page that shows the headers comes without it: stream ${stream}`, async () => {
        answer = () => new Response(page, { status: 401, headers: { "content-type": "text/html" } });
        expect(await got(client, behind, { stream })).not.toMatch(TRACE);
      });

      test(`an error inside a 200 comes without it: stream ${stream}`, async () => {
        answer = () => Response.json(errorOf(behind, HEARD));
        expect(await got(client, behind, { stream })).not.toMatch(TRACE);
      });
    }

    test("an error inside a stream comes without it, before and behind the first words", async () => {
      const frame = errorFrame(behind);
      const [first, second] = stepsOf(behind);
      for (const begun of ["", `${first?.send}${second?.send}`]) {
        answer = () => new Response(begun + frame, { headers: { "content-type": "text/event-stream" } });
        const told = await got(client, behind, { stream: true });
        expect(told).not.toMatch(TRACE);
        expect(told).toMatch(/Incorrect API key provided: Bearer \[redacted\] \(x-team: \[redacted\]\)/);
      }
    });
  });

function errorFrame(wire: Wire): string {
  if (wire === "chat") return `data: ${JSON.stringify(errorOf("chat", HEARD))}\n\n`;
  if (wire === "messages") return `event: error\ndata: ${JSON.stringify(errorOf("messages", HEARD))}\n\n`;
  const error = { code: "server_error", message: HEARD };
  const response = { id: "resp_1", object: "response", status: "failed", error, output: [] };
  return `event: response.failed\ndata: ${JSON.stringify({ type: "response.failed", sequence_number: 9, response })}\n\n`;
}

test("an error is otherwise the vendor's own, byte for byte", async () => {
  const body = `{ "error" :{"message":"Wrong key: ${KEY}","type" : "x", "é": 1.0, "code":null} }\n`;
  answer = () => new Response(body, { status: 400, headers: JSON_TYPE });
  const response = await post(gateway.url, PATH.chat, bodyFor("chat", "chat"));
  expect(await response.text()).toBe(body.replace(KEY, "[redacted]"));
});

test("a stream keeps every byte up to its error, and what stands around the key", async () => {
  const [first, second] = stepsOf("chat");
  // What the model says is its own, a key included: only failures are searched.
  const words = `${first?.send}${second?.send}`.replace("One ", `${KEY} é `);
  const frame = `data: {"error":{"message":"né ${KEY} \u{1f600}","code":500}}\n\n`;
  let push = (_text: string): void => {};
  let end = (): void => {};
  answer = () => {
    const body = new ReadableStream({
      start: (control) => {
        push = (text) => control.enqueue(new TextEncoder().encode(text));
        end = () => control.close();
        push(words);
      },
    });
    return new Response(body, { headers: { "content-type": "text/event-stream" } });
  };
  const response = await post(
    gateway.url,
    PATH.chat,
    bodyFor("chat", "chat", { stream: true, stream_options: { include_usage: true } }),
  );
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const decoder = new TextDecoder();
  let text = "";
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    text += decoder.decode(read.value, { stream: true });
    if (text !== words) continue;
    for (const piece of frame.match(/.{1,9}/gsu) ?? []) push(piece);
    end();
  }
  expect(text).toBe(words + frame.replace(KEY, "[redacted]"));
});

/** What no decoder takes for a word or an error, as debug pages and proxies write it. */
const ODD: readonly string[] = [
  `data: ${JSON.stringify({ detail: `bad key ${KEY}` })}\n\n`,
  `event: debug\ndata: authorization: Bearer ${KEY}\n\n`,
  `: sent with ${KEY} and ${TOKEN}\n\n`,
  `data: {"detail":"${KEY.replaceAll("/", "\\/")} ${btoa(KEY)}"}\n\n`,
];
for (const wire of WIRES)
  test(`what is neither word nor error comes without it: a stream of ${wire}`, async () => {
    const [first, second, ...rest] = stepsOf(wire).map(({ send }) => send);
    for (const odd of ODD)
      for (const sent of [
        `${odd}${first}${second}${rest.join("")}`,
        `${first}${odd}${second}${rest.join("")}`,
        `${first}${second}${rest.join("")}${odd}`,
        // A comment in the middle of a word's own event.
        `${first}${odd.startsWith(":") ? odd.slice(0, -1) : odd}${second}${rest.join("")}`,
      ]) {
        answer = () => new Response(sent, { headers: { "content-type": "text/event-stream" } });
        const told = await got(wire, wire, { stream: true, ...(wire === "chat" && USAGE) });
        expect(told).not.toMatch(TRACE);
        expect(told).not.toContain(btoa(KEY).slice(0, 20));
        // Text that is no JSON is an error where nothing was said yet.
        expect(told).toMatch(/^200[^]*\[redacted\]|^502/);
      }
  });

test("what the model says stays, though the same read brings what is redacted", async () => {
  const words = stepsOf("chat").map(({ send }) => send.replace("two ", `${KEY} é `));
  const sent = words.join(`: with ${KEY}\n\n`);
  answer = () => new Response(sent, { headers: { "content-type": "text/event-stream" } });
  const response = await post(gateway.url, PATH.chat, bodyFor("chat", "chat", { stream: true, ...USAGE }));
  expect(await response.text()).toBe(words.join(": with [redacted]\n\n"));
});

test("a whole 200 without an answer comes without it", async () => {
  answer = () => Response.json({ detail: HEARD });
  for (const wire of WIRES) expect(await got(wire, wire)).not.toMatch(TRACE);
});

test("a count of tokens that is refused, and headers that pass, come without it", async () => {
  answer = () => Response.json(errorOf("messages", HEARD), { status: 400 });
  expect(await got("messages", "messages", {}, "/v1/messages/count_tokens")).not.toMatch(TRACE);
  answer = () =>
    Response.json(
      { id: "x", choices: [{ index: 0, message: { role: "assistant", content: "Hi" }, finish_reason: "stop" }] },
      { headers: { "x-request-id": `for ${KEY}` } },
    );
  const told = await got("chat", "chat");
  expect(told).toContain("for [redacted]");
  expect(told).not.toMatch(TRACE);
});

describe("a refusal that breaks off inside the key tells no part of it", () => {
  const refusal = (text: string, end: (control: ReadableStreamDefaultController<Uint8Array>) => void) =>
    new Response(
      new ReadableStream<Uint8Array>({
        start: (control) => {
          control.enqueue(new TextEncoder().encode(text));
          end(control);
        },
      }),
      { status: 400, headers: { "content-type": "text/plain" } },
    );
  const spellings = [KEY, KEY.replaceAll("/", "\\/"), encodeURIComponent(KEY), KEY.replaceAll("+", "&#43;")];

  test("cut by size, at every place", async () => {
    for (const spelt of spellings)
      for (let kept = 0; kept <= spelt.length; kept++) {
        const before = ".".repeat(LIMITS.errorBodyBytesMax - kept);
        answer = () => refusal(`${before}${spelt}${".".repeat(1_000)}`, (control) => control.close());
        const told = await got("chat", "chat");
        expect(told.slice(told.lastIndexOf("\n") + 1)).toMatch(/^\.+(\[redacted\])?$/);
      }
  });

  test("cut by silence", async () => {
    for (const spelt of spellings) {
      answer = () => refusal(`... ${spelt.slice(0, -4)}`, () => {});
      const told = await got("chat", "chat");
      expect(told).toEndWith("\n... ");
    }
  });
});
