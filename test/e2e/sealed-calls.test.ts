/** Seals that ride on Chat, in tool loops of every client: OpenRouter's reasoning_details and Gemini's extra_content reach their maker as they left it, and nobody else. The simulator refuses what lacks them, in the vendors' words. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Part, type Play, type Simulator, startSimulator } from "../../src/simulator/index.ts";
import { provider, type Running, start, target } from "./gateway.ts";
import { type Item, type Talker, TALKERS } from "./talkers.ts";
import { type Upstream, upstream } from "./upstream.ts";
import { post } from "./wires.ts";

const RESULT = "RESULT let x";
const THOUGHT: Part = { kind: "thinking", sections: [["I ", "look “here”.\n"]] };
const words = (said: string): Part => ({ kind: "text", pieces: [said] });

/** Two calls at once, one more, a word; a second question: one call, a word. Each behind a thought. */
const worker: Play = (asked) => {
  const results = JSON.stringify(asked.body).split("RESULT").length - 1;
  const [tool] = asked.tools;
  const call: Part[] = tool ? [{ kind: "call", tool, pieces: ['{"path"', ':"a.ts"}'] }] : [];
  const parts = results === 0 ? [...call, ...call] : results === 2 || !asked.bringsResult ? call : [words("Done.")];
  return { kind: "answer", answer: { parts: [THOUGHT, ...parts], stop: "done" } };
};

const MODELS = {
  "gemini-3": ["gemini", "gemini-3-pro-preview"],
  "router-gemini": ["openrouter", "google/gemini-3-pro-preview"],
  "router-claude": ["openrouter", "anthropic/claude-sonnet-4.5"],
  "router-gpt": ["openrouter", "openai/gpt-5.2"],
  "router-grok": ["openrouter", "x-ai/grok-4.20"],
} as const;
type Model = keyof typeof MODELS;
const NAMES = Object.keys(MODELS) as Model[];
const CLIENTS = Object.keys(TALKERS) as (keyof typeof TALKERS)[];

const list = (value: unknown): readonly Item[] => (Array.isArray(value) ? (value as Item[]) : []);
const SEALS = ["reasoning_details", "extra_content"];
/** What of a message or call is sealed. */
const sealsOf = (thing: Item): Item => Object.fromEntries(Object.entries(thing).filter(([key]) => SEALS.includes(key)));
interface Sealed extends Item {
  readonly calls: readonly Item[];
}
const sealed = (message: Item): Sealed => ({ ...sealsOf(message), calls: list(message["tool_calls"]).map(sealsOf) });
const isCalling = ({ calls }: Sealed): boolean => calls.length > 0;

/** An answer as its vendor would want it back: pieces of one type and index are one entry. */
async function given(reply: Response): Promise<Item> {
  const body = await reply.text();
  if (body.startsWith("{")) return list((JSON.parse(body) as Item)["choices"])[0]?.["message"] as Item;
  const message = await TALKERS.chat.read(new Response(body), true);
  const entries: Record<string, unknown>[] = [];
  for (const piece of list(message.items[0]?.["reasoning_details"])) {
    const before = entries.find((one) => one["type"] === piece["type"] && one["index"] === piece["index"]);
    if (!before || piece["type"] === "reasoning.encrypted") entries.push({ ...piece });
    else
      for (const key of ["text", "summary", "signature"])
        if (piece[key] !== undefined) before[key] = `${(before[key] as string | undefined) ?? ""}${String(piece[key])}`;
  }
  return { ...message.items[0], ...(entries.length > 0 && { reasoning_details: entries }) };
}

let simulator: Simulator;
/** In front of the simulator: what it answered. */
let vendor: Upstream;
let answers: Response[];
let gateway: Running;

beforeAll(() => {
  simulator = startSimulator({ strict: true });
  for (const name of NAMES) simulator.control.play(MODELS[name][1], worker);
  simulator.control.play("kimi-k2-turbo", worker);
  vendor = upstream(async ({ path, text }) => {
    const reply = await post(simulator.url, path, text);
    answers.push(reply.clone() as Response);
    return reply;
  });
});
const begin = (dataDir?: string): Promise<Running> =>
  start({
    ...(dataDir !== undefined && { dataDir }),
    keys: [
      { name: "one", key: "a-key" },
      { name: "off", key: "off-key", vault: "off" },
    ],
    providers: ["gemini", "openrouter"]
      .map((name) => provider(name, "chat", vendor.url, { vendor: name }))
      .concat(provider("kimi", "chat", vendor.url, { kind: "kimi" })),
    models: [
      ...NAMES.map((name) => ({ name, targets: [target(MODELS[name][0], "chat", MODELS[name][1])] })),
      { name: "kimi", targets: [target("kimi", "chat", "kimi-k2-turbo")] },
    ],
  });
beforeEach(async () => {
  answers = [];
  vendor.asked.length = 0;
  gateway = await begin();
});
afterEach(() => gateway.stop());
afterAll(async () => {
  await vendor?.stop();
  simulator?.stop();
});

interface Talk {
  readonly talker: Talker;
  readonly stream: boolean;
  readonly items: Item[];
  keeps(item: Item): readonly Item[];
  readonly key?: string;
  /** Before each answer but the first. */
  between?(): Promise<void>;
}

/** Until the model calls nothing more. */
async function loop(
  model: string,
  question: string,
  { talker, stream, items, keeps, key = "a-key", between }: Talk,
): Promise<void> {
  items.push({ role: "user", content: question });
  for (;;) {
    const response = await post(gateway.url, talker.path, talker.ask(model, items, stream), {
      authorization: `Bearer ${key}`,
    });
    expect([response.status, response.ok ? "" : await response.text()]).toEqual([200, ""]);
    const said = await talker.read(response, stream);
    items.push(...said.items.flatMap(keeps));
    if (said.calls.length === 0) return;
    items.push(...talker.results(said.calls, RESULT));
    await between?.();
  }
}

const sentBack = (): readonly Sealed[] =>
  list(vendor.asked.at(-1)?.body["messages"])
    .filter(({ role }) => role === "assistant")
    .map(sealed);
const asGiven = async (): Promise<Sealed[]> => (await Promise.all(answers.slice(0, -1).map(given))).map(sealed);
const lost = (): readonly string[] => gateway.records.at(-1)?.losses.map(({ feature }) => feature) ?? [];

for (const model of NAMES)
  describe(`${MODELS[model][1]} at ${MODELS[model][0]}`, () => {
    for (const client of CLIENTS)
      for (const stream of [true, false])
        test(`a ${client} client that keeps no seal, ${stream ? "streamed" : "whole"}: each comes back as it left, over two questions`, async () => {
          const talker = TALKERS[client];
          const talk: Talk = { talker, stream, items: [], keeps: talker.bare };
          await loop(model, "Read a.ts.", talk);
          await loop(model, "Once more.", talk);
          const back = sentBack();
          expect(back).toHaveLength(4);
          for (const one of back.filter(isCalling))
            expect(JSON.stringify(one)).toMatch(/"(data|signature|thought_signature)":"[^"]{20}/);
          expect(back).toEqual(await asGiven());
          expect(lost()).not.toContain("reasoning-missing");
        });

    if (model !== "gemini-3")
      for (const client of ["messages", "responses"] as const)
        test(`a ${client} client that keeps its reasoning carries the seals of calls, without a vault`, async () => {
          const talk: Talk = {
            talker: TALKERS[client],
            stream: true,
            items: [],
            keeps: (item) => [item],
            key: "off-key",
          };
          await loop(model, "Read a.ts.", talk);
          await loop(model, "Once more.", talk);
          expect(sentBack().filter(isCalling)).toEqual((await asGiven()).filter(isCalling));
        });

    test("each comes back although the gateway was started anew behind every answer", async () => {
      const dataDir = mkdtempSync(join(tmpdir(), "codeswitch-sealed-"));
      const anew = async (): Promise<void> => {
        await gateway.stop();
        gateway = await begin(dataDir);
      };
      try {
        await anew();
        const talker = TALKERS.chat;
        await loop(model, "Read a.ts.", { talker, stream: true, items: [], keeps: talker.bare, between: anew });
        expect(sentBack()).toEqual(await asGiven());
      } finally {
        await gateway.stop();
        gateway = await begin();
        rmSync(dataDir, { recursive: true });
      }
    });

    test("a Chat client that returns whole answers as they are keeps its bytes", async () => {
      const talk: Talk = { talker: TALKERS.chat, stream: false, items: [], keeps: (item) => [item] };
      await loop(model, "Read a.ts.", talk);
      expect(sentBack()).toEqual(await asGiven());
      expect(new Set(gateway.records.map(({ lane }) => lane))).toEqual(new Set(["native"]));
    });
  });

describe("seals that nobody has, or that are another's", () => {
  const CALLED: readonly Item[] = [
    { role: "user", content: "Read a.ts." },
    {
      role: "assistant",
      content: null,
      tool_calls: ["call_a", "call_b"].map((id) => ({
        id,
        type: "function",
        function: { name: "read", arguments: "{}" },
      })),
    },
    ...TALKERS.chat.results(["call_a", "call_b"], RESULT),
  ];
  const ask = async (model: string, items: readonly Item[], headers: Record<string, string> = {}): Promise<Response> =>
    post(gateway.url, TALKERS.chat.path, TALKERS.chat.ask(model, items, false), {
      authorization: "Bearer a-key",
      ...headers,
    });
  const STAND_IN = "skip_thought_signature_validator";

  test("calls that another model made bear Google's word for that, on the first of each step, and it is told", async () => {
    const response = await ask("gemini-3", CALLED);
    expect([response.status, response.ok ? "" : await response.text()]).toEqual([200, ""]);
    expect(sentBack()[0]?.calls).toEqual([{ extra_content: { google: { thought_signature: STAND_IN } } }, {}]);
    expect(gateway.records.at(-1)?.losses).toMatchObject([
      { feature: "reasoning-missing", how: "emulated", weight: "hint" },
    ]);
  });

  test("over OpenRouter it stands in reasoning_details, under the id of the call", async () => {
    const response = await ask("router-gemini", CALLED);
    expect([response.status, response.ok ? "" : await response.text()]).toEqual([200, ""]);
    const detail = { type: "reasoning.encrypted", data: STAND_IN, id: "call_a", format: "google-gemini-v1", index: 0 };
    expect(sentBack()).toEqual([{ reasoning_details: [detail], calls: [{}, {}] }]);
    expect(lost()).toEqual(["reasoning-missing"]);
  });

  for (const model of ["gemini-3", "router-gemini"] as const)
    test(`calls of one answer that come back one by one to ${model}: the first has its own seal, the second the stand-in`, async () => {
      const talker = TALKERS.responses;
      const items: Item[] = [{ role: "user", content: "Read a.ts." }];
      const ask = (): Promise<Response> =>
        post(gateway.url, talker.path, talker.ask(model, items, false), { authorization: "Bearer a-key" });
      const said = await talker.read(await ask(), false);
      for (const item of said.items.filter(({ type }) => type === "function_call"))
        items.push(item, ...talker.results([String(item["call_id"])], RESULT));
      const response = await ask();
      expect([response.status, response.ok ? "" : await response.text()]).toEqual([200, ""]);
      const [first, second] = sentBack().map((one) => JSON.stringify(one));
      expect(first).toMatch(/gAAAAAB/);
      expect(first).not.toContain(STAND_IN);
      expect(second).toContain(STAND_IN);
    });

  test("a strict caller is not refused for it", async () => {
    expect((await ask("gemini-3", CALLED, { "x-codeswitch-strict": "true" })).status).toBe(200);
  });

  for (const model of ["router-claude", "router-gpt", "kimi"])
    test(`${model} is told nothing of Google's word`, async () => {
      expect((await ask(model, CALLED)).status).toBe(200);
      expect(vendor.asked.at(-1)?.text).not.toContain(STAND_IN);
    });

  /** One conversation, from model to model. */
  for (const client of CLIENTS)
    for (const keeps of ["keeps all", "keeps no seal"] as const)
      test(`a ${client} client that ${keeps} goes from model to model: each gets its own seals alone`, async () => {
        const talker = TALKERS[client];
        const talk: Talk = {
          talker,
          stream: false,
          items: [],
          keeps: keeps === "keeps all" ? (item) => [item] : talker.bare,
        };
        // The strict simulator refuses a format that is not the model's own, and a signature that is not of its host.
        for (const model of [...NAMES, "kimi", ...NAMES]) await loop(model, `You, ${model}.`, talk);
        const last = sentBack().map((one) => JSON.stringify(one));
        expect(last.some((one) => one.includes("xai-responses-v1"))).toBe(true);
        for (const one of last) expect(one).not.toMatch(/anthropic-|google|openai-/);
      });
});

test("of two conversations that are one to the letter neither gets the other's seal, where ids are counters", async () => {
  const sealedBy = (who: string): Response =>
    Response.json({
      id: "gen-1",
      choices: [
        {
          index: 0,
          finish_reason: "tool_calls",
          message: {
            role: "assistant",
            content: null,
            reasoning_details: [
              {
                type: "reasoning.encrypted",
                data: `seal of ${who}`,
                id: "call_0",
                format: "google-gemini-v1",
                index: 0,
              },
            ],
            tool_calls: [{ id: "call_0", type: "function", function: { name: "read", arguments: "{}" } }],
          },
        },
      ],
    });
  const alike = upstream((_asked, count) => sealedBy(count === 1 ? "one" : "two"));
  const own = await start({
    providers: [provider("router", "chat", alike.url, { vendor: "openrouter" })],
    models: [{ name: "gemini", targets: [target("router", "chat", "google/gemini-3-pro-preview")] }],
  });
  try {
    for (const client of CLIENTS) {
      const talker = TALKERS[client];
      const first: Item[] = [{ role: "user", content: `Read, ${client}.` }];
      alike.asked.length = 0;
      const ask = (items: readonly Item[]): Promise<Response> =>
        post(own.url, talker.path, talker.ask("gemini", items, false));
      const said = await talker.read(await ask(first), false);
      await talker.read(await ask(first), false);
      await ask([...first, ...said.items.flatMap(talker.bare), ...talker.results(said.calls, RESULT)]);
      expect(alike.asked.at(-1)?.text).not.toContain("seal of");
      expect(own.records.at(-1)?.losses.map(({ feature }) => feature)).toContain("reasoning-missing");
    }
  } finally {
    await own.stop();
    await alike.stop();
  }
});

test("a client that keeps its reasoning gets back the seals that came behind their calls", async () => {
  const delta = (delta: Item, finish_reason: string | null = null): string =>
    `data: ${JSON.stringify({ id: "gen-1", choices: [{ index: 0, delta, finish_reason }] })}\n\n`;
  const format = "google-gemini-v1";
  const thought = { type: "reasoning.text", text: "Look.", format, index: 0 };
  const sealOf = (id: string, index: number): Item => ({
    type: "reasoning.encrypted",
    data: `seal of ${id}`,
    id,
    format,
    index,
  });
  const ids = ["call_a", "call_b"];
  const streamed = ids.flatMap((id, index) => [
    delta({ tool_calls: [{ index, id, type: "function", function: { name: "read", arguments: "{}" } }] }),
    delta({ reasoning_details: [sealOf(id, index)] }),
  ]);
  const text = [
    delta({ reasoning: "Look.", reasoning_details: [thought] }),
    ...streamed,
    delta({}, "tool_calls"),
    "data: [DONE]\n\n",
  ].join("");
  const late = upstream(() => new Response(text, { headers: { "content-type": "text/event-stream" } }));
  const own = await start({
    providers: [provider("router", "chat", late.url, { vendor: "openrouter" })],
    models: [{ name: "gemini", targets: [target("router", "chat", "google/gemini-3-pro-preview")] }],
  });
  try {
    for (const client of ["messages", "responses"] as const) {
      const talker = TALKERS[client];
      const first: Item[] = [{ role: "user", content: `Read, ${client}.` }];
      const ask = (items: readonly Item[]): Promise<Response> =>
        post(own.url, talker.path, talker.ask("gemini", items, true));
      const said = await talker.read(await ask(first), true);
      await (await ask([...first, ...said.items, ...talker.results(said.calls, RESULT)])).text();
      const back = list(late.asked.at(-1)?.body["messages"]).find(({ role }) => role === "assistant");
      expect(back?.["reasoning_details"]).toEqual([thought, ...ids.map(sealOf)]);
      expect(own.records.at(-1)?.losses).toEqual([]);
    }
  } finally {
    await own.stop();
    await late.stop();
  }
});
