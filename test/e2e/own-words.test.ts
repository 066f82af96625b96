/** What a caller reads when something cannot cross, and what is not asked for because nobody will see it. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { provider, type Running, start, target } from "./gateway.ts";
import { type Upstream, upstream } from "./upstream.ts";
import { bodyFor, PATH, post, WHOLE } from "./wires.ts";

let server: Upstream;
let gateway: Running;
beforeAll(async () => {
  server = upstream(() => Response.json(WHOLE.responses));
  gateway = await start({
    providers: [provider("openai", "responses", server.url)],
    models: [
      { name: "shown", targets: [target("openai", "responses", "gpt-5")] },
      { name: "hidden", showReasoning: "none", targets: [target("openai", "responses", "gpt-5")] },
      { name: "strict", strict: true, targets: [target("openai", "responses", "gpt-5")] },
    ],
  });
});
afterAll(async () => {
  await gateway?.stop();
  await server?.stop();
});

test("a strict call is refused with the field as its caller wrote it", async () => {
  const asked = server.asked.length;
  const stop = await post(gateway.url, PATH.messages, bodyFor("messages", "strict", { stop_sequences: ["END"] }));
  expect(stop.status).toBe(400);
  expect(await stop.text()).toContain("stop_sequences: ");
  const image = { type: "image", source: { type: "file", file_id: "file_1" } };
  const messages = [{ role: "user", content: [{ type: "text", text: "Look." }, image] }];
  const file = await post(gateway.url, PATH.messages, { ...bodyFor("messages", "strict"), messages });
  expect([file.status, await file.text()]).toEqual([400, expect.stringContaining("messages[0].content[1].source: ")]);
  expect(server.asked.length).toBe(asked);
});

test("a strict Chat call is told the parameter too", async () => {
  const response = await post(gateway.url, PATH.chat, bodyFor("chat", "strict", { stop: ["END"] }));
  expect([response.status, ((await response.json()) as { error: unknown }).error]).toMatchObject([
    400,
    { param: "stop" },
  ]);
});

test("a summary of the reasoning is asked for where somebody will see it, and only there", async () => {
  await post(gateway.url, PATH.chat, bodyFor("chat", "shown"));
  expect(server.asked.at(-1)?.body.reasoning).toEqual({ summary: "auto" });
  await post(gateway.url, PATH.chat, bodyFor("chat", "hidden"));
  expect(server.asked.at(-1)?.body.reasoning).toBeUndefined();
});
