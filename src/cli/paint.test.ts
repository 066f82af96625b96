import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { isColoured } from "./paint.ts";

test.each([
  [true, {}, true],
  [false, {}, false],
  [true, { NO_COLOR: "1" }, false],
  [true, { NO_COLOR: "" }, true],
  [true, { TERM: "dumb" }, false],
  [false, { FORCE_COLOR: "1" }, true],
  [true, { FORCE_COLOR: "0" }, false],
  [true, { NO_COLOR: "1", FORCE_COLOR: "1" }, true],
] as const)("on a terminal: %p, with %p: %p", (isTTY, variables, coloured) =>
  expect(isColoured({ isTTY }, variables)).toBe(coloured),
);

describe("on a terminal", () => {
  const MAIN = join(import.meta.dir, "../main.ts");
  async function screen(args: readonly string[], more: Readonly<Record<string, string>> = {}): Promise<string> {
    let said = "";
    const child = Bun.spawn([process.execPath, "--no-env-file", MAIN, ...args], {
      cwd: import.meta.dir,
      env: { PATH: "/usr/bin:/bin", HOME: "/nowhere", TERM: "xterm", PORT: "1", ...more },
      terminal: { cols: 100, rows: 40, data: (_terminal, data) => void (said += new TextDecoder().decode(data)) },
    });
    await child.exited;
    child.terminal?.close();
    return said;
  }

  test("a warning's mark is yellow, and NO_COLOR leaves it as it is", async () => {
    expect(await screen(["doctor"])).toContain("\u001b[33m!\u001b[39m the gateway: None runs");
    const plain = await screen(["doctor"], { NO_COLOR: "1" });
    expect(plain).toContain("! the gateway: None runs");
    expect(plain).not.toContain("\u001b[");
  }, 60_000);

  test("an ordinary sentence is not red", async () => {
    const said = await screen(["setup", "codex", "--undo"]);
    expect(said).toContain("there is nothing to undo");
    expect(said).not.toContain("\u001b[");
  }, 60_000);
});
