import { describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { nameTyped } from "./command.ts";

const ROOT = join(import.meta.dir, "../..");

describe("the command in messages", () => {
  test.each([
    ["npx codeswitch", "/home/me/.npm/_npx/df4f/node_modules/.bin/codeswitch", { npm_lifecycle_event: "npx" }],
    ["npx codeswitch", "/srv/app/node_modules/.bin/codeswitch", {}],
    ["npx codeswitch", "/srv/codeswitch/bin/codeswitch.js", { npm_package_name: "codeswitch" }],
    ["codeswitch", "/usr/local/bin/codeswitch", {}],
    ["codeswitch", "/opt/lib/node_modules/codeswitch/bin/codeswitch.js", {}],
    ["codeswitch", "/usr/local/bin/codeswitch", { npm_package_name: "another" }],
    ["node bin/codeswitch.js", "/srv/codeswitch/bin/codeswitch.js", {}],
    ["node /opt/codeswitch/bin/codeswitch.js", "/opt/codeswitch/bin/codeswitch.js", {}],
    ['node "/opt/two words/bin/codeswitch.js"', "/opt/two words/bin/codeswitch.js", {}],
  ])("is %s for %s %p", (name, launcher, variables) =>
    expect(nameTyped({ _CODESWITCH_LAUNCHER: launcher, ...variables }, "/srv/codeswitch")).toBe(name),
  );

  test("is npx codeswitch where nobody says how we were started", () =>
    expect(nameTyped({}, "/srv/codeswitch")).toBe("npx codeswitch"));
});

/** What a message says when it is really started so. */
async function typed(args: readonly string[], cwd: string, variables: Record<string, string> = {}): Promise<string> {
  const { PATH = "", HOME = "", SystemRoot = "" } = process.env;
  const child = Bun.spawn([...args, "strat"], {
    cwd,
    // Offline: what has to be looked up elsewhere is not there.
    env: { PATH, HOME, SystemRoot, npm_config_offline: "true", ...variables },
    stdin: "ignore",
    stdout: "ignore",
    stderr: "pipe",
  });
  return /More: (.*) --help/.exec(await new Response(child.stderr).text())?.[1] ?? "";
}

describe("started for real", () => {
  const folder = mkdtempSync(join(tmpdir(), "codeswitch-typed-"));
  const npm = { npm_config_cache: join(folder, "npm") };

  test("npx codeswitch works in a clone, and messages say so", async () =>
    expect(await typed(["npx", "codeswitch"], ROOT, npm)).toBe("npx codeswitch"));

  test("npx codeswitch works in a project that has the package", async () => {
    const project = join(folder, "project");
    mkdirSync(join(project, "node_modules", ".bin"), { recursive: true });
    symlinkSync(join(ROOT, "bin", "codeswitch.js"), join(project, "node_modules", ".bin", "codeswitch"));
    expect(await typed(["npx", "codeswitch"], project, npm)).toBe("npx codeswitch");
  });

  test("codeswitch works after an install for all folders", async () => {
    const bin = join(folder, "bin");
    mkdirSync(bin);
    symlinkSync(join(ROOT, "bin", "codeswitch.js"), join(bin, "codeswitch"));
    const PATH = `${bin}${delimiter}${process.env.PATH}`;
    expect(await typed(["sh", "-c", "codeswitch $0"], folder, { PATH })).toBe("codeswitch");
    rmSync(folder, { recursive: true, force: true });
  });

  test("node bin/codeswitch.js is repeated as it stands", async () =>
    expect(await typed(["node", "bin/codeswitch.js"], ROOT)).toBe("node bin/codeswitch.js"));
});
