import { expect, test } from "bun:test";
import { DEFAULTS } from "../config/default.ts";
import type { Config } from "../config/config.ts";
import { keyring } from "./keyring.ts";

const config = (...keys: readonly string[]): Config => ({
  ...DEFAULTS,
  keys: keys.map((key) => ({ name: `name of ${key}`, key })),
  providers: {},
  models: [],
  source: "a test",
  warnings: [],
});

test("a configuration has one keyring, and another one its own", () => {
  const [first, second] = [config("a"), config("b")];
  expect(keyring(first)).toBe(keyring(first));
  const headers = new Headers({ "x-api-key": "b" });
  expect(() => keyring(first).identify(headers)).toThrow("not one of this gateway's keys");
  expect(keyring(second).identify(headers).name).toBe("name of b");
  expect(keyring(config()).open).toBe(true);
});
