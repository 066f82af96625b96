/** Two keys of one name or of one value: the complaint stands at the second one's own line. */
import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { VENDORS } from "../providers/catalog.ts";
import { loadConfig } from "./load.ts";

const cwd = mkdtempSync(join(tmpdir(), "codeswitch-twins-"));
afterAll(() => rmSync(cwd, { recursive: true }));

function complaintOf(...keys: readonly string[]): string {
  const lines = [
    "providers: { s: { kind: simulator } }",
    "models: { m: { targets: [ { provider: s, model: demo } ] } }",
    "auth:",
    "  keys:",
    ...keys,
  ];
  writeFileSync(join(cwd, "codeswitch.yaml"), `${lines.join("\n")}\n`);
  try {
    loadConfig(undefined, {}, { variables: {}, cwd, vendors: VENDORS });
  } catch (error) {
    return (error as Error).message;
  }
  return "";
}

test("a name that stands twice", () => {
  const twice = [
    "    - name: me",
    "      key: one-of-the-keys-0123456789",
    "    - key: other-key-0123456789",
    "      name: me",
  ];
  expect(complaintOf(...twice)).toStartWith(
    "codeswitch.yaml:8: auth.keys[1].name is already the name of auth.keys[0].",
  );
});

test("a value that stands twice, which is not shown", () => {
  const complaint = complaintOf(
    "    - { name: a, key: one-of-the-keys-0123456789 }",
    "    - { key: one-of-the-keys-0123456789, name: b }",
  );
  expect(complaint).toStartWith("codeswitch.yaml:6: auth.keys[1].key");
  expect(complaint).toContain("is the same key as auth.keys[0].");
  expect(complaint).not.toContain("one-of-the-keys");
});

test("keys that differ in both are fine", () => {
  expect(
    complaintOf("    - { name: a, key: one-of-the-keys-0123456789 }", "    - { name: b, key: other-key-0123456789 }"),
  ).toBe("");
});
