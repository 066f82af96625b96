/** Nothing buffers: the upstream holds its stream after every step, and the client must have read that step before the next one is released. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Running, startThree } from "./gateway.ts";
import { type HeldStream, heldStream, type Upstream, upstream, PATIENCE_MS, within } from "./upstream.ts";
import { bodyFor, CROSSINGS, PATH, post, readStream, stepsOf } from "./wires.ts";

describe("nothing buffers", () => {
  let server: Upstream;
  let gateway: Running;
  let held: HeldStream;
  let opened = (): void => {};
  beforeAll(async () => {
    server = upstream((asked) => {
      held = heldStream(asked.signal);
      opened();
      return held.response;
    });
    gateway = await startThree({ chat: server.url, responses: server.url, messages: server.url });
  });
  afterAll(async () => {
    await gateway?.stop();
    await server?.stop();
  });

  const LINE_ENDS = [
    ["LF", "\n"],
    ["CRLF", "\r\n"],
  ] as const;
  const CASES = CROSSINGS.flatMap((crossing) => LINE_ENDS.map(([name, end]) => ({ ...crossing, name, end })));
  for (const { client, upstream: model, name, end: lineEnd } of CASES)
    test(`${client} client, ${model} upstream that ends its lines with ${name}`, async () => {
      const push = (text: string): void => held.push(text.replaceAll("\n", lineEnd));
      const asked = new Promise<void>((resolve) => void (opened = resolve));
      const [first, ...rest] = stepsOf(model);
      const answer = post(gateway.url, PATH[client], bodyFor(client, model, { stream: true }));
      await within(PATIENCE_MS, "the upstream is asked", asked);
      push(first?.send ?? "");
      const response = await within(PATIENCE_MS, "the headers", answer);
      expect(response.status).toBe(200);
      const reader = readStream(client, response);
      for (const step of [first, ...rest]) {
        if (!step) continue;
        if (step !== first) push(step.send);
        const has = within(
          PATIENCE_MS,
          `"${step.text}${step.input}"`,
          reader.until((soFar) => soFar.text === step.text && soFar.input === step.input),
        );
        expect(await has).toMatchObject({ text: step.text, input: step.input });
      }
      held.end();
      const end = await within(
        PATIENCE_MS,
        "the end",
        reader.until((soFar) => soFar.ended),
      );
      expect(end).toMatchObject({ ended: true, error: undefined });
    });
});
