/** Where a call comes from stands in its record, and goes to nobody else. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import type { CallRecord } from "../../src/ledger/ledger.ts";
import { provider, recordAfter, type Running, start, target } from "./gateway.ts";
import { type Answering, type Upstream, upstream } from "./upstream.ts";
import { bodyFor, CROSSINGS, PATH, post, WHOLE, wholeStream, type Wire, WIRES } from "./wires.ts";

const KEY = "a-key-of-30-characters-0123456";
const LABELS = {
  "x-codeswitch-session": "s-CANARY",
  "x-codeswitch-agent": "a-CANARY",
  "x-codeswitch-parent-agent": "p-CANARY",
  "x-codeswitch-repo": "https://me:secret@github.com/acme/shop.git",
  "x-codeswitch-branch": "b-CANARY",
  "x-codeswitch-pr": "17",
  "x-codeswitch-tags": "ticket=CANARY,team=mine",
  "x-codeswitch-strict": "false",
  "x-codeswitch-of-tomorrow": "CANARY",
};
const HEADERS = { authorization: `Bearer ${KEY}`, "user-agent": "claude-cli/2.1.329 (external, cli)" };

let vendor: Upstream;
let gateway: Running;
let answer: Answering;
beforeAll(async () => {
  vendor = upstream((asked, count) => answer(asked, count));
  gateway = await start({
    keys: [{ name: "me", key: KEY, tags: { team: "search" } }],
    providers: WIRES.map((wire) => provider(wire, wire, vendor.url)),
    models: WIRES.map((wire) => ({ name: wire, targets: [target(wire, wire)] })),
  });
});
afterAll(async () => {
  await gateway.stop();
  await vendor.stop();
});

const good =
  (wire: Wire): Answering =>
  ({ body }) =>
    body["stream"] === true
      ? new Response(wholeStream(wire), { headers: { "content-type": "text/event-stream" } })
      : Response.json(WHOLE[wire]);

async function recordOf(path: string, body: object, headers: Record<string, string>): Promise<CallRecord> {
  const known = gateway.records.length;
  await (await post(gateway.url, path, body, { ...HEADERS, ...headers })).text();
  return recordAfter(gateway, known);
}

/** What the vendor got last. */
const asked = (): string => {
  const { headers, text, path } = vendor.asked.at(-1) ?? { headers: new Headers(), text: "CANARY", path: "" };
  return JSON.stringify([path, [...headers.entries()], text]);
};

const ORIGIN = {
  keyId: "file:me",
  address: "127.0.0.1",
  clientVersion: "2.1.329",
  session: "s-CANARY",
  sessionFrom: "x-codeswitch-session",
  agent: "a-CANARY",
  parentAgent: "p-CANARY",
  repo: "github.com/acme/shop",
  branch: "b-CANARY",
  pr: "17",
  tags: { ticket: "CANARY", team: "search" },
};

for (const { client, upstream: wire } of CROSSINGS)
  for (const stream of [false, true])
    test(`labels are recorded and forwarded to nobody: ${client} client, ${wire} upstream, ${stream ? "streamed" : "whole"}`, async () => {
      answer = good(wire);
      expect(await recordOf(PATH[client], bodyFor(client, wire, { stream }), LABELS)).toMatchObject({
        ...ORIGIN,
        kind: "call",
        status: 200,
      });
      expect(asked()).not.toMatch(/x-codeswitch|CANARY|secret/);
    });

test("a count of tokens has a record of its own kind, which bills nothing, and forwards no label", async () => {
  answer = () => Response.json({ input_tokens: 7 });
  const body = bodyFor("messages", "messages", { max_tokens: undefined });
  expect(await recordOf("/v1/messages/count_tokens", body, LABELS)).toMatchObject({
    ...ORIGIN,
    ...{ kind: "count", outcome: "ended", status: 200, surface: "anthropic-messages", lane: "native" },
    ...{ modelAsked: "messages", modelEntry: "messages", provider: "messages", modelServed: "served" },
    attempts: [{ provider: "messages", model: "served", status: 200 }],
    usage: { source: "none" },
    cost: { nano: 0, priced: true },
  });
  expect(asked()).not.toMatch(/x-codeswitch|CANARY|secret/);
});

test("a count that was made here names no vendor, and one that was refused says why", async () => {
  const before = vendor.asked.length;
  expect(await recordOf("/v1/messages/count_tokens", bodyFor("messages", "chat"), {})).toMatchObject({
    ...{ kind: "count", outcome: "ended", status: 200, attempts: [] },
  });
  expect(vendor.asked.length).toBe(before);
  expect(await recordOf("/v1/messages/count_tokens", bodyFor("messages", "nobody"), {})).toMatchObject({
    ...{ kind: "count", outcome: "failed", status: 404, error: "unknown-model", modelAsked: "nobody" },
  });
});

test("a bad label is passed over, and the call goes on", async () => {
  answer = good("chat");
  const bad = { "x-codeswitch-session": "x".repeat(300), "x-codeswitch-tags": "=,;%%", "x-codeswitch-pr": "\u0085" };
  expect(await recordOf(PATH.chat, bodyFor("chat", "chat"), bad)).toMatchObject({
    ...{ status: 200, sessionFrom: "guessed", tags: { team: "search" } },
  });
});

test("a conversation that nobody names is one, whether its calls are answered or refused", async () => {
  answer = good("chat");
  const answered = await recordOf(PATH.chat, bodyFor("chat", "chat"), {});
  const refused = await recordOf(PATH.chat, bodyFor("chat", "nobody"), {});
  expect([answered.status, refused.status, answered.sessionFrom]).toEqual([200, 404, "guessed"]);
  expect(refused.session).toBe(answered.session as string);
});

test("the same id of a vendor twice, and none twice, are four records with ids of their own", async () => {
  const records: CallRecord[] = [];
  for (const id of ["chatcmpl-same", "chatcmpl-same", "", ""]) {
    answer = () => Response.json({ ...WHOLE.chat, id });
    records.push(await recordOf(PATH.chat, bodyFor("chat", "chat"), {}));
  }
  expect(new Set(records.map(({ id }) => id)).size).toBe(4);
  expect(records.map(({ upstreamId }) => upstreamId)).toEqual(["chatcmpl-same", "chatcmpl-same", undefined, undefined]);
});

test("where an answer has no id of its own, the vendor's id of the request stands for it, refused or not", async () => {
  const headers = { "x-request-id": "req_of_vendor" };
  answer = () => Response.json({ ...WHOLE.chat, id: "" }, { headers });
  expect((await recordOf(PATH.chat, bodyFor("chat", "chat"), {})).upstreamId).toBe("req_of_vendor");
  answer = () => Response.json({ error: { message: "no" } }, { status: 400, headers });
  expect((await recordOf(PATH.chat, bodyFor("chat", "chat"), {})).upstreamId).toBe("req_of_vendor");
});

test("a call that is refused belongs to the conversation that it would have been part of", async () => {
  answer = good("chat");
  const body = bodyFor("chat", "chat");
  const sessions = new Set<string | undefined>();
  for (const model of ["chat", "nobody-has-this"]) {
    const record = await recordOf(PATH["chat"], { ...body, model }, { "user-agent": "curl/8" });
    expect(record.sessionFrom).toBe("guessed");
    sessions.add(record.session);
  }
  expect(sessions.size).toBe(1);
});
