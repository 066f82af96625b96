/** The launcher in both of its ways: it becomes Bun where Node can, and waits for a child elsewhere. Whoever starts it sees no difference. */
import { afterAll, describe, expect, test } from "bun:test";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Ended, listen } from "../../test/fixtures/place.ts";

const LAUNCHER = join(import.meta.dir, "../../bin/codeswitch.js");
const FOLDER = mkdtempSync(join(tmpdir(), "codeswitch-launch-"));
afterAll(() => rmSync(FOLDER, { recursive: true }));

/** CODESWITCH_TEST_NODE names a newer one, where that of the path has no execve. */
const NODE = process.env.CODESWITCH_TEST_NODE ?? Bun.which("node") ?? "node";
const hasExecve = Bun.spawnSync([NODE, "-p", "typeof process.execve"]).stdout.toString().trim() === "function";
const WITHOUT = ["--import", "data:text/javascript,process.execve=undefined"];

interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  says(part: string): Promise<string>;
}

describe("Bun as a child of a Node that waits", () => behaves(WITHOUT));
describe.skipIf(!hasExecve)(
  `Bun as the process that Node was${hasExecve ? "" : ": this Node has no process.execve, which came with 22.15"}`,
  () => behaves([]),
);

function behaves(flags: readonly string[]): void {
  const start = (command: readonly string[], env: Readonly<Record<string, string>> = {}): Started => {
    const { PATH = "", HOME = "" } = process.env;
    const [program = "", ...args] = command;
    const child = spawn(program, args, {
      cwd: FOLDER,
      env: { PATH, HOME, CODESWITCH_DATA_DIR: join(FOLDER, "data"), ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const { ended, until } = listen(child);
    return { child, ended, says: (part) => until(part, (out, err) => [out, err].find((text) => text.includes(part))) };
  };
  const launcher = [NODE, ...flags, LAUNCHER];
  const gateway = (): Started => start([...launcher, "start", "--port", "0"]);

  test("hands on what it prints, and how it ended", async () => {
    expect(await start([...launcher, "--version"]).ended).toMatchObject({ code: 0, err: "" });
    const { code, out, err } = await start([...launcher, "strat"]).ended;
    expect([code, out]).toEqual([2, ""]);
    expect(err).toStartWith('"strat" is not a command of codeswitch.');
  });

  test.each(["SIGTERM", "SIGINT", "SIGHUP"] as const)("ends in order on %s", async (signal) => {
    const { child, ended, says } = gateway();
    await says("is ready on");
    child.kill(signal);
    const { code, err } = await ended;
    expect([code, err]).toEqual([0, "Stopped.\n"]);
  });

  // Elsewhere there is no /proc to look into.
  test.skipIf(process.platform !== "linux")(
    "no Node is left where Bun took its place (read in Linux's /proc)",
    async () => {
      const { child, ended, says } = gateway();
      await says("is ready on");
      const command = readFileSync(`/proc/${child.pid}/cmdline`, "utf8").split("\0");
      const children = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, "utf8");
      expect([command[0] === NODE, children === ""]).toEqual(flags === WITHOUT ? [true, false] : [false, true]);
      child.kill("SIGTERM");
      await ended;
    },
  );

  test("ends when npm's shell does, which hands no signal on", async () => {
    // The words behind it keep the shell from taking the launcher's place itself.
    const line = `${[...launcher, "start", "--port", "0"].map((word) => `'${word}'`).join(" ")}; true`;
    const { child, ended, says } = start(["sh", "-c", line], { npm_lifecycle_event: "start" });
    const url = /is ready on (\S+)\n/.exec(await says("is ready on"))?.[1] ?? "";
    child.kill("SIGTERM");
    // Its end is that of the last process which holds its output.
    expect((await ended).err).toBe("Stopped.\n");
    await expect(fetch(`${url}/health`)).rejects.toThrow();
  });
}
