/** The gateway asks for usage that its Chat client did not ask for: the chunk that only holds usage does not reach the client. */
import { afterEach, expect, test } from "bun:test";
import { provider, type Running, start, target } from "./gateway.ts";
import { upstream, type Upstream } from "./upstream.ts";
import { bodyFor, PATH, post } from "./wires.ts";

const running: (Running | Upstream)[] = [];
afterEach(() => Promise.all(running.splice(0).map((one) => one.stop())));

const USAGE = '"usage":{"prompt_tokens":5,"completion_tokens":2,"total_tokens":7}';
const head = '"id":"c","object":"chat.completion.chunk","created":1,"model":"served"';
const answer = (extra: string): string =>
  [
    `{${head},"choices":[{"index":0,"delta":{"role":"assistant","content":"Done."},"finish_reason":"stop"}]}`,
    `{${head},${extra}${USAGE}}`,
    "[DONE]",
  ]
    .map((data) => `data: ${data}\n\n`)
    .join("");

test.each([
  ["with an empty list of choices", '"choices":[],'],
  ["without choices", ""],
])("%s", async (_story, extra) => {
  const far = upstream(() => new Response(answer(extra), { headers: { "content-type": "text/event-stream" } }));
  const gateway = await start({
    providers: [provider("far", "chat", far.url)],
    models: [{ name: "m", targets: [target("far", "chat")] }],
  });
  running.push(far, gateway);
  const response = await post(gateway.url, PATH.chat, bodyFor("chat", "m", { stream: true }));
  const said = await response.text();
  expect(said).toContain("Done.");
  expect(said).not.toContain('"usage":{');
});
