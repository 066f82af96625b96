/** Two workers, each with its own vault, and the supervisor's memory between them. */
import { describe, expect, test } from "bun:test";
import { answer, NOW, remember, SCOPE, thought } from "../../test/fixtures/lives.ts";
import { memoryBeside } from "../vault/beside.ts";
import { memoryLevel } from "../vault/memory.ts";
import { type Level, type Vault, vaultOf } from "../vault/vault.ts";
import { type Line, lineOf, type Parcel, type Verbs } from "./line.ts";
import { reasoningOver, reasoningVerbs } from "./reasoning.ts";

const clock = (): number => NOW;

function lineTo(verbs: Verbs): Line {
  const carry = (to: () => Line) => (parcel: Parcel) => {
    const text = JSON.stringify(parcel);
    queueMicrotask(() => to().receive(JSON.parse(text) as Parcel));
  };
  const here: Line = lineOf(
    carry(() => there),
    {},
  );
  const there: Line = lineOf(
    carry(() => here),
    verbs,
  );
  return here;
}

describe("reasoning that no disk may see", () => {
  test("is found at the other worker", async () => {
    const verbs = reasoningVerbs(memoryLevel(clock));
    const [one, other] = [vaultOf(reasoningOver(lineTo(verbs))), vaultOf(reasoningOver(lineTo(verbs)))];
    remember(one, answer("hm", "call_1"));
    await thought(one, "call_1");
    expect(await thought(other, "call_1")).toBe("hm");
  });

  test("clashes with what another worker kept of the same words, and neither is restored", async () => {
    const verbs = reasoningVerbs(memoryLevel(clock));
    const [one, other] = [vaultOf(reasoningOver(lineTo(verbs))), vaultOf(reasoningOver(lineTo(verbs)))];
    remember(one, answer("hm", "call_1"));
    await thought(one, "call_1");
    remember(other, answer("aha", "call_1"));
    await thought(other, "call_1");
    expect(await thought(one, "call_1")).toBeUndefined();
  });
});

test("a supervisor that does not answer restores nothing, and holds nobody", async () => {
  const vault = vaultOf(reasoningOver(lineOf(() => {}, {})));
  remember(vault, answer("hm", "call_1"));
  expect(await thought(vault, "call_1")).toBeUndefined();
});

describe("a disk with a memory beside it", () => {
  const both = (): { vault: Vault; disk: Level; memory: Level } => {
    const [disk, memory] = [memoryLevel(clock), memoryLevel(clock)];
    return { vault: vaultOf(memoryBeside(disk, memory)), disk, memory };
  };
  const IN_MEMORY = { ...SCOPE, keeps: "memory" } as const;
  const ON_DISK = { ...SCOPE, keeps: "disk" } as const;

  test("keeps in each what belongs there", async () => {
    const { vault, disk, memory } = both();
    remember(vault, answer("hm", "call_1"), IN_MEMORY);
    remember(vault, answer("aha", "call_2"), ON_DISK);
    expect(await thought(vaultOf(memory), "call_1", IN_MEMORY)).toBe("hm");
    expect(await thought(vaultOf(disk), "call_1", IN_MEMORY)).toBeUndefined();
    expect(await thought(vaultOf(disk), "call_2", ON_DISK)).toBe("aha");
    expect(await thought(vaultOf(memory), "call_2", ON_DISK)).toBeUndefined();
  });
});
