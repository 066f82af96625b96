/** A copy of this tree in which a test adds what docs/TOUR.md says how to add: edited as a person would, run as it is run here. */
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Glob } from "bun";
import { type Ended, listen } from "../fixtures/place.ts";
import { spawn } from "node:child_process";

const ROOT = join(import.meta.dir, "../..");
/** What the tests of a copy read. */
const COPIED = ["src", "test", "docs", "bin", "package.json", "README.md", ".env.example", "codeswitch.example.yaml"];

export interface Copy {
  readonly root: string;
  write(path: string, text: string): void;
  /** Writes `text` in front of the only line that begins with `anchor`. */
  insert(path: string, anchor: string, text: string): void;
  /** Runs a script of the copy: `run(["src/main.ts", "models"])`. */
  run(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Ended>;
  /** The tests that fail there, by name; what keeps one from running too. */
  failures(tests: readonly string[], env?: Readonly<Record<string, string>>): Promise<readonly string[]>;
  start(
    args: readonly string[],
    env?: Readonly<Record<string, string>>,
  ): ReturnType<typeof listen> & { stop(): Promise<unknown> };
  /** Every file that is other than here, or new, in order. */
  changed(): Promise<readonly string[]>;
  remove(): void;
}

export function copyOfTree(): Copy {
  const root = mkdtempSync(join(tmpdir(), "codeswitch-tour-"));
  for (const name of COPIED)
    cpSync(join(ROOT, name), join(root, name), { recursive: true, filter: (path) => !path.endsWith("node_modules") });
  symlinkSync(realpathSync(join(ROOT, "node_modules")), join(root, "node_modules"));
  const home = join(root, "home");
  mkdirSync(home);
  const pathOf = (path: string): string => join(root, path);

  const start: Copy["start"] = (args, env = {}) => {
    const flags = ["--no-env-file", `--config=${pathOf("bin/bunfig.toml")}`];
    const child = spawn(process.execPath, [...flags, ...args], {
      cwd: root,
      env: { PATH: process.env.PATH ?? "", HOME: home, BUN_RUNTIME_TRANSPILER_CACHE_PATH: "0", ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const heard = listen(child);
    return { ...heard, stop: () => (child.kill("SIGKILL"), heard.ended) };
  };

  return {
    root,
    start,
    run: (args, env) => start(args, env).ended,
    failures: async (tests, env) => {
      const { code, err } = await start(["test", ...tests], env).ended;
      const found = err.split("\n").filter((line) => /^(\(fail\)|error:)/.test(line));
      return code === 0 || found.length > 0 ? found : [err];
    },
    write: (path, text) => {
      mkdirSync(dirname(pathOf(path)), { recursive: true });
      writeFileSync(pathOf(path), text);
    },
    insert: (path, anchor, text) => {
      const lines = readFileSync(pathOf(path), "utf8").split("\n");
      const places = lines.flatMap((line, at) => (line.startsWith(anchor) ? [at] : []));
      const [at] = places;
      if (at === undefined || places.length > 1)
        throw new Error(`${places.length} lines of ${path} begin with ${anchor}`);
      writeFileSync(pathOf(path), lines.toSpliced(at, 0, ...text.split("\n")).join("\n"));
    },
    changed: async () => {
      const files = [
        ...new Glob("{src,test,docs,bin}/**/*").scanSync({ cwd: root, dot: true }),
        ".env.example",
        "README.md",
      ];
      const isSame = (path: string): boolean =>
        existsSync(join(ROOT, path)) && readFileSync(join(ROOT, path)).equals(readFileSync(pathOf(path)));
      return files.filter((path) => !isSame(path)).sort();
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

/**
 * The files that TOUR's table names for what somebody wants, in order: what is between backticks and is a path, from
 * `src/` unless it begins with another folder of the tree. Words in capitals are replaced as `names` says.
 */
export function promised(want: string, names: Readonly<Record<string, string>>): readonly string[] {
  const tour = readFileSync(join(ROOT, "docs/TOUR.md"), "utf8");
  const row = tour.split("\n").find((line) => line.startsWith(`| ${want} |`));
  if (row === undefined) throw new Error(`docs/TOUR.md has no row "${want}"`);
  const spans = [...row.matchAll(/`([^` ]+)`/g)].map(([, span = ""]) => span);
  const paths = spans.filter((span) => /\.\w+$/.test(span));
  return paths
    .map((path) => (/^(test|docs|bin|\.env)/.test(path) ? path : `src/${path}`))
    .map((path) => path.replace(/[A-Z]{3,}/g, (word) => names[word] ?? word))
    .sort();
}
