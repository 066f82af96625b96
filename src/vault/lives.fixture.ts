/** Lives of vaults on data folders, and what they are told: for the tests of the durable vault. */
import { afterAll } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Answer, collect } from "../ir/collect.ts";
import type { Entry } from "../ir/request.ts";
import { usageLine } from "../ir/usage.ts";
import { literal } from "../wire/json.ts";
import { frontOf } from "./behind.ts";
import { openVault } from "./open.ts";
import type { Scope, Vault } from "./vault.ts";

/** A place of its own for each file of tests, gone after it: one process may run several. */
export function places(): { root(): string; folder(): string } {
  let root: string | undefined;
  let folders = 0;
  const made = (): string => (root ??= mkdtempSync(join(tmpdir(), "codeswitch-vault-")));
  afterAll(() => {
    if (root !== undefined) rmSync(root, { recursive: true });
  });
  return { root: made, folder: () => join(made(), `data-${folders++}`) };
}

const READER = { dialect: "anthropic", issuer: "one account", family: "one family" } as const;
export const SCOPE: Scope = {
  caller: "laptop-of-somebody",
  conversation: "conversation-4711",
  session: "guessed",
  keeps: "disk",
};
export const NOW = 1_700_000_000_000;

export const answer = (thought: string, callId: string) =>
  collect([
    { type: "start" },
    { type: "block-start", index: 0, block: { kind: "reasoning", channel: "raw" } },
    { type: "block-delta", index: 0, delta: { text: literal(thought) } },
    { type: "block-delta", index: 0, delta: { seal: { ...READER, value: `signed ${thought}` }, mode: "set" } },
    { type: "block-end", index: 0 },
    { type: "block-start", index: 1, block: { kind: "call", callId, tool: { via: "function", name: "ls" } } },
    { type: "block-end", index: 1 },
    { type: "finish", reason: "tool", usage: { lines: [usageLine({})], hostedCalls: {}, source: "reported" } },
  ]);
const USER: Entry = { kind: "message", role: "user", content: "list" };
export const remember = (vault: Vault, answered: Answer, scope: Scope = SCOPE): void =>
  vault.remember({ ...scope, front: frontOf([USER]) }, answered, "whole");
const calls = (callId: string): readonly Entry[] => [
  USER,
  { kind: "call", callId, tool: { via: "function", name: "ls" }, input: { json: "{}" } },
];
/** The thought that comes back in front of a call; undefined: none. */
export async function thought(vault: Vault, callId: string, scope: Scope = SCOPE): Promise<string | undefined> {
  const entry = (await vault.restore(scope, calls(callId), READER))[1];
  return entry?.kind === "reasoning" ? entry.sections[0] : undefined;
}

/** Writing happens behind the call: waits until it has. */
export async function eventually(holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + 4_000;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error("not within four seconds");
    await Bun.sleep(5);
  }
}

/** One life of a gateway on a data folder. */
export async function life<T>(
  dir: string,
  live: (vault: Vault, warnings: readonly string[]) => T | Promise<T>,
): Promise<T> {
  const warnings: string[] = [];
  const vault = openVault(
    { dataDir: dir },
    () => NOW,
    (warning) => void warnings.push(warning),
  );
  try {
    return await live(vault, warnings);
  } finally {
    await vault.stop();
  }
}
