import { describe, expect, test } from "bun:test";
import { collect } from "../ir/collect.ts";
import type { StreamEvent } from "../ir/events.ts";
import type { CallEntry, Entry, ReasoningEntry } from "../ir/request.ts";
import type { Seal } from "../ir/seal.ts";
import { usageLine } from "../ir/usage.ts";
import { LIMITS } from "../wire/limits.ts";
import { literal } from "../wire/json.ts";
import { memoryVault } from "./memory.ts";

const SCOPE = { caller: "laptop", conversation: "one", keeps: "memory" } as const;
const READER = { dialect: "anthropic", issuer: "claude", family: "claude" } as const;
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
const result = (callId: string): Entry => ({ kind: "result", callId, via: "function", content: "a b" });
const thought = (text: string, signature: string): ReasoningEntry => ({
  kind: "reasoning",
  sections: [text],
  seal: seal(signature),
});
const conversation = (callId: string): readonly Entry[] => [user, call(callId), result(callId)];

describe("the vault", () => {
  test("reasoning that a client dropped is put back in front of its call", async () => {
    const vault = memoryVault(() => 0);
    vault.remember(SCOPE, thinkThenCall("hm", "sig", "call_1"));
    expect(await vault.restore(SCOPE, conversation("call_1"), READER)).toEqual([
      user,
      thought("hm", "sig"),
      call("call_1"),
      result("call_1"),
    ]);
  });

  test("another key, and another conversation of the same key, see nothing", async () => {
    const vault = memoryVault(() => 0);
    vault.remember(SCOPE, thinkThenCall("hm", "sig", "call_1"));
    for (const scope of [
      { ...SCOPE, caller: "other" },
      { ...SCOPE, conversation: "two" },
    ])
      expect(await vault.restore(scope, conversation("call_1"), READER)).toEqual(conversation("call_1"));
  });

  test("two turns with the same call id and different reasoning restore neither", async () => {
    const vault = memoryVault(() => 0);
    vault.remember(SCOPE, thinkThenCall("hm", "sig", "call_0"));
    vault.remember(SCOPE, thinkThenCall("else", "gis", "call_0"));
    expect(await vault.restore(SCOPE, conversation("call_0"), READER)).toEqual(conversation("call_0"));
  });

  test("what a foreign vendor cannot open comes with its seal, so that the encoder says that it is left out", async () => {
    const vault = memoryVault(() => 0);
    vault.remember(SCOPE, thinkThenCall("plain", "sig", "call_1"));
    const foreign = { ...READER, issuer: "other" };
    expect((await vault.restore(SCOPE, conversation("call_1"), foreign))[1]).toEqual(thought("plain", "sig"));
  });

  test("a host that says call_0 in every turn gets each turn's own, as long as the arguments tell them apart", async () => {
    const vault = memoryVault(() => 0);
    const step = (path: string, thought: string): void =>
      vault.remember(SCOPE, {
        ...thinkThenCall(thought, thought, "call_0"),
        blocks: thinkThenCall(thought, thought, "call_0").blocks.map((block) =>
          block.block.kind === "call" ? { ...block, input: `{"path": "${path}", "all": true}` } : block,
        ),
      });
    step("a", "first");
    step("b", "second");
    const asked = (path: string): Entry => ({ ...call("call_0"), input: { json: `{"all":true,"path":"${path}"}` } });
    const entries = [user, asked("a"), result("call_0"), asked("b"), result("call_0")];
    expect((await vault.restore(SCOPE, entries, READER)).map((entry) => entry.kind)).toEqual([
      "message",
      "reasoning",
      "call",
      "result",
      "reasoning",
      "call",
      "result",
    ]);
    expect(await vault.restore(SCOPE, conversation("call_0"), READER)).toEqual(conversation("call_0"));
  });

  test("what the client itself sends back is left alone", async () => {
    const vault = memoryVault(() => 0);
    vault.remember(SCOPE, thinkThenCall("hm", "sig", "call_1"));
    const kept = [user, thought("own", "own"), call("call_1"), result("call_1")];
    expect(await vault.restore(SCOPE, kept, READER)).toEqual(kept);
  });

  test("an entry is forgotten after its time", async () => {
    let now = 0;
    const vault = memoryVault(() => now);
    vault.remember(SCOPE, thinkThenCall("hm", "sig", "call_1"));
    now = LIMITS.vaultTtlMs + 1;
    expect(await vault.restore(SCOPE, conversation("call_1"), READER)).toEqual(conversation("call_1"));
  });

  test("the oldest entry leaves when there are too many", async () => {
    const vault = memoryVault(() => 0);
    // Each answer stands under two keys.
    for (let count = 0; count <= LIMITS.vaultEntriesMax / 2; count++)
      vault.remember(SCOPE, thinkThenCall("hm", "sig", `call_${count}`));
    expect(await vault.restore(SCOPE, conversation("call_0"), READER)).toEqual(conversation("call_0"));
    expect(await vault.restore(SCOPE, conversation("call_1"), READER)).toHaveLength(4);
  });

  test("a turn that is too large is not kept", async () => {
    const vault = memoryVault(() => 0);
    vault.remember(SCOPE, thinkThenCall("x".repeat(LIMITS.vaultTurnBytesMax), "sig", "call_1"));
    expect(await vault.restore(SCOPE, conversation("call_1"), READER)).toEqual(conversation("call_1"));
  });
});
