/** Commands as a person types them, in a home and a folder of their own. */
import { afterAll } from "bun:test";
import { type ChildProcess, spawn, type ChildProcessByStdio } from "node:child_process";
import type { Readable } from "node:stream";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const LAUNCHER = join(import.meta.dir, "../../bin/codeswitch.js");
/** How messages call us here: as we were started, from another folder. */
export const NAME = `node ${LAUNCHER}`;

export interface Place {
  readonly home: string;
  readonly cwd: string;
  /** Free when it was looked for, so that nothing else answers there. */
  readonly port: number;
}

export const YAML = `# mine
server: { port: PORT }
auth:
  keys:
    - name: laptop # me
      key: "0123456789abcdef0123456789"
providers: { s: { kind: simulator } }
models:
  tool: { targets: [ { provider: s, model: sim-tool } ] }
`;

/** For one file of tests, which calls this at its top: what it leaves is gone behind it. */
export function places(): { readonly root: string; newPlace(yaml?: string): Promise<Place> } {
  const root = mkdtempSync(join(tmpdir(), "codeswitch-cli-"));
  afterAll(() => {
    // A test that failed may have left its own running.
    for (const child of running) child.kill("SIGTERM");
    rmSync(root, { recursive: true, force: true });
  });
  return {
    root,
    newPlace: async (yaml = YAML) => {
      const folder = mkdtempSync(join(root, "place-"));
      const place = { home: join(folder, "home"), cwd: join(folder, "work"), port: await freePort() };
      mkdirSync(place.home);
      mkdirSync(place.cwd);
      if (yaml !== "") writeFileSync(join(place.cwd, "codeswitch.yaml"), yaml.replace("PORT", String(place.port)));
      return place;
    },
  };
}

async function freePort(): Promise<number> {
  const server = Bun.serve({ port: 0, fetch: () => new Response("") });
  const port = server.port ?? 0;
  await server.stop(true);
  return port;
}

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves when these words were said, on either stream. */
  said(words: string): Promise<string>;
}

const running = new Set<ChildProcess>();

export function start(place: Place, args: readonly string[], env: Readonly<Record<string, string>> = {}): Started {
  const { PATH = "", SystemRoot = "" } = process.env;
  // Only what a system has: no coding tool that this machine happens to hold.
  const path = [...new Set(PATH.split(":").filter((folder) => /^\/(usr\/)?(local\/)?s?bin$/.test(folder)))].join(":");
  const node = Bun.which("node") ?? "node";
  const cache = { BUN_RUNTIME_TRANSPILER_CACHE_PATH: "0" };
  const child = spawn(node, [LAUNCHER, ...args], {
    cwd: place.cwd,
    env: { PATH: path, HOME: place.home, SystemRoot, ...cache, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.add(child);
  child.once("close", () => running.delete(child));
  const { ended, until } = listen(child);
  const said = (words: string): Promise<string> =>
    until(words, (out, err) => {
      const text = `${out}\n${err}`;
      return text.includes(words) ? text : undefined;
    });
  return { child, ended, said };
}

/** What a program says on either stream, all of it at its end or as soon as something is found in it. */
export function listen(child: ChildProcessByStdio<null, Readable, Readable>): {
  readonly ended: Promise<Ended>;
  until(what: string, find: (out: string, err: string) => string | undefined): Promise<string>;
} {
  let out = "";
  let err = "";
  const waiting = new Set<() => void>();
  const heard = (): void => waiting.forEach((look) => look());
  child.stdout.on("data", (data: Buffer) => ((out += data.toString()), heard()));
  child.stderr.on("data", (data: Buffer) => ((err += data.toString()), heard()));
  const ended = new Promise<Ended>((resolve) => child.on("close", (code) => resolve({ code, out, err })));
  const until = (what: string, find: (out: string, err: string) => string | undefined): Promise<string> =>
    new Promise((resolve, reject) => {
      void ended.then((end) => reject(new Error(`ended without "${what}": ${JSON.stringify(end)}`)));
      const look = (): void => {
        const found = find(out, err);
        if (found === undefined) return;
        waiting.delete(look);
        resolve(found);
      };
      waiting.add(look);
      look();
    });
  return { ended, until };
}

export const run = (place: Place, ...args: readonly string[]): Promise<Ended> => start(place, args).ended;
