import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { kindOfKey, makeKey, shownKey } from "./made-key.ts";

describe("a made key", () => {
  test("has 256 random bits and a checksum, in letters and digits", () => {
    expect(makeKey()).toMatch(/^cs-[0-9A-Za-z]{49}$/);
    expect(new Set(Array.from({ length: 1_000 }, () => makeKey())).size).toBe(1_000);
    expect(makeKey(new Uint8Array(32))).toBe(`cs-${"0".repeat(43)}${makeKey(new Uint8Array(32)).slice(-6)}`);
    expect(makeKey(new Uint8Array(32).fill(255))).toHaveLength(52);
  });

  test("says the same of the same bits, and other bits are another key", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        (a, b) => {
          expect(kindOfKey(makeKey(a))).toBe("made");
          expect(makeKey(a) === makeKey(b)).toBe(Buffer.from(a).equals(Buffer.from(b)));
        },
      ),
    );
  });

  test("with any one character wrong is known as mistyped, without a look-up", () => {
    const key = makeKey();
    for (let at = 3; at < key.length; at++) {
      const other = key[at] === "x" ? "y" : "x";
      expect(kindOfKey(key.slice(0, at) + other + key.slice(at + 1))).toBe("mistyped");
    }
  });

  test("with two neighbours swapped, cut off or grown is mistyped too", () => {
    const key = makeKey(new Uint8Array(32).map((_, at) => at * 7 + 1));
    const at = [...key].findIndex((letter, index) => index >= 3 && letter !== key[index + 1]);
    const swapped = key.slice(0, at) + key.charAt(at + 1) + key.charAt(at) + key.slice(at + 2);
    for (const wrong of [swapped, key.slice(0, -1), `${key}0`, "cs-", "cs-hello", key.replace("cs-", "cs-_")])
      expect(kindOfKey(wrong)).toBe("mistyped");
    for (const other of ["sk-abc", "", key.slice(3), key.toUpperCase()]) expect(kindOfKey(other)).toBe("other");
  });

  test("is shown by its last four characters", () => {
    const key = makeKey();
    expect(shownKey(key)).toBe(`cs-…${key.slice(-4)}`);
  });
});
