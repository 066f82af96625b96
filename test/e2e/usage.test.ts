/** One count of tokens: what a vendor bills, what the log has of it, and what the client is told, over every crossing. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { toldTotals } from "../../src/ir/usage.ts";
import { logOf } from "../../src/observe/log.ts";
import { DIALECTS } from "../../src/dialects/index.ts";
import type { JsonObject } from "../../src/wire/json.ts";
import { DIALECT_OF, type Running, startThree } from "./gateway.ts";
import { type Upstream, upstream } from "./upstream.ts";
import { bodyFor, CROSSINGS, PATH, post, WHOLE, type Wire } from "./wires.ts";

let server: Upstream;
let gateway: Running;
let reply = "";

beforeAll(async () => {
  server = upstream(() => new Response(reply, { headers: { "content-type": "application/json" } }));
  gateway = await startThree({ chat: server.url, responses: server.url, messages: server.url });
});
afterAll(async () => {
  await gateway.stop();
  await server.stop();
});

/** Counters as text, since no program prints the worst of them. */
const answering = (wire: Wire, usage: string): string =>
  JSON.stringify({ ...WHOLE[wire], usage: "here" }).replace('"here"', usage);

interface Told {
  readonly prompt: number;
  readonly cached: number;
  readonly output: number;
}
async function told(client: Wire, model: Wire): Promise<Told> {
  const response = await post(gateway.url, PATH[client], bodyFor(client, model));
  const { usage } = (await response.json()) as { readonly usage: Readonly<Record<string, number>> };
  const of = (...keys: readonly string[]): number => keys.map((key) => usage[key]).find((count) => count != null) ?? -1;
  const output = of("completion_tokens", "output_tokens");
  const cached = of("cache_read_input_tokens");
  if (client === "messages") return { prompt: of("input_tokens") + cached, cached, output };
  const details = usage["prompt_tokens_details"] ?? usage["input_tokens_details"];
  const { cached_tokens: read } = details as unknown as { readonly cached_tokens: number };
  return { prompt: of("prompt_tokens", "input_tokens"), cached: read, output };
}

/** What each vendor says, and what is true of it. */
const ODD: readonly (readonly [string, Readonly<Partial<Record<Wire, string>>>, Told])[] = [
  [
    "more from the cache than there was",
    {
      chat: '{"prompt_tokens":10,"completion_tokens":2,"total_tokens":12,"prompt_tokens_details":{"cached_tokens":20}}',
      responses: '{"input_tokens":10,"output_tokens":2,"total_tokens":12,"input_tokens_details":{"cached_tokens":20}}',
    },
    { prompt: 10, cached: 10, output: 2 },
  ],
  [
    "parts of a token",
    {
      chat: '{"prompt_tokens":10.9,"completion_tokens":2.5}',
      responses: '{"input_tokens":10.9,"output_tokens":2.5,"input_tokens_details":{"cached_tokens":0.5}}',
      messages: '{"input_tokens":10.9,"output_tokens":2.5,"cache_read_input_tokens":0.5}',
    },
    { prompt: 10, cached: 0, output: 2 },
  ],
  [
    "more than any number",
    {
      chat: '{"prompt_tokens":1e999,"completion_tokens":2}',
      responses: '{"input_tokens":1e999,"output_tokens":2}',
      messages: '{"input_tokens":1e999,"output_tokens":2}',
    },
    { prompt: 0, cached: 0, output: 2 },
  ],
  [
    "less than nothing",
    {
      chat: '{"prompt_tokens":10,"completion_tokens":-2,"prompt_tokens_details":{"cached_tokens":-5}}',
      responses: '{"input_tokens":10,"output_tokens":-2,"input_tokens_details":{"cached_tokens":-5}}',
      messages: '{"input_tokens":10,"output_tokens":-2,"cache_read_input_tokens":-5}',
    },
    { prompt: 10, cached: 0, output: 0 },
  ],
  [
    "the cache in a word of the vendor's own, beside a zero in the usual one",
    {
      chat: '{"prompt_tokens":10,"completion_tokens":2,"prompt_cache_hit_tokens":4,"prompt_tokens_details":{"cached_tokens":0}}',
      responses: '{"input_tokens":10,"output_tokens":2,"cached_tokens":4,"input_tokens_details":{"cached_tokens":0}}',
    },
    { prompt: 10, cached: 4, output: 2 },
  ],
];

for (const { client, upstream: vendor } of CROSSINGS)
  // Of its own dialect a client reads the vendor's bytes.
  for (const [name, says, expected] of ODD.filter(([, says]) => client !== vendor && says[vendor] !== undefined))
    test(`${client} over ${vendor}, ${name}: the client is told what the log has`, async () => {
      reply = answering(vendor, says[vendor] ?? "");
      const known = gateway.records.length;
      expect(await told(client, vendor)).toEqual(expected);
      while (gateway.records.length <= known) await Bun.sleep(2);
      const logged = gateway.records[known];
      const { prompt, cacheRead, output } = toldTotals(logged?.usage ?? { lines: [], hostedCalls: {}, source: "none" });
      expect({ prompt, cached: cacheRead, output }).toEqual(expected);
    });

for (const vendor of ["chat", "responses"] as const)
  test(`doctor and setup hear the same of the cache as the gateway, over ${vendor}`, () => {
    for (const [, says, { cached }] of ODD) {
      const heard = DIALECTS[DIALECT_OF[vendor]].probe.read(
        JSON.parse(answering(vendor, says[vendor] ?? "{}")) as JsonObject,
      );
      expect(heard.cachedTokens ?? 0).toBe(cached);
    }
  });

const ITERATIONS = `{"input_tokens":10,"output_tokens":2,"iterations":[
  {"type":"compaction","input_tokens":900,"output_tokens":50},{"type":"message","input_tokens":10,"output_tokens":2},
  {"type":"advisor_message","model":"claude-opus-5","input_tokens":40,"output_tokens":8}]}`;

for (const client of ["chat", "responses"] as const)
  test(`compaction and the advisor are no part of what a ${client} client sizes its context by; the log has all, and says both`, async () => {
    reply = answering("messages", ITERATIONS);
    const known = gateway.records.length;
    expect(await told(client, "messages")).toEqual({ prompt: 10, cached: 0, output: 2 });
    while (gateway.records.length <= known) await Bun.sleep(2);
    const lines: string[] = [];
    const record = gateway.records[known];
    if (record) logOf("text", (line) => lines.push(line)).write(record);
    expect(lines[0]).toContain("950 in 60 out (the answer: 10 in 2 out)");
  });
