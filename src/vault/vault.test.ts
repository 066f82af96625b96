import { describe, expect, test } from "bun:test";
import { collect } from "../ir/collect.ts";
import type { StreamEvent } from "../ir/events.ts";
import type { CallEntry, Entry, ReasoningEntry } from "../ir/request.ts";
import type { Seal } from "../ir/seal.ts";
import { usageLine } from "../ir/usage.ts";
import { LIMITS } from "../wire/limits.ts";
import { literal } from "../wire/json.ts";
import { frontOf } from "./behind.ts";
import { memoryLevel, memoryVault } from "./memory.ts";
import { vaultOf } from "./vault.ts";

const SCOPE = { caller: "laptop", conversation: "one", session: "guessed", keeps: "memory" } as const;
const READER = { dialect: "anthropic-messages", issuer: "claude", family: "claude" } as const;
const seal = (value: string): Seal => ({ ...READER, value });

/** An answer that thinks, then calls. */
const thinkThenCall = (thought: string, signature: string, callId: string) => {
  const events: StreamEvent[] = [
    { type: "start" },
    { type: "block-start", index: 0, block: { kind: "reasoning", channel: "raw" } },
    { type: "block-delta", index: 0, delta: { text: literal(thought) } },
    { type: "block-delta", index: 0, delta: { seal: seal(signature), mode: "append" } },
    { type: "block-end", index: 0 },
    { type: "block-start", index: 1, block: { kind: "call", callId, tool: { via: "function", name: "ls" } } },
    { type: "block-end", index: 1 },
    { type: "finish", reason: "tool", usage: { lines: [usageLine({})], hostedCalls: {}, source: "reported" } },
  ];
  return collect(events);
};

const user: Entry = { kind: "message", role: "user", content: "list" };
const call = (callId: string): CallEntry => ({
  kind: "call",
  callId,
  tool: { via: "function", name: "ls" },
  input: { json: "{}" },
});
const result = (callId: string, content = "a b"): Entry => ({ kind: "result", callId, via: "function", content });
const thought = (text: string, signature: string): ReasoningEntry => ({
  kind: "reasoning",
  sections: [text],
  seal: seal(signature),
});
/** What the answers stand behind, but where a test says otherwise. */
const ASKED = { ...SCOPE, front: frontOf([user]) };
const conversation = (callId: string): readonly Entry[] => [user, call(callId), result(callId)];

describe("the vault", () => {
  test("reasoning that a client dropped is put back in front of its call", async () => {
    const vault = memoryVault(() => 0);
    vault.remember(ASKED, thinkThenCall("hm", "sig", "call_1"), "whole");
    expect(await vault.restore(SCOPE, conversation("call_1"), READER)).toEqual([
      user,
      thought("hm", "sig"),
      call("call_1"),
      result("call_1"),
    ]);
  });

  test("nothing is put back while its vetoes cannot be read: a disk that is late at the second question counts for nothing", async () => {
    const memory = memoryLevel(() => 0);
    let questions = 0;
    let isLate = true;
    const vault = vaultOf({
      ...memory,
      get: async (keys, keeps) => (++questions % 2 === 0 && isLate ? new Map() : memory.get(keys, keeps)),
      stop: async () => {},
    });
    vault.remember(ASKED, thinkThenCall("hm", "sig", "call_1"), "whole");
    const asked = conversation("call_1");
    expect([await vault.restore(SCOPE, asked, READER), questions]).toEqual([asked, 2]);
    isLate = false;
    expect(await vault.restore(SCOPE, asked, READER)).toHaveLength(asked.length + 1);
  });

  test("another key, and another conversation of the same key, see nothing", async () => {
    const vault = memoryVault(() => 0);
    vault.remember(ASKED, thinkThenCall("hm", "sig", "call_1"), "whole");
    for (const scope of [
      { ...SCOPE, caller: "other" },
      { ...SCOPE, conversation: "two" },
    ])
      expect(await vault.restore(scope, conversation("call_1"), READER)).toEqual(conversation("call_1"));
  });

  test("two turns with the same call id and different reasoning restore neither", async () => {
    const vault = memoryVault(() => 0);
    vault.remember(ASKED, thinkThenCall("hm", "sig", "call_0"), "whole");
    vault.remember(ASKED, thinkThenCall("else", "gis", "call_0"), "whole");
    expect(await vault.restore(SCOPE, conversation("call_0"), READER)).toEqual(conversation("call_0"));
  });

  test("what a foreign vendor cannot open comes with its seal, so that the encoder says that it is left out", async () => {
    const vault = memoryVault(() => 0);
    vault.remember(ASKED, thinkThenCall("plain", "sig", "call_1"), "whole");
    const foreign = { ...READER, issuer: "other" };
    expect((await vault.restore(SCOPE, conversation("call_1"), foreign))[1]).toEqual(thought("plain", "sig"));
  });

  test("a host that says call_0 in every turn gets each turn's own: what stood in front tells them apart", async () => {
    const vault = memoryVault(() => 0);
    const first = [user, call("call_0"), result("call_0", "a b")];
    vault.remember(ASKED, thinkThenCall("first", "sig 1", "call_0"), "whole");
    vault.remember(
      { ...SCOPE, front: frontOf([result("call_0", "a b")]) },
      thinkThenCall("second", "sig 2", "call_0"),
      "whole",
    );
    const entries = [...first, call("call_0"), result("call_0", "c")];
    expect(await vault.restore(SCOPE, entries, READER)).toEqual([
      user,
      thought("first", "sig 1"),
      ...first.slice(1),
      thought("second", "sig 2"),
      ...entries.slice(3),
    ]);
  });

  test("what the client itself sends back is left alone", async () => {
    const vault = memoryVault(() => 0);
    vault.remember(ASKED, thinkThenCall("hm", "sig", "call_1"), "whole");
    const kept = [user, thought("own", "own"), call("call_1"), result("call_1")];
    expect(await vault.restore(SCOPE, kept, READER)).toEqual(kept);
  });

  test("an entry is forgotten after its time", async () => {
    let now = 0;
    const vault = memoryVault(() => now);
    vault.remember(ASKED, thinkThenCall("hm", "sig", "call_1"), "whole");
    now = LIMITS.vaultTtlMs + 1;
    expect(await vault.restore(SCOPE, conversation("call_1"), READER)).toEqual(conversation("call_1"));
  });

  test("the oldest entry leaves when there are too many", async () => {
    const vault = memoryVault(() => 0);
    for (let count = 0; count <= LIMITS.vaultEntriesMax; count++)
      vault.remember(ASKED, thinkThenCall("hm", "sig", `call_${count}`), "whole");
    expect(await vault.restore(SCOPE, conversation("call_0"), READER)).toEqual(conversation("call_0"));
    expect(await vault.restore(SCOPE, conversation("call_1"), READER)).toHaveLength(4);
  });

  test("a turn that is too large is not kept", async () => {
    const vault = memoryVault(() => 0);
    vault.remember(ASKED, thinkThenCall("x".repeat(LIMITS.vaultTurnBytesMax), "sig", "call_1"), "whole");
    expect(await vault.restore(SCOPE, conversation("call_1"), READER)).toEqual(conversation("call_1"));
  });

  test("one that is too large leaves its trace: another with the same call gives it nothing", async () => {
    const vault = memoryVault(() => 0);
    vault.remember(ASKED, thinkThenCall("x".repeat(LIMITS.vaultTurnBytesMax), "sig", "call_0"), "whole");
    vault.remember(ASKED, thinkThenCall("hm", "sig", "call_0"), "whole");
    expect(await vault.restore(SCOPE, conversation("call_0"), READER)).toEqual(conversation("call_0"));
  });

  test("arguments that were cut off may come back as anything: a call of that id is known by them no more", async () => {
    const vault = memoryVault(() => 0);
    const { blocks, ...rest } = thinkThenCall("hm", "sig", "call_0");
    vault.remember(ASKED, thinkThenCall("hm", "sig", "call_0"), "whole");
    vault.remember(ASKED, { ...rest, blocks: blocks.map((block) => ({ ...block, input: '{"pa' })) }, "whole");
    expect(await vault.restore(SCOPE, conversation("call_0"), READER)).toEqual(conversation("call_0"));
  });

  test("a clash ends on the date that it had when it came to be, whoever comes later", async () => {
    let now = 0;
    const vault = memoryVault(() => now);
    const remember = (thought: string): void =>
      vault.remember(ASKED, thinkThenCall(thought, thought, "call_0"), "whole");
    remember("one");
    now = LIMITS.vaultTtlMs - 10;
    remember("two");
    for (now += LIMITS.vaultTtlMs / 2; now < 2 * LIMITS.vaultTtlMs - 10; now += LIMITS.vaultTtlMs / 8)
      remember("later");
    expect(await vault.restore(SCOPE, conversation("call_0"), READER)).toEqual(conversation("call_0"));
    now = 2 * LIMITS.vaultTtlMs;
    remember("new");
    expect(await vault.restore(SCOPE, conversation("call_0"), READER)).toHaveLength(4);
  });

  test("what may touch the disk and what may not never meet", async () => {
    const vault = memoryVault(() => 0);
    vault.remember({ ...ASKED, keeps: "disk" }, thinkThenCall("hm", "sig", "call_0"), "whole");
    expect(await vault.restore(SCOPE, conversation("call_0"), READER)).toEqual(conversation("call_0"));
  });

  test("a turn of ten thousand calls is known by its first thousand", async () => {
    const vault = memoryVault(() => 0);
    const ids = Array.from({ length: 10_000 }, (_, at) => `call_${at}`);
    const { blocks, ...rest } = thinkThenCall("hm", "sig", "call_0");
    const [thinking, one] = blocks;
    if (!thinking || !one) throw new Error("no blocks");
    const many = ids.map((callId) => ({ ...one, block: { ...one.block, callId } }) as typeof one);
    vault.remember(ASKED, { ...rest, blocks: [thinking, ...many] }, "whole");
    expect(await vault.restore(SCOPE, [user, ...ids.map(call)], READER)).toHaveLength(ids.length + 2);
    expect(await vault.restore(SCOPE, [user, ...ids.slice(LIMITS.vaultCallsMax).map(call)], READER)).toHaveLength(
      ids.length - LIMITS.vaultCallsMax + 1,
    );
  });
});
