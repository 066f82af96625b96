import { expect, test } from "bun:test";
import { provenance } from "../vault/provenance.ts";
import type { Seal } from "../ir/seal.ts";
import { LIMITS } from "../wire/limits.ts";
import { sealsOf } from "./seals.ts";

const SEAL = { dialect: "anthropic-messages", issuer: "a", family: "f", value: "sig" } as const;
const BARE = { ...SEAL, issuer: "", family: "" };
const thought = (seal: Seal) => ({ kind: "reasoning", sections: ["hm"], seal }) as const;
const READER = { dialect: SEAL.dialect, issuer: "b", family: "f" } as const;

test("a seal that one worker sent out is known to the others, to those that start later, and to one that was just starting", () => {
  const seals = sealsOf();
  const worker = () => {
    const member = seals.join();
    const own = provenance(member.heard);
    for (const made of member.known) own.learn(made);
    return { own, member };
  };
  const [one, two, starting] = [worker(), worker(), worker()];
  two.member.listens(two.own.learn);
  const told: string[] = [];
  one.member.listens(({ hash }) => void told.push(hash));
  one.own.note(SEAL);
  starting.member.listens(starting.own.learn);
  for (const { own } of [one, two, starting, worker()]) {
    expect(own.holdsForeign([thought(BARE)], READER)).toBe(true);
    expect(own.isMixed(READER)).toBe(true);
  }
  expect(told).toEqual([]);
  two.member.leave();
  one.own.note({ ...SEAL, value: "other" });
  expect(two.own.holdsForeign([thought({ ...BARE, value: "other" })], READER)).toBe(false);
});

test("as many are handed to a new worker as one remembers", () => {
  const seals = sealsOf();
  const { heard } = seals.join();
  for (let at = 0; at <= LIMITS.provenanceMax; at++)
    heard({ hash: `${at}`, dialect: SEAL.dialect, issuer: "a", family: "f" });
  const { known } = seals.join();
  expect([known.length, known[0]?.hash]).toEqual([LIMITS.provenanceMax, "1"]);
});
