/** POST /v1/messages/count_tokens for backends that have no counter: near the truth after five calls. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { withoutAttribution } from "../../src/clients/claude-code.ts";
import { DIALECTS } from "../../src/dialects/index.ts";
import { countLocally } from "../../src/providers/tokens.ts";
import { type Running, startOver } from "./gateway.ts";
import { type Upstream, upstream } from "./upstream.ts";
import { PATH, post, WHOLE, type Wire } from "./wires.ts";

/** The vendor's tokenizer against ours, over what reaches it: the attribution block does not. */
const FACTOR = 1.3;
const TOOLS = [{ name: "read", description: "Reads a file.", input_schema: { type: "object", properties: {} } }];
const bodyOf = (model: string, words: number): Record<string, unknown> => ({
  model,
  max_tokens: 100,
  system: [
    { type: "text", text: "x-anthropic-billing-header: cc_version=2.1.329.0a8; cc_entrypoint=sdk-cli;" },
    { type: "text", text: "Be brief." },
  ],
  messages: [{ role: "user", content: "Some words of a question. ".repeat(words) }],
  tools: TOOLS,
});
const truth = async (body: Record<string, unknown>): Promise<number> =>
  Math.round(
    (await countLocally(withoutAttribution(DIALECTS["anthropic-messages"].request.decode(body as never).value).value)) *
      FACTOR,
  );

let billed = 0;
let gateway: Running;
let stop: (() => Promise<void>) | undefined;
beforeAll(async () => {
  const usage = {
    chat: () => ({ prompt_tokens: billed, completion_tokens: 2, total_tokens: billed + 2 }),
    responses: () => ({ input_tokens: billed, output_tokens: 2, total_tokens: billed + 2 }),
    messages: () => ({ input_tokens: billed, output_tokens: 2 }),
  };
  const serve = (wire: Wire): Upstream =>
    upstream(({ path }) =>
      path.includes("count_tokens")
        ? Response.json({ input_tokens: 4_711 })
        : Response.json({ ...WHOLE[wire], usage: usage[wire]() }),
    );
  ({ gateway, stop } = await startOver(serve));
});
afterAll(() => stop?.());

const count = async (body: Record<string, unknown>): Promise<number> => {
  const { max_tokens: _, ...asked } = body;
  const response = await post(gateway.url, "/v1/messages/count_tokens?beta=true", asked);
  expect(response.status).toBe(200);
  return ((await response.json()) as { input_tokens: number }).input_tokens;
};

for (const model of ["chat", "responses"] as const)
  test(`${model}: within 3 % after five calls, never more than 3 % below`, async () => {
    for (const words of [5, 200, 20, 1_000, 60]) {
      const body = bodyOf(model, words);
      billed = await truth(body);
      expect((await post(gateway.url, PATH.messages, body)).status).toBe(200);
    }
    for (const words of [30, 500, 2_000]) {
      const body = bodyOf(model, words);
      const [counted, expected] = [await count(body), await truth(body)];
      expect(counted / expected).toBeGreaterThan(0.97);
      expect(counted / expected).toBeLessThan(1.03);
    }
  });

test("the vendor's own counter wins where there is one", async () => {
  expect(await count(bodyOf("messages", 10))).toBe(4_711);
});

test("twenty-five counts at once, as Claude Code's /context asks them", async () => {
  const counts = await Promise.all(Array.from({ length: 25 }, () => count(bodyOf("chat", 100))));
  expect(new Set(counts).size).toBe(1);
});

test("bad input is a 400 in the protocol's words", async () => {
  for (const body of [{}, { model: "chat" }, { model: "chat", messages: "x" }, { model: "chat", messages: [{}] }]) {
    const response = await post(gateway.url, "/v1/messages/count_tokens", body);
    const { type, error } = (await response.json()) as { type: string; error: { type: string } };
    expect([response.status, type, error.type]).toEqual([400, "error", "invalid_request_error"]);
  }
});
