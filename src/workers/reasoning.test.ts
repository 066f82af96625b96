/** Two workers, each with its own vault, and the supervisor's memory between them. */
import { describe, expect, test } from "bun:test";
import { joinedLines } from "../../test/fixtures/lines.ts";
import { answer, NOW, remember, SCOPE, thought } from "../../test/fixtures/lives.ts";
import { besideShared } from "../vault/beside.ts";
import { memoryLevel } from "../vault/memory.ts";
import { type Vault, vaultOf } from "../vault/vault.ts";
import { LIMITS } from "../wire/limits.ts";
import { lineOf } from "./line.ts";
import { reasoningOver, reasoningVerbs } from "./reasoning.ts";

const clock = (): number => NOW;

/** Their vaults, over one supervisor. */
function twoWorkers() {
  const verbs = reasoningVerbs(memoryLevel(clock), clock);
  const worker = () => vaultOf(reasoningOver(joinedLines(verbs).here));
  return [worker(), worker()] as const;
}

describe("reasoning that no disk may see", () => {
  test("is found at the other worker", async () => {
    const [one, other] = twoWorkers();
    remember(one, answer("hm", "call_1"));
    await thought(one, "call_1");
    expect(await thought(other, "call_1")).toBe("hm");
  });

  test("clashes with what another worker kept of the same words, and neither is restored", async () => {
    const [one, other] = twoWorkers();
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

describe("the level of a process beside the shared one", () => {
  const IN_MEMORY = { ...SCOPE, keeps: "memory" } as const;
  const ON_DISK = { ...SCOPE, keeps: "disk" } as const;
  function both() {
    let now = NOW;
    const shared = memoryLevel(() => now);
    const disks = [memoryLevel(() => now), memoryLevel(() => now)] as const;
    const verbs = reasoningVerbs(shared, () => now);
    const [one, other] = disks.map((disk) => vaultOf(besideShared(disk, reasoningOver(joinedLines(verbs).here)))) as [
      Vault,
      Vault,
    ];
    return { one, other, disk: vaultOf(disks[0]), advance: (ms: number) => void (now += ms) };
  }

  test("hands what was not written yet to another process", async () => {
    const { one, other } = both();
    remember(one, answer("hm", "call_1"), ON_DISK);
    expect(await thought(other, "call_1", ON_DISK)).toBe("hm");
  });

  test("writes nothing that belongs into memory alone", async () => {
    const { one, other, disk } = both();
    remember(one, answer("hm", "call_1"), IN_MEMORY);
    expect(await thought(other, "call_1", IN_MEMORY)).toBe("hm");
    expect(await thought(disk, "call_1", IN_MEMORY)).toBeUndefined();
  });

  test("restores neither where two processes kept different reasoning of the same words", async () => {
    const { one, other } = both();
    remember(one, answer("hm", "call_1"), ON_DISK);
    remember(other, answer("aha", "call_1"), ON_DISK);
    expect(await thought(one, "call_1", ON_DISK)).toBeUndefined();
    expect(await thought(other, "call_1", ON_DISK)).toBeUndefined();
  });

  test("keeps what goes to disk as well for a while only", async () => {
    const { one, other, advance } = both();
    remember(one, answer("hm", "call_1"), ON_DISK);
    await thought(other, "call_1", ON_DISK);
    advance(LIMITS.vaultSharedMs - 1);
    expect(await thought(other, "call_1", ON_DISK)).toBe("hm");
    advance(1);
    expect(await thought(other, "call_1", ON_DISK)).toBeUndefined();
    expect(await thought(one, "call_1", ON_DISK)).toBe("hm");
  });
});
