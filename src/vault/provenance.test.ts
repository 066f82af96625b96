import { describe, expect, test } from "bun:test";
import type { Entry } from "../ir/request.ts";
import type { Seal } from "../ir/seal.ts";
import { LIMITS } from "../wire/limits.ts";
import { provenance } from "./provenance.ts";

const OURS = { dialect: "openai-responses", issuer: "azure:eu", family: "gpt-5" } as const;
const OTHERS = { ...OURS, issuer: "openai:us" };
const bare = (value: string): readonly Entry[] => [
  { kind: "reasoning", sections: [], seal: { ...OURS, issuer: "", family: "", value } },
];
const made = (value: string, by: typeof OURS | typeof OTHERS = OURS): Seal => ({ ...by, value });

describe("a seal that a client presents bare", () => {
  test("is known again by what it is", () => {
    const known = provenance();
    known.note(made("abc"));
    expect(known.named(bare("abc"), OURS)).toEqual([{ kind: "reasoning", sections: [], seal: made("abc") }]);
    expect(known.named(bare("xyz"), OURS)).toEqual(bare("xyz"));
  });

  test("is foreign to everybody but its maker; one that nobody knows is foreign to nobody", () => {
    const known = provenance();
    known.note(made("abc"));
    expect(known.holdsForeign(bare("abc"), OTHERS)).toBe(true);
    expect(known.holdsForeign(bare("abc"), OURS)).toBe(false);
    expect(known.holdsForeign(bare("xyz"), OTHERS)).toBe(false);
  });

  test("takes the item ids of what it led to with it, to a foreign reader", () => {
    const known = provenance();
    known.note(made("abc"));
    const call = (id?: string): Entry => ({
      kind: "call",
      callId: "c",
      tool: { via: "function", name: "ls" },
      input: { json: "{}" },
      ...(id && { id }),
    });
    const result: Entry = { kind: "result", callId: "c", via: "function", content: "a" };
    const entries = [...bare("abc"), call("fc_1"), result, call("fc_2")];
    expect(known.named(entries, OTHERS).slice(1)).toEqual([call(), result, call("fc_2")]);
    expect(known.named(entries, OURS).slice(1)).toEqual([call("fc_1"), result, call("fc_2")]);
  });

  test("is not looked for while there is one maker only", () => {
    const known = provenance();
    expect(known.isMixed(OURS)).toBe(false);
    known.note(made("abc"));
    expect(known.isMixed(OURS)).toBe(false);
    expect(known.isMixed(OTHERS)).toBe(true);
    known.note(made("def", OTHERS));
    expect(known.isMixed(OURS)).toBe(true);
  });

  test("is forgotten when there are too many", () => {
    const known = provenance();
    for (let count = 0; count <= LIMITS.provenanceMax; count++) known.note(made(`seal ${count}`));
    expect(known.named(bare("seal 0"), OURS)).toEqual(bare("seal 0"));
    expect(known.holdsForeign(bare("seal 1"), OTHERS)).toBe(true);
  });
});

test("a seal that goes out without an issuer takes no earlier one's place", () => {
  const known = provenance();
  known.note(made("abc"));
  known.note({ ...OURS, issuer: "", value: "abc" });
  known.note({ ...OURS, value: "" });
  expect(known.named(bare("abc"), OURS)).toEqual([{ kind: "reasoning", sections: [], seal: made("abc") }]);
  expect(known.named(bare(""), OURS)).toEqual(bare(""));
});
