/** A silent model: the client hears a comment now and then, before and between the words, and reads the same answer. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Running, startThree } from "./gateway.ts";
import { type HeldStream, heldStream, type Upstream, upstream, PATIENCE_MS, within } from "./upstream.ts";
import { bodyFor, CROSSINGS, PATH, post, readStream, stepsOf } from "./wires.ts";

const BEAT = /^(: ?[\w-]*|event: ping\ndata: .*)\n\n/m;

describe("heartbeats", () => {
  let server: Upstream;
  let gateway: Running;
  let answer: (held: HeldStream) => Promise<Response>;
  beforeAll(async () => {
    server = upstream((asked) => answer(heldStream(asked.signal)));
    gateway = await startThree(
      { chat: server.url, responses: server.url, messages: server.url },
      { server: { heartbeatMs: 40 } },
    );
  });
  afterAll(async () => {
    await gateway?.stop();
    await server?.stop();
  });

  for (const { client, upstream: model } of CROSSINGS)
    test(`${client} client, ${model} upstream`, async () => {
      const beats = (raw: string): number => raw.split(BEAT).length;
      let speak = (): void => {};
      let held: HeldStream | undefined;
      answer = (stream) => {
        held = stream;
        return new Promise((resolve) => void (speak = () => resolve(stream.response)));
      };
      const response = await within(
        PATIENCE_MS,
        "headers",
        post(gateway.url, PATH[client], bodyFor(client, model, { stream: true })),
      );
      const reader = readStream(client, response);
      await within(
        PATIENCE_MS,
        "a beat before the answer",
        reader.until(({ raw }) => beats(raw) > 1),
      );
      speak();
      const [first, ...rest] = stepsOf(model);
      held?.push(first?.send ?? "");
      await within(
        PATIENCE_MS,
        "the first word",
        reader.until(({ text }) => text === "One "),
      );
      const before = beats(reader.soFar.raw);
      await within(
        PATIENCE_MS,
        "a beat between the words",
        reader.until(({ raw }) => beats(raw) > before),
      );
      for (const step of rest) held?.push(step.send);
      held?.end();
      const end = await within(
        PATIENCE_MS,
        "the end",
        reader.until(() => false),
      );
      expect(end).toMatchObject({ text: "One two three.", input: '{"path":"a.ts"}', ended: true, error: undefined });
    });

  for (const { client, upstream: model } of CROSSINGS.filter(({ client, upstream }) => client !== upstream))
    test(`a vendor that sends comments of its own is not silent, its client hears ours: ${client} client, ${model} upstream`, async () => {
      let held: HeldStream | undefined;
      answer = (stream) => {
        held = stream;
        stream.push(stepsOf(model)[0]?.send ?? "");
        return Promise.resolve(stream.response);
      };
      const response = await post(gateway.url, PATH[client], bodyFor(client, model, { stream: true }));
      const reader = readStream(client, response);
      await within(
        2_000,
        "the first word",
        reader.until(({ text }) => text === "One "),
      );
      const comments = setInterval(() => held?.push(": thinking\n\n"), 5);
      const before = reader.soFar.raw.length;
      await within(
        2_000,
        "a beat",
        reader.until(({ raw }) => BEAT.test(raw.slice(before))),
      );
      clearInterval(comments);
      expect(reader.soFar.raw).not.toContain("thinking");
      await reader.cancel();
    });

  test("an error before the first word is told in the open stream", async () => {
    for (const { client, upstream: model } of CROSSINGS) {
      let speak = (): void => {};
      answer = () =>
        new Promise(
          (resolve) =>
            void (speak = () =>
              resolve(
                Response.json({ error: { message: "told 400", type: "invalid_request_error" } }, { status: 400 }),
              )),
        );
      const response = await post(gateway.url, PATH[client], bodyFor(client, model, { stream: true }));
      const reader = readStream(client, response);
      await within(
        PATIENCE_MS,
        "a beat",
        reader.until(({ raw }) => raw !== ""),
      );
      speak();
      const end = await within(
        PATIENCE_MS,
        "the end",
        reader.until(() => false),
      );
      expect([client, model, end.error]).toEqual([client, model, expect.stringContaining("told 400")]);
      expect(end.ended).toBe(false);
    }
  });
});
