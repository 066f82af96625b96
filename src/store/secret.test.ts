import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSecrets, rotateSecret, SECRET_FILE } from "./secret.ts";

const ROOT = mkdtempSync(join(tmpdir(), "codeswitch-secret-"));
afterAll(() => rmSync(ROOT, { recursive: true }));
let folders = 0;
const folder = (): string => join(ROOT, `data-${folders++}`);
const HOUR = 3_600_000;
const NOW = Date.UTC(2026, 0, 1);
const OWN = "a-secret-of-more-than-32-characters";

describe("the server's secret", () => {
  test("is made once, and is the same ever after", () => {
    const dir = folder();
    const made = openSecrets(dir, undefined, NOW);
    expect(made).toHaveLength(1);
    expect(made[0].value).toHaveLength(43);
    expect(openSecrets(dir, undefined, NOW + HOUR)).toEqual(made);
    expect(readdirSync(dir)).toEqual([SECRET_FILE]);
    if (process.platform !== "win32") expect(statSync(join(dir, SECRET_FILE)).mode & 0o777).toBe(0o600);
  });

  test("of the environment wins, and what the file's one sealed stays readable", () => {
    const dir = folder();
    const [filed] = openSecrets(dir, undefined, NOW);
    expect(openSecrets(dir, OWN, NOW).map(({ value }) => value)).toEqual([OWN, filed.value]);
    expect(openSecrets(folder(), OWN, NOW)).toHaveLength(1);
  });

  test("of the environment is changed by a list, of which the first one seals", () => {
    const [current, old] = openSecrets(folder(), `${"n".repeat(32)}, ${OWN}`, NOW);
    expect([current.value, old?.value]).toEqual(["n".repeat(32), OWN]);
    expect(() => openSecrets(folder(), `${OWN},`, NOW)).toThrow(/0 characters/);
  });

  test("its name does not tell it", () => {
    const [{ id, value }] = openSecrets(folder(), OWN, NOW);
    expect(id).toMatch(/^[0-9a-f]{12}$/);
    expect(value).toBe(OWN);
  });

  test("rotated, the old one still reads until what it sealed has expired", () => {
    const dir = folder();
    const [first] = openSecrets(dir, undefined, NOW);
    const [second, ...old] = rotateSecret(dir, NOW + HOUR, 6 * HOUR);
    expect(old).toEqual([first]);
    expect(openSecrets(dir, undefined, NOW)).toEqual([second, first]);
    expect(rotateSecret(dir, NOW + 2 * HOUR, 6 * HOUR)).toHaveLength(3);
    const [latest, ...readable] = rotateSecret(dir, NOW + 20 * HOUR, 6 * HOUR);
    expect(readable).toHaveLength(1);
    expect(readFileSync(join(dir, SECRET_FILE), "utf8")).not.toContain(first.value);
    expect(latest.value).not.toBe(second.value);
    expect(readdirSync(dir)).toEqual([SECRET_FILE]);
  });

  test("that is too short is refused with what to do", () => {
    expect(() => openSecrets(folder(), "short", NOW)).toThrow(/5 characters.*openssl rand -hex 32/);
  });

  test.each(["", "{}", "[]", '[{"value":"short","since":"2026-01-01"}]', '["x"]', "[null]", '[{"value":1}]'])(
    "a file that holds %p is named",
    (text) => {
      const dir = folder();
      openSecrets(dir, undefined, NOW);
      writeFileSync(join(dir, SECRET_FILE), text);
      expect(() => openSecrets(dir, undefined, NOW)).toThrow(/does not hold a secret/);
    },
  );
});
