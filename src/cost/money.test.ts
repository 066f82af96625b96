/** Money keeps every digit that it has. */
import { expect, test } from "bun:test";
import fc from "fast-check";
import { dollars, halfEven, shownDollars } from "./money.ts";

test.each([
  [0, "0"],
  [1, "0.000000001"],
  [26_400_000, "0.0264"],
  [1_000_000_000, "1"],
  [1_234_567_891, "1.234567891"],
  [Number.MAX_SAFE_INTEGER, "9007199.254740991"],
  [-5, "-0.000000005"],
])("%d nano-dollars are %s dollars", (nano, text) => expect(dollars(nano)).toBe(text));

test("dollars are plain decimals that are the same number of nano-dollars again", () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), (nano) => {
      const text = dollars(nano);
      expect(text).toMatch(/^-?\d+(\.\d*[1-9])?$/);
      const [whole = "", fraction = ""] = text.replace("-", "").split(".");
      const back = BigInt(whole) * 1_000_000_000n + BigInt(fraction.padEnd(9, "0"));
      expect(back).toBe(BigInt(Math.abs(nano)));
    }),
  );
});

test.each([
  [0, "$0"],
  [12_300_000, "$0.0123"],
  [12_345_000, "$0.0123"],
  [1_500_000_000, "$1.5000"],
  [30_000, "$0.00003"],
  [37_512, "$0.000038"],
  [1, "$0.000000001"],
])("%d nano-dollars are shown as %s", (nano, text) => expect(shownDollars(nano)).toBe(text));

test.each([
  [1_500, 2],
  [2_500, 2],
  [2_501, 3],
  [2_499, 2],
  [3_500, 4],
])("%d pico-dollars are %d nano-dollars: a half goes to the even one", (pico, nano) =>
  expect(halfEven(pico, 1_000)).toBe(nano),
);
