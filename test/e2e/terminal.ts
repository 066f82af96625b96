/** A person's terminals: one home and one data folder, and in each shell the variables that were typed there and no others. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Line, linesOf } from "./process.ts";

const MAIN = join(import.meta.dir, "../../src/main.ts");

type Variables = Readonly<Record<string, string>>;

export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface StartedGateway {
  readonly url: string;
  readonly pid: number;
  /** The next of its log that is wanted. */
  line(isWanted: (line: Line) => boolean): Promise<Line>;
  /** As Ctrl-C does. */
  stop(): Promise<number>;
  /** Without a word, as a crash does. */
  kill(): Promise<void>;
}

export interface Person {
  readonly home: string;
  readonly data: string;
  /** A folder to stand in; with a codeswitch.yaml where a text is given. */
  folder(yaml?: string): string;
  start(cwd: string, variables?: Variables, ...flags: readonly string[]): Promise<StartedGateway>;
  /** One that goes on until it is ended. */
  spawn(cwd: string, args: readonly string[]): Bun.Subprocess<"ignore", "pipe", "pipe">;
  run(cwd: string, args: readonly string[], variables?: Variables): Promise<Ended>;
  /** Ends what still runs, and removes everything. */
  leave(): Promise<void>;
}

/** Only what a system has: no coding tool that this machine happens to hold. */
const PATH = (process.env.PATH ?? "")
  .split(":")
  .filter((folder) => /^\/(usr\/)?(local\/)?s?bin$/.test(folder))
  .join(":");

export function person(): Person {
  const root = mkdtempSync(join(tmpdir(), "codeswitch-person-"));
  const [home, data] = [join(root, "home"), join(root, "data")];
  mkdirSync(home);
  const running = new Set<StartedGateway>();
  let folders = 0;
  const spawn = (cwd: string, args: readonly string[], variables: Variables) =>
    Bun.spawn([process.execPath, "--no-env-file", MAIN, ...args], {
      cwd,
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
      env: { PATH, HOME: home, CODESWITCH_DATA_DIR: data, BUN_RUNTIME_TRANSPILER_CACHE_PATH: "0", ...variables },
    });
  return {
    home,
    data,
    folder: (yaml) => {
      const folder = join(root, `work-${folders++}`);
      mkdirSync(folder);
      if (yaml !== undefined) writeFileSync(join(folder, "codeswitch.yaml"), yaml);
      return folder;
    },
    start: async (cwd, variables = {}, ...flags) => {
      const child = spawn(cwd, ["start", "--log-format", "json", ...flags], variables);
      const line = linesOf(child.stdout);
      let started = await line();
      while (started["event"] !== "started") started = await line();
      const end = async (signal: NodeJS.Signals): Promise<number> => {
        running.delete(gateway);
        child.kill(signal);
        return await child.exited;
      };
      const gateway: StartedGateway = {
        url: String(started["url"]),
        pid: child.pid,
        line: async (isWanted) => {
          let said = await line();
          while (!isWanted(said)) said = await line();
          return said;
        },
        stop: () => end("SIGTERM"),
        kill: async () => void (await end("SIGKILL")),
      };
      running.add(gateway);
      return gateway;
    },
    spawn: (cwd, args) => spawn(cwd, args, {}),
    run: async (cwd, args, variables = {}) => {
      const child = spawn(cwd, args, variables);
      const [out, err, code] = await Promise.all([
        new Response(child.stdout).text(),
        new Response(child.stderr).text(),
        child.exited,
      ]);
      return { code, out, err };
    },
    leave: async () => {
      for (const gateway of [...running]) await gateway.kill();
      rmSync(root, { recursive: true, force: true });
    },
  };
}
