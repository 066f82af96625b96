/** A model at two accounts, neither of which reads what the other sealed: a conversation stays, while it can, where its seals were made. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { KeyConfig } from "../../src/config/config.ts";
import { provider, type Running, start, target } from "./gateway.ts";
import { bodyOf, MODEL, proofOf, type Said, streamOf, type Turn } from "./twins.ts";
import { type Upstream, upstream } from "./upstream.ts";
import { bodyFor, PATH, post, readStream, WHOLE, type Wire } from "./wires.ts";

type Account = "eu" | "us";
const CALL: Said = { calls: [{ id: "call_0", args: { path: "a.ts" } }] };
const BEGUN: readonly Turn[] = [{ user: "Fix it." }];
const CONTINUED: readonly Turn[] = [...BEGUN, { said: CALL }, { results: [["call_0", "let x"]] }];

describe.each([
  ["chat", "messages"],
  ["chat", "responses"],
  ["messages", "messages"],
  ["responses", "messages"],
  ["messages", "responses"],
] as const)("a conversation of a %s client that drops its thinking, before %s", (client: Wire, vendor) => {
  const dataDir = mkdtempSync(join(tmpdir(), "codeswitch-home-"));
  let down: Set<Account>;
  let accounts: Readonly<Record<Account, Upstream>>;
  let gateway: Running;
  const begin = (vault: NonNullable<KeyConfig["vault"]>): Promise<Running> =>
    start({
      dataDir,
      keys: [{ name: "one", key: "first-key-7f3a", vault }],
      providers: [provider("eu", vendor, accounts.eu.url), provider("us", vendor, accounts.us.url)],
      models: [{ name: "both", targets: [target("eu", vendor, MODEL[vendor]), target("us", vendor, MODEL[vendor])] }],
    });
  beforeEach(async () => {
    down = new Set();
    const serve = (account: Account): Upstream =>
      upstream(() =>
        down.has(account)
          ? new Response("{}", { status: 500 })
          : new Response(streamOf(vendor, { ...CALL, thought: `Thought at ${account}.` }), {
              headers: { "content-type": "text/event-stream" },
            }),
      );
    accounts = { eu: serve("eu"), us: serve("us") };
    gateway = await begin("disk");
  });
  afterEach(async () => {
    await gateway.stop();
    for (const account of Object.values(accounts)) await account.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  /** Who answered, and what it was asked. */
  async function ask(turns: readonly Turn[]): Promise<{ readonly by: string | undefined; readonly body: string }> {
    const answer = await post(gateway.url, PATH[client], bodyOf(client, "both", turns, "asks"), {
      authorization: "Bearer first-key-7f3a",
    });
    expect(answer.status).toBe(200);
    await readStream(client, answer).until(() => false);
    const by = gateway.records.at(-1)?.provider;
    return { by, body: by === "eu" || by === "us" ? (accounts[by].asked.at(-1)?.text ?? "") : "" };
  }
  async function failOver(): Promise<void> {
    down.add("eu");
    expect((await ask(BEGUN)).by).toBe("us");
    down.clear();
  }

  test("goes on with the second account after a failover, with its thinking", async () => {
    await failOver();
    const { by, body } = await ask(CONTINUED);
    expect({ by, proven: body.includes(proofOf("Thought at us.")) }).toEqual({ by: "us", proven: true });
    expect(accounts.eu.asked).toHaveLength(1);
  });

  test("does so after a restart too", async () => {
    await failOver();
    await gateway.stop();
    gateway = await begin("disk");
    const { by, body } = await ask(CONTINUED);
    expect({ by, proven: body.includes(proofOf("Thought at us.")) }).toEqual({ by: "us", proven: true });
  });

  test("returns to the first one when the second is down: an answer is worth more than its thinking", async () => {
    await failOver();
    down.add("us");
    const { by, body } = await ask(CONTINUED);
    expect({ by, foreign: body.includes(proofOf("Thought at us.")) }).toEqual({ by: "eu", foreign: false });
  });

  test("begins at the first account, and stays there", async () => {
    expect((await ask(BEGUN)).by).toBe("eu");
    expect((await ask(CONTINUED)).by).toBe("eu");
    expect(accounts.us.asked).toHaveLength(0);
  });

  test("keeps the order of the plan where nothing was kept for it", async () => {
    await gateway.stop();
    gateway = await begin("off");
    await failOver();
    expect((await ask(CONTINUED)).by).toBe("eu");
  });
});

test("a client that replays a bare signature is sent to the account that made it, byte by byte", async () => {
  let isDown = true;
  const answer = (account: Account): Response =>
    new Response(streamOf("messages", { ...CALL, thought: `Thought at ${account}.` }), {
      headers: { "content-type": "text/event-stream" },
    });
  const eu = upstream(() => (isDown ? new Response("{}", { status: 500 }) : answer("eu")));
  const us = upstream(() => answer("us"));
  const gateway = await start({
    providers: [provider("eu", "messages", eu.url), provider("us", "messages", us.url)],
    models: [
      { name: "both", targets: [target("eu", "messages", MODEL.messages), target("us", "messages", MODEL.messages)] },
    ],
  });
  try {
    const ask = async (turns: readonly Turn[], more: readonly object[] = []): Promise<string> => {
      const body = bodyOf("messages", "both", turns, "asks") as { messages: readonly object[] };
      const answered = await post(gateway.url, PATH.messages, { ...body, messages: [...body.messages, ...more] });
      return answered.text();
    };
    await ask(BEGUN);
    isDown = false;
    const signature = proofOf("Thought at us.");
    await ask(BEGUN, [
      {
        role: "assistant",
        content: [
          { type: "thinking", thinking: "Thought at us.", signature },
          { type: "tool_use", id: "call_0", name: "read", input: { path: "a.ts" } },
        ],
      },
      { role: "user", content: [{ type: "tool_result", tool_use_id: "call_0", content: "let x" }] },
    ]);
    expect(gateway.records.map((record) => record.provider)).toEqual(["us", "us"]);
    expect(gateway.records.at(-1)?.lane).toBe("native");
    expect(us.asked.at(-1)?.text).toContain(signature);
  } finally {
    await gateway.stop();
    await eu.stop();
    await us.stop();
  }
});

const REFUSALS = {
  responses: { error: { code: "invalid_encrypted_content", type: "invalid_request_error", message: "No." } },
  messages: {
    type: "error",
    error: {
      type: "invalid_request_error",
      message: "messages.1.content.0: Invalid `signature` in `thinking` block",
    },
  },
} as const;
test.each(["responses", "messages"] as const)(
  "a seal that nobody remembers, refused by the first account, goes to the next one: %s",
  async (wire) => {
    const eu = upstream(() => Response.json(REFUSALS[wire], { status: 400 }));
    const us = upstream(() => Response.json(WHOLE[wire]));
    const both = (names: readonly string[]) => ({
      providers: [provider("eu", wire, eu.url), provider("us", wire, us.url)],
      models: [{ name: "m", targets: names.map((name) => target(name, wire, MODEL[wire])) }],
    });
    const gateways = await Promise.all([start(both(["eu", "us"])), start(both(["eu"]))]);
    try {
      const [two, one] = await Promise.all(gateways.map(({ url }) => post(url, PATH[wire], bodyFor(wire, "m"))));
      expect(two?.status).toBe(200);
      expect(gateways[0].records.at(-1)).toMatchObject({
        provider: "us",
        attempts: [
          { provider: "eu", error: "foreign-seal" },
          { provider: "us", status: 200 },
        ],
      });
      expect([one?.status, await one?.json()]).toEqual([400, REFUSALS[wire]]);
      expect(gateways[1].records.at(-1)).toMatchObject({
        error: "foreign-seal",
        attempts: [{ provider: "eu", status: 400 }],
      });
    } finally {
      for (const gateway of gateways) await gateway.stop();
      await eu.stop();
      await us.stop();
    }
  },
);
