import { expect, test } from "bun:test";
import { createHmac, hkdfSync } from "node:crypto";
import { keyHashes } from "./key-hash.ts";
import { makeKey } from "./made-key.ts";

const NEW = { id: "new", value: "n".repeat(32) };
const OLD = { id: "old", value: "o".repeat(32) };

test("a key is kept as HMAC-SHA-256 under a key of the server's secret", () => {
  const key = makeKey();
  const derived = Buffer.from(hkdfSync("sha256", NEW.value, "", "codeswitch hashes of keys 1", 32));
  const hmac = createHmac("sha256", derived).update(key).digest("base64url");
  expect(keyHashes([NEW]).current(key)).toBe(`new:${hmac}`);
});

test("what an older secret hashed is still found, and new keys are hashed by the present one", () => {
  const key = makeKey();
  const before = keyHashes([OLD]).current(key);
  const now = keyHashes([NEW, OLD]);
  expect(now.all(key)).toContain(before);
  expect(now.all(key)[0]).toBe(now.current(key));
  expect(now.current(key)).not.toBe(before);
});

test("a hash of a secret that is not here is known as such", () => {
  const { current } = keyHashes([OLD]);
  expect(keyHashes([NEW, OLD]).isKnown(current("cs-x"))).toBe(true);
  expect(keyHashes([NEW]).isKnown(current("cs-x"))).toBe(false);
  expect(keyHashes([NEW]).isKnown("nonsense")).toBe(false);
});
