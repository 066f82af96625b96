/** What a mutant goes through until something kills it: the nearest tests first, so that most die within seconds. */
import { spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Mutant } from "./mutant.ts";
import { NEVER_RUN, ROOMS } from "./rooms.ts";

export type Stage = "own tests" | "near tests" | "types" | "all tests";

interface Ended {
  readonly ok: boolean;
  /** The test that failed, the first error of the compiler, or that time was up. */
  readonly why: string;
  readonly output: string;
}

/** Who killed it; undefined: nobody. */
export interface Killed {
  readonly stage: Stage;
  readonly why: string;
}

/** Beyond this a mutant hangs, which is as good as a failed test. */
const LIMIT_MS: Readonly<Record<Stage, number>> = {
  "own tests": 120_000,
  "near tests": 240_000,
  types: 120_000,
  "all tests": 1_200_000,
};

export async function trial(folder: string, mutant: Mutant): Promise<Killed | undefined> {
  for (const { stage, paths } of stagesOf(folder, mutant)) {
    if (paths?.length === 0) continue;
    const ended = await runStage(folder, stage, paths);
    if (ended.ok) continue;
    // Under load a test may fail of itself: what failed far from the mutant must fail twice.
    const failed = stage === "own tests" ? [] : failedFiles(ended.output);
    if (failed.length > 0 && (await runStage(folder, stage, failed)).ok) continue;
    return { stage, why: ended.why };
  }
  return undefined;
}

interface Planned {
  readonly stage: Stage;
  /** Absent where a stage has no choice. */
  readonly paths?: readonly string[];
}

function stagesOf(folder: string, { room, file }: Mutant): readonly Planned[] {
  const { folders = [], near = [] } = ROOMS[room] ?? {};
  const nearest = dirname(file);
  const further = [...folders.filter((path) => path !== nearest && !path.endsWith(".ts")), ...near];
  return [
    { stage: "own tests", paths: [nearest].filter((path) => path !== "src" && holdsTests(join(folder, path))) },
    { stage: "near tests", paths: further.filter((path) => holdsTests(join(folder, path))) },
    { stage: "types" },
    { stage: "all tests" },
  ];
}

function holdsTests(path: string): boolean {
  if (path.endsWith(".test.ts")) return existsSync(path);
  return existsSync(path) && readdirSync(path, { recursive: true }).some((name) => String(name).endsWith(".test.ts"));
}

export async function runStage(folder: string, stage: Stage, paths: readonly string[] = []): Promise<Ended> {
  const started = Date.now();
  const { code, output } = await run(folder, stage === "types" ? TYPES : testing(paths), LIMIT_MS[stage]);
  if (code === 0) return { ok: true, why: "", output };
  const hung = Date.now() - started >= LIMIT_MS[stage];
  return { ok: false, why: hung ? "no end in sight" : whyIn(output), output };
}

const TYPES = ["node_modules/typescript/bin/tsc", "--noEmit"];
const testing = (paths: readonly string[]): readonly string[] => [
  "bin/bun.js",
  "--no-orphans",
  "test",
  "--bail",
  "--only-failures",
  "--timeout",
  "60000",
  ...NEVER_RUN.flatMap((pattern) => ["--path-ignore-patterns", pattern]),
  ...paths.map((path) => `./${path}`),
];

const ANSI = /\u001b\[[\d;]*m/g;
const whyIn = (output: string): string =>
  /^\(fail\) (.*?)(?: \[[\d.]+m?s\])?$/m.exec(output)?.[1] ??
  /^.*error.*$/im.exec(output)?.[0] ??
  "ended with an error";
/** bun test names a file on a line of its own before what failed in it. */
const failedFiles = (output: string): readonly string[] =>
  [...output.matchAll(/^(\S+\.test\.ts):$/gm)].map(([, file = ""]) => file);

function run(cwd: string, args: readonly string[], limitMs: number): Promise<{ code: number | null; output: string }> {
  // A group of its own: at the end of its time, or of ours, everything that the tests started goes with it.
  const child = spawn("node", args, { cwd, detached: true, stdio: ["ignore", "pipe", "pipe"], env: quiet() });
  const kill = (): void => void (child.pid && process.kill(-child.pid, "SIGKILL"));
  const timer = setTimeout(kill, limitMs);
  process.once("exit", kill);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (part: Buffer) => void (output += part));
  return new Promise((resolve) =>
    child.on("close", (code) => {
      clearTimeout(timer);
      process.off("exit", kill);
      resolve({ code, output: output.replaceAll(ANSI, "") });
    }),
  );
}

/** Nothing may rewrite what it should judge. */
const quiet = (): NodeJS.ProcessEnv => ({ ...process.env, CI: "1", NO_COLOR: "1", UPDATE: "" });
