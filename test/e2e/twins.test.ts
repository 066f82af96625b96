/** Two conversations of one caller begin with the same words. What one of them thought never goes out with the other; where they can be told apart, each keeps its own. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { provider, type Running, start, target } from "./gateway.ts";
import { bodyOf, type Extent, MODEL, proofOf, type Said, streamOf, type Turn, type Vendor, VENDORS } from "./twins.ts";
import { type Upstream, upstream } from "./upstream.ts";
import { PATH, post, readStream, type Wire, WIRES } from "./wires.ts";

const ROOT = mkdtempSync(join(tmpdir(), "codeswitch-twins-"));
let folders = 0;

let vendors: Readonly<Record<Vendor, Upstream>>;
let next: { readonly said: Said; readonly extent: Extent };
beforeAll(() => {
  const serve = (vendor: Vendor): Upstream =>
    upstream(
      () =>
        new Response(streamOf(vendor, next.said, next.extent), { headers: { "content-type": "text/event-stream" } }),
    );
  vendors = { messages: serve("messages"), kimi: serve("kimi"), responses: serve("responses") };
});
afterAll(async () => {
  for (const vendor of VENDORS) await vendors[vendor].stop();
  rmSync(ROOT, { recursive: true });
});

const begin = (dataDir: string): Promise<Running> =>
  start({
    dataDir,
    keys: [{ name: "one", key: "first-key-7f3a" }],
    providers: [
      provider("messages", "messages", vendors.messages.url),
      provider("responses", "responses", vendors.responses.url),
      provider("kimi", "chat", vendors.kimi.url, { kind: "kimi" }),
    ],
    models: VENDORS.map((vendor) => ({
      name: vendor,
      targets: [target(vendor, vendor === "kimi" ? "chat" : vendor, MODEL[vendor])],
    })),
  });

interface Talk {
  readonly client: Wire;
  readonly vendor: Vendor;
  readonly session?: string;
}
interface Step extends Talk {
  readonly turns: readonly Turn[];
  readonly said: Said;
  readonly thinks?: "asks" | "silent";
  readonly extent?: Extent;
}

/** What the vendor was asked. */
async function ask(gateway: Running, step: Step): Promise<string> {
  const { client, vendor, turns, said, thinks = "asks", extent = "whole" } = step;
  next = { said, extent };
  const answer = await post(gateway.url, PATH[client], bodyOf(client, vendor, turns, thinks), {
    authorization: "Bearer first-key-7f3a",
    ...(step.session !== undefined && { "x-session-id": step.session }),
  });
  expect(answer.status).toBe(200);
  await readStream(client, answer).until(() => false);
  return vendors[vendor].asked.at(-1)?.text ?? "";
}

const DONE: Said = { text: "Done." };
const holds = (body: string, thought: string): boolean => body.includes(thought) || body.includes(proofOf(thought));

/** How the first answers of twins look. `fate`: whether their calls can be told apart. */
const KINDS: Readonly<Record<string, { readonly fate: "alike" | "apart"; answer(who: string): Said }>> = {
  "the same call id": { fate: "alike", answer: () => ({ calls: [{ id: "call_0", args: { path: "a.ts" } }] }) },
  "the same words": { fate: "alike", answer: () => ({ text: "OK" }) },
  "ids of their own": {
    fate: "apart",
    answer: (who) => ({ calls: [{ id: `toolu_01${hash(who).slice(0, 22)}`, args: { path: "a.ts" } }] }),
  },
};
const hash = (text: string): string => createHash("sha256").update(text).digest("hex");

const ORDERS = ["thought first", "thoughtless first", "both thought"] as const;

interface Twin {
  readonly thought: string;
  readonly thinks: boolean;
  readonly first: Step;
  readonly second: Step;
}

let pairs = 0;
function twins(talk: Talk, kind: string, order: (typeof ORDERS)[number]): readonly [Twin, Twin] {
  const tag = `${talk.client}-${talk.vendor}-${pairs++}`;
  const twin = (who: "A" | "B", thinks: boolean): Twin => {
    const answer = (KINDS[kind] as (typeof KINDS)[string]).answer(`${who} ${tag}`);
    const thought = `${who} thinks of ${tag} alone`;
    const user: Turn = { user: `Fix ${tag}.` };
    const after: Turn = answer.calls
      ? { results: [[answer.calls[0]?.id ?? "", `let ${who}`]] }
      : { user: `Go on, ${who}.` };
    return {
      thought,
      thinks,
      first: {
        ...talk,
        turns: [user],
        said: thinks ? { ...answer, thought } : answer,
        // Who does not think was not asked to, where both speak one dialect: such a call is read for its calls alone.
        thinks: thinks ? "asks" : "silent",
      },
      second: { ...talk, turns: [user, { said: answer }, after], said: DONE },
    };
  };
  return [twin("A", order !== "thoughtless first"), twin("B", order !== "thought first")];
}

/** Two gateways, or the same one twice. */
interface World {
  readonly one: Running;
  readonly two: Running;
  /** Between the first turns and the second ones. */
  between(): Promise<World>;
  stop(): Promise<void>;
}

async function oneGateway(): Promise<World> {
  const one = await begin(join(ROOT, `data-${folders++}`));
  const world: World = { one, two: one, between: async () => world, stop: () => one.stop() };
  return world;
}

async function twoGateways(): Promise<World> {
  const dir = join(ROOT, `data-${folders++}`);
  const [one, two] = [await begin(dir), await begin(dir)];
  const world: World = {
    one,
    two,
    between: async () => {
      await written(one, two);
      await written(two, one);
      return world;
    },
    stop: async () => {
      await one.stop();
      await two.stop();
    },
  };
  return world;
}

async function restarted(): Promise<World> {
  const dir = join(ROOT, `data-${folders++}`);
  let life = await begin(dir);
  const world = (): World => ({
    one: life,
    two: life,
    between: async () => {
      await life.stop();
      life = await begin(dir);
      return world();
    },
    stop: () => life.stop(),
  });
  return world();
}

/** What the one wrote lies on the disk in order: once the other reads the last of it, it can read all. */
async function written(by: Running, readBy: Running): Promise<void> {
  const [{ thought, first, second }] = twins(
    { client: "chat", vendor: "messages" },
    "ids of their own",
    "both thought",
  );
  await ask(by, first);
  const end = Date.now() + 10_000;
  while (!holds(await ask(readBy, second), thought))
    if (Date.now() > end) throw new Error("not written within ten seconds");
}

const WORLDS = {
  "through one gateway": oneGateway,
  "through two on one folder": twoGateways,
  "with a restart between their turns": restarted,
} as const;
const CROSSINGS = WIRES.flatMap((client) => VENDORS.map((vendor) => ({ client, vendor })));
/** There a client's bytes pass, and nothing is put back into them. */
const passes = ({ client, vendor }: Talk): boolean => client === "responses" && vendor === "responses";

for (const [where, open] of Object.entries(WORLDS))
  describe(`twins ${where}`, () => {
    test.each(CROSSINGS)("$client before $vendor: neither gets what the other thought", async (talk) => {
      let world = await open();
      try {
        const told = ORDERS.flatMap((order) =>
          Object.keys(KINDS).map((kind) => ({ order, kind, pair: twins(talk, kind, order) })),
        );
        for (const { pair } of told) {
          await ask(world.one, pair[0].first);
          await ask(world.two, pair[1].first);
        }
        world = await world.between();
        const leaks: string[] = [];
        const lost: string[] = [];
        for (const { order, kind, pair } of told)
          for (const [twin, other] of [pair, [pair[1], pair[0]] as const])
            for (const gateway of new Set([world.one, world.two])) {
              const body = await ask(gateway, twin.second);
              if (holds(body, other.thought)) leaks.push(`${kind}, ${order}`);
              const isApart = KINDS[kind]?.fate === "apart" && twin.thinks && !passes(talk);
              if (isApart && !holds(body, twin.thought)) lost.push(`${kind}, ${order}`);
            }
        expect({ leaks, lost }).toEqual({ leaks: [], lost: [] });
      } finally {
        await world.stop();
      }
    });
  });

describe("beside a twin", () => {
  let gateway: Running;
  beforeAll(async () => void (gateway = await begin(join(ROOT, `data-${folders++}`))));
  afterAll(() => gateway.stop());

  const CALL: Said = { calls: [{ id: "call_0", args: { path: "a.ts" } }] };
  const OK: Said = { text: "OK" };
  const result = (text: string): Turn => ({ results: [["call_0", text]] });
  const user = (text: string): Turn => ({ user: text });
  const fresh = (claim: string): Turn => user(`${claim}, ${pairs++}`);
  const thinking = (said: Said, thought: string): Said => ({ ...said, thought });

  for (const talk of CROSSINGS) {
    const { client, vendor } = talk;
    const where = `${client} before ${vendor}`;

    test.each([CALL, OK])(`${where}: what broke off leaves its trace (%j)`, async (said) => {
      for (const order of ["before", "after"]) {
        const begun = [fresh(where)];
        const after = said.calls ? result("b") : user("And?");
        const breakOff = (): Promise<string> => ask(gateway, { ...talk, turns: begun, said, extent: "after-call" });
        if (order === "before") await breakOff();
        await ask(gateway, { ...talk, turns: begun, said: thinking(said, "Theirs alone.") });
        if (order === "after") await breakOff();
        const body = await ask(gateway, { ...talk, turns: [...begun, { said }, after], said: DONE });
        expect({ order, leaks: holds(body, "Theirs alone.") }).toEqual({ order, leaks: false });
      }
    });

    test.each(["call_0", `toolu_01${hash("dropped").slice(0, 22)}`])(
      `${where}: words whose call was dropped get no thought of who said them alone (%s)`,
      async (id) => {
        for (const order of ["words first", "call first"])
          for (const thinks of ["asks", "silent"] as const) {
            const turns = [fresh(where)];
            const words = (): Promise<string> => ask(gateway, { ...talk, turns, said: thinking(OK, "Theirs alone.") });
            const calls = CALL.calls?.map((call) => ({ ...call, id })) ?? [];
            const call = (): Promise<string> => ask(gateway, { ...talk, turns, said: { ...OK, calls }, thinks });
            for (const one of order === "words first" ? [words, call] : [call, words]) await one();
            const body = await ask(gateway, { ...talk, turns: [...turns, { said: OK }, user("Stop.")], said: DONE });
            expect({ order, thinks, leaks: holds(body, "Theirs alone.") }).toEqual({ order, thinks, leaks: false });
          }
      },
    );

    test(`${where}: what broke off in a named session leaves its trace, though its client prints an old message anew`, async () => {
      for (const said of [CALL, OK]) {
        const [session, after] = [`Broken ${pairs++}`, said.calls ? result("b") : user("And?")];
        const first = [fresh(where)];
        await ask(gateway, { ...talk, session, turns: first, said: thinking(said, "A subagent's.") });
        await ask(gateway, { ...talk, session, turns: [fresh(where)], said, extent: "after-call" });
        const turns = [user("Printed anew."), { said }, after];
        expect(holds(await ask(gateway, { ...talk, session, turns, said: DONE }), "A subagent's.")).toBe(false);
      }
    });

    if (passes(talk)) continue;

    const LOOPS: Readonly<Record<string, readonly (readonly [Said, string])[]>> = {
      polls: Array.from({ length: 6 }, () => [CALL, "running"]),
      "edits and tests": [1, 2, 3].flatMap((): [Said, string][] => [
        [CALL, "2 failed"],
        [{ text: "Once more.", calls: [{ id: "call_0", args: { path: "b.ts" } }] }, "ok"],
      ]),
    };
    test.each(Object.keys(LOOPS))(
      `${where}: a conversation alone that %s keeps the thoughts of all its turns in every turn`,
      async (loop) => {
        const turns: Turn[] = [fresh(where)];
        const thoughts: string[] = [];
        for (const [said, became] of LOOPS[loop] ?? []) {
          const thought = `Round ${thoughts.length} of ${loop} ${where} ${pairs}`;
          const body = await ask(gateway, { ...talk, turns, said: thinking(said, thought) });
          expect(thoughts.filter((one) => !holds(body, one))).toEqual([]);
          thoughts.push(thought);
          turns.push({ said }, result(became));
        }
        const body = await ask(gateway, { ...talk, turns, said: DONE });
        const places = thoughts.map((one) => Math.max(body.indexOf(one), body.indexOf(proofOf(one))));
        expect(places.every((place, at) => place > (places[at - 1] ?? 0))).toBe(true);
      },
    );

    test(`${where}: a round that broke off in a loop costs the thoughts of no other round`, async () => {
      const turns: Turn[] = [fresh(where)];
      const thoughts = [0, 1, 2, 3].map((round) => `Before and after the break, ${round}, ${where} ${pairs}`);
      for (const [round, thought] of thoughts.entries()) {
        if (round === 2) {
          await ask(gateway, { ...talk, turns, said: CALL, extent: "after-call" });
          turns.push({ said: CALL }, result("running"));
        }
        await ask(gateway, { ...talk, turns, said: thinking(CALL, thought) });
        turns.push({ said: CALL }, result("running"));
      }
      const body = await ask(gateway, { ...talk, turns, said: DONE });
      expect(thoughts.filter((thought) => !holds(body, thought))).toEqual([]);
    });

    test(`${where}: a conversation that differs in what stood in front keeps its thought, and so does the other`, async () => {
      const first = fresh(where);
      const stories = ["Now the tests.", "Now the docs."].map((words) => {
        const turns = [first, { said: OK }, user(words)];
        return { turns, thought: `Of ${words} ${where}` };
      });
      for (const { turns, thought } of stories) {
        await ask(gateway, { ...talk, turns: [first], said: OK });
        await ask(gateway, { ...talk, turns, said: thinking(CALL, thought) });
      }
      for (const { turns, thought } of stories) {
        const body = await ask(gateway, { ...talk, turns: [...turns, { said: CALL }, result("x")], said: DONE });
        expect(stories.map((one) => holds(body, one.thought))).toEqual(stories.map((one) => one.thought === thought));
      }
    });

    test(`${where}: one that its client names keeps its thought, though its client prints an old message anew`, async () => {
      const [first, thoughts] = [fresh(where), ["mine", "yours"].map((who) => `${who} ${where} ${pairs}`)];
      for (const thought of thoughts)
        await ask(gateway, { ...talk, session: thought, turns: [first], said: thinking(CALL, thought) });
      const turns = [user("Printed anew."), { said: CALL }, result("x")];
      for (const thought of thoughts) {
        const body = await ask(gateway, { ...talk, session: thought, turns, said: DONE });
        expect(thoughts.map((one) => holds(body, one))).toEqual(thoughts.map((one) => one === thought));
      }
    });

    test(`${where}: with ids of its own a conversation keeps its thought, though its client prints an old message anew`, async () => {
      const [first, thought] = [fresh(where), `Long ago ${where} ${pairs}`];
      const said: Said = { calls: [{ id: `call_${hash(thought).slice(0, 24)}`, args: { path: "a.ts" } }] };
      const results: Turn = { results: [[said.calls?.[0]?.id ?? "", "x"]] };
      await ask(gateway, { ...talk, turns: [first, { said: OK }, user("As it was.")], said: thinking(said, thought) });
      const turns = [first, { said: OK }, user("As it is."), { said }, results];
      expect(holds(await ask(gateway, { ...talk, turns, said: DONE }), thought)).toBe(true);
    });

    test(`${where}: a conversation alone keeps the thoughts of all its turns, though each calls itself call_0`, async () => {
      const turns: Turn[] = [fresh(where)];
      const thoughts = [1, 2, 3, 4].map((step) => `Step ${step} of ${where} ${pairs}`);
      for (const [at, thought] of thoughts.entries()) {
        await ask(gateway, { ...talk, turns, said: thinking(CALL, thought) });
        turns.push({ said: CALL }, result(`result ${at}`));
      }
      const body = await ask(gateway, { ...talk, turns, said: DONE });
      expect(thoughts.filter((thought) => !holds(body, thought))).toEqual([]);
    });
  }

  test.each([CALL, OK])("bytes that passed in a loop leave their trace for a twin's later rounds: %j", async (said) => {
    const [first, thought] = [fresh("Rounds"), `Theirs ${pairs}`];
    const turns: Turn[] = [first, { said: CALL }, result("running")];
    await ask(gateway, { client: "responses", vendor: "messages", turns, said: thinking(said, thought) });
    await ask(gateway, { client: "responses", vendor: "responses", turns, said, thinks: "silent" });
    const after = [...turns, { said }, said.calls ? result("b") : user("And?")];
    expect(
      holds(await ask(gateway, { client: "responses", vendor: "messages", turns: after, said: DONE }), thought),
    ).toBe(false);
  });

  // The Responses caller's bytes pass to the one vendor and are translated for the other.
  test.each([
    ["thought first", CALL],
    ["thought first", OK],
    ["thoughtless first", CALL],
    ["thoughtless first", OK],
  ] as const)(
    "one whose bytes passed leaves its trace for the day that its model changes: %s, %j",
    async (order, said) => {
      const [first, thought] = [fresh("Passes"), `Elsewhere ${pairs}`];
      const thinks = (): Promise<string> =>
        ask(gateway, { client: "responses", vendor: "messages", turns: [first], said: thinking(said, thought) });
      const passing = (): Promise<string> =>
        ask(gateway, { client: "responses", vendor: "responses", turns: [first], said, thinks: "silent" });
      for (const one of order === "thought first" ? [thinks, passing] : [passing, thinks]) await one();
      const turns = [first, { said }, said.calls ? result("b") : user("And?")];
      const body = await ask(gateway, { client: "responses", vendor: "messages", turns, said: DONE });
      expect(holds(body, thought)).toBe(false);
    },
  );
});
