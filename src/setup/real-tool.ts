/** The real program, in a home folder of its own that holds nothing but what setup writes: the person's sessions, hooks and servers stay out of it. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { only, SYSTEM } from "../config/child-environment.ts";
import type { Step } from "../probe/round-trip.ts";
import type { Connection, Setup } from "./setup.ts";
import { maskSecrets } from "./show.ts";

const TIMEOUT_MS = 90_000;

/** None: it is not installed. */
export async function askRealTool(setup: Setup, connection: Connection, path: string): Promise<readonly Step[]> {
  const { program } = setup;
  const found = program && Bun.which(program.command, { PATH: path });
  if (!program || !found) return [];
  const home = mkdtempSync(join(tmpdir(), "codeswitch-setup-"));
  try {
    for (const { path: file, after } of setup.plan(() => undefined, { home, env: {} }, connection)) {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, after, { mode: 0o600 });
    }
    return await run(setup, [found, ...program.args("Say hi.", connection)], home, program.env?.(connection), path);
  } finally {
    // A program that is just ending may still write there.
    rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

async function run(
  { title }: Setup,
  command: string[],
  home: string,
  env: Readonly<Record<string, string>> | undefined,
  path: string,
): Promise<readonly Step[]> {
  const cwd = join(home, "work");
  mkdirSync(cwd);
  const child = Bun.spawn(command, {
    cwd,
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    env: { PATH: path, HOME: home, USERPROFILE: home, ...only(process.env, SYSTEM), ...env },
  });
  const timer = setTimeout(() => child.kill("SIGKILL"), TIMEOUT_MS);
  const [out, err, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  clearTimeout(timer);
  const name = `${title} itself`;
  if (code !== 0 || out.trim() === "")
    return [{ name, state: "fails", words: `it ended with ${code}: ${lastWords(err || out)}` }];
  return [
    { name, state: "works", words: "it runs, asks the gateway and shows the answer" },
    ...warningsIn(`${err}\n${out}`).map((words): Step => ({ name, state: "warns", words })),
  ];
}

/** What it says of its own accord and nobody would see, since the answer came. */
const warningsIn = (said: string): string[] => [
  ...new Set(
    Bun.stripANSI(said)
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line.startsWith("warning:"))
      .map((line) => maskSecrets(line.slice(0, 300))),
  ),
];

function lastWords(text: string): string {
  const lines = Bun.stripANSI(text)
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);
  return maskSecrets(lines.slice(-3).join(" ").slice(0, 300)) || "it said nothing";
}
