import { expect, test } from "bun:test";
import { loadConfig } from "../config/load.ts";
import { VENDORS } from "../providers/catalog.ts";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { greeting } from "./greeting.ts";

function greetingFor(...names: readonly string[]): string {
  const cwd = mkdtempSync(join(tmpdir(), "codeswitch-greeting-"));
  const models = Object.fromEntries(names.map((name) => [name, { targets: [{ provider: "sim", model: "sim-echo" }] }]));
  writeFileSync(join(cwd, "codeswitch.yaml"), JSON.stringify({ providers: { sim: { kind: "simulator" } }, models }));
  const config = loadConfig(undefined, {}, { variables: {}, cwd, vendors: VENDORS });
  rmSync(cwd, { recursive: true });
  return greeting(config, "http://127.0.0.1:4141", "1");
}

/** What a shell makes of the line behind a title. */
function pasted(text: string, title: string): readonly string[] {
  const line = text.split("\n").find((one) => one.trim().startsWith(title)) ?? "";
  const command = line
    .trim()
    .slice(title.length)
    .replace(/ claude /, " printf '%s\\n' ")
    .replace(/^ *curl /, "printf '%s\\n' ");
  return Bun.spawnSync(["sh", "-c", command]).stdout.toString().trim().split("\n");
}

test("the commands to paste ask for a model that has a name, not for a pattern", () => {
  const text = greetingFor("kimi-*", "demo");
  expect(pasted(text, "Claude Code").at(-1)).toBe("demo");
  expect(JSON.parse(pasted(text, "curl").at(-1) ?? "")).toMatchObject({ model: "demo" });
});

test("where there are patterns alone, a word stands for the name", () => {
  expect(pasted(greetingFor("kimi-*"), "Claude Code").at(-1)).toBe("MODEL");
});

test("a name that a shell would read arrives whole", () => {
  const name = "it's $HOME; model";
  const text = greetingFor(name);
  expect(pasted(text, "Claude Code").at(-1)).toBe(name);
  expect(JSON.parse(pasted(text, "curl").at(-1) ?? "")).toMatchObject({ model: name });
});
