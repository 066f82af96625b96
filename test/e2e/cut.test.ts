/** After the first byte an error is told in the client's own words, and nothing that looks like an end follows. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Running, startThree } from "./gateway.ts";
import { type HeldStream, heldStream, type Upstream, upstream, PATIENCE_MS, within } from "./upstream.ts";
import { bodyFor, CROSSINGS, PATH, post, readStream, stepsOf, type Wire } from "./wires.ts";

/** Each wire's own way to say it inside a stream. */
const ERROR: Readonly<Record<Wire, string>> = {
  chat: 'data: {"error":{"message":"the model broke","type":"server_error","code":500}}\n\n',
  responses:
    'event: response.failed\ndata: {"type":"response.failed","sequence_number":9,"response":{"id":"resp_1","object":"response","created_at":1,"status":"failed","model":"served","output":[],"error":{"code":"server_error","message":"the model broke"}}}\n\n',
  messages: 'event: error\ndata: {"type":"error","error":{"type":"api_error","message":"the model broke"}}\n\n',
};

describe("in the middle of an answer", () => {
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

  /** How it goes wrong, and what the client must then find in the error. */
  const FAULTS: readonly { readonly name: string; readonly says: string; readonly happen: (model: Wire) => void }[] = [
    {
      name: "the upstream reports an error",
      says: "the model broke",
      happen: (model) => (held.push(ERROR[model]), held.end()),
    },
    { name: "the connection breaks", says: "", happen: () => held.cut() },
    { name: "the stream just stops", says: "", happen: () => held.end() },
    { name: "the connection breaks inside a frame", says: "", happen: () => (held.push('data: {"cho'), held.cut()) },
  ];
  for (const { client, upstream: model } of CROSSINGS)
    for (const { name, says, happen } of FAULTS)
      test(`${name}: ${client} client, ${model} upstream`, async () => {
        const asked = new Promise<void>((resolve) => void (opened = resolve));
        const answer = post(gateway.url, PATH[client], bodyFor(client, model, { stream: true }));
        await within(PATIENCE_MS, "the upstream is asked", asked);
        held.push(stepsOf(model)[0]?.send ?? "");
        const reader = readStream(client, await within(PATIENCE_MS, "the headers", answer));
        await within(
          PATIENCE_MS,
          "the first word",
          reader.until((soFar) => soFar.text !== ""),
        );
        happen(model);
        const end = await within(
          PATIENCE_MS,
          "the error",
          reader.until(() => false),
        );
        expect(end).toMatchObject({ text: "One ", ended: false });
        expect(end.error).toBeDefined();
        expect(end.error).toContain(says);
        expect(gateway.records.at(-1)).toMatchObject({ outcome: "failed" });
      });
});
