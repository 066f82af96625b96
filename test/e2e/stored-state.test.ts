/** A conversation that the vendor keeps: its name reaches the vendor that knows it, whichever way the body travels, and nobody else. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Running, startOver } from "./gateway.ts";
import { type Upstream, upstream } from "./upstream.ts";
import { bodyFor, PATH, post, WHOLE, type Wire } from "./wires.ts";

let servers: Readonly<Record<Wire, Upstream>>;
let gateway: Running;
let stop: (() => Promise<void>) | undefined;
beforeAll(async () => {
  const serve = (wire: Wire): Upstream => upstream(() => Response.json(WHOLE[wire]));
  ({ servers, gateway, stop } = await startOver(serve));
});
afterAll(() => stop?.());

const STATE = { previous_response_id: "resp_1" };
/** Thinking that a gateway wrapped stands in no vendor's body: it must be unpacked, so the body is written anew. */
const WRAPPED = [
  { type: "reasoning", summary: [], encrypted_content: "cs1.e30.e30" },
  { role: "user", content: "Go on." },
];

describe("a Responses body with previous_response_id", () => {
  const ask = (model: Wire, more: object) =>
    post(gateway.url, PATH.responses, { ...bodyFor("responses", model), ...more });

  test("reaches a Responses vendor byte by byte", async () => {
    expect((await ask("responses", STATE)).status).toBe(200);
    expect(gateway.records.at(-1)?.lane).toBe("native");
    expect(servers.responses.asked.at(-1)?.body).toMatchObject(STATE);
  });
  test("reaches it too where the body is written anew", async () => {
    expect((await ask("responses", { ...STATE, input: WRAPPED })).status).toBe(200);
    expect(gateway.records.at(-1)?.lane).toBe("translated");
    expect(servers.responses.asked.at(-1)?.body).toMatchObject(STATE);
  });
  for (const model of ["chat", "messages"] as const)
    test(`is refused by its name over ${model}, before anybody is asked`, async () => {
      const asked = servers[model].asked.length;
      const response = await ask(model, STATE);
      const { error } = (await response.json()) as { error: { message: string; param: string } };
      expect([response.status, error.param]).toEqual([400, "previous_response_id"]);
      expect(error.message).toContain("Send the whole conversation in the request instead.");
      expect(servers[model].asked.length).toBe(asked);
    });
});
