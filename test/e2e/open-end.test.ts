/** A vendor that keeps its connection open behind a complete answer holds neither the call nor its client. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { provider, type Running, start, target } from "./gateway.ts";
import { type HeldStream, heldStream, type Upstream, upstream, PATIENCE_MS, within } from "./upstream.ts";
import { bodyFor, CROSSINGS, PATH, post, readStream, stepsOf, type Wire, WIRES, wholeStream } from "./wires.ts";

let server: Upstream;
let gateway: Running;
let held: HeldStream;
let send: (stream: HeldStream) => void;
beforeAll(async () => {
  server = upstream((asked) => {
    held = heldStream(asked.signal);
    send(held);
    return held.response;
  });
  // Its limit of silence is behind the patience of these tests: nothing here ends by it.
  gateway = await start({
    providers: WIRES.map((wire) => provider(wire, wire, server.url, { idleMs: 4 * PATIENCE_MS })),
    models: WIRES.map((wire) => ({ name: wire, targets: [target(wire, wire)] })),
  });
});
afterAll(async () => {
  await gateway?.stop();
  await server?.stop();
});

async function told(client: Wire, model: Wire): Promise<string> {
  const more = { stream: true, ...(client === "chat" && { stream_options: { include_usage: true } }) };
  const reader = readStream(client, await post(gateway.url, PATH[client], bodyFor(client, model, more)));
  const all = reader.until(() => false);
  const { raw, ended, error } = await within(PATIENCE_MS, "the end", all);
  expect({ ended, error }).toEqual({ ended: true, error: undefined });
  await within(PATIENCE_MS, "the gateway hangs up", held.gone);
  expect(gateway.records.at(-1)).toMatchObject({ outcome: "ended" });
  return raw;
}

for (const { client, upstream: model } of CROSSINGS)
  test(`a complete answer ends without the vendor's end, and the vendor is released: ${client} client, ${model} upstream`, async () => {
    send = (stream) => stream.push(wholeStream(model));
    const raw = await told(client, model);
    if (client === model) expect(raw).toBe(wholeStream(model));
  });

for (const wire of WIRES)
  test(`pings behind the end do not hold it open: ${wire}`, async () => {
    send = (stream) => {
      stream.push(wholeStream(wire));
      const pings = setInterval(() => stream.push('event: ping\ndata: {"type":"ping"}\n\n'), 100);
      void stream.gone.then(() => clearInterval(pings));
    };
    expect(await told(wire, wire)).toStartWith(wholeStream(wire));
  });

test("what comes at once behind the end still passes: Chat's usage and [DONE] behind the finish", async () => {
  const usage = `data: {"id":"x","object":"chat.completion.chunk","choices":[],"usage":{"prompt_tokens":1,"completion_tokens":1}}\n\n`;
  const done = "data: [DONE]\n\n";
  const answer = `${stepsOf("chat")[0]?.send}data: {"id":"x","object":"chat.completion.chunk","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n`;
  send = (stream) => {
    stream.push(answer);
    setTimeout(() => stream.push(usage), 50);
    setTimeout(() => stream.push(done), 100);
  };
  expect(await told("chat", "chat")).toBe(answer + usage + done);
});
