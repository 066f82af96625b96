/** `codeswitch setup` with the real programs: after one command each of them calls the gateway, and after --undo its files are what they were. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { startSimulator, type Simulator } from "../../src/simulator/index.ts";
import { CLAUDE, CODEX, IS_FULL_RUN, OPENCODE, PI } from "./clients.ts";

const LAUNCHER = join(import.meta.dir, "../../bin/codeswitch.js");

interface Program {
  readonly id: string;
  readonly command: string;
  readonly file: string;
  /** As a person starts it, told nothing of the gateway. */
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** What the person has already. */
  readonly own: readonly [path: string, text: string];
  readonly path: string;
}

const PROGRAMS: readonly Program[] = [
  {
    id: "claude-code",
    command: "claude",
    file: CLAUDE,
    args: ["-p", "Say hi."],
    env: { DISABLE_TELEMETRY: "1", CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1", CLAUDE_CODE_MAX_RETRIES: "0" },
    own: [".claude/settings.json", '{\n    "permissions": { "deny": ["WebFetch"] }\n}\n'],
    path: "/v1/messages",
  },
  {
    id: "codex",
    command: "codex",
    file: CODEX,
    args: ["exec", "--skip-git-repo-check", "Say hi."],
    own: [".codex/config.toml", '# mine\napproval_policy = "never"\n\n[tui]\nnotifications = false\n'],
    path: "/v1/responses",
  },
  {
    id: "opencode",
    command: "opencode",
    file: OPENCODE,
    args: ["run", "--title", "t", "Say hi."],
    env: {
      OPENCODE_DISABLE_MODELS_FETCH: "1",
      OPENCODE_DISABLE_AUTOUPDATE: "1",
      OPENCODE_DISABLE_LSP_DOWNLOAD: "1",
      OPENCODE_DISABLE_DEFAULT_PLUGINS: "1",
    },
    own: [".config/opencode/opencode.jsonc", '// mine\n{ "share": "disabled", "autoupdate": false }\n'],
    path: "/v1/chat/completions",
  },
  {
    id: "pi",
    command: "pi",
    file: PI,
    args: ["-p", "--no-session", "Say hi."],
    env: { PI_OFFLINE: "1" },
    own: [".pi/agent/settings.json", '{"quietStartup":true}'],
    path: "/v1/chat/completions",
  },
];

let simulator: Simulator;
let bin: string;
beforeAll(() => {
  simulator = startSimulator({ record: true });
  bin = mkdtempSync(join(tmpdir(), "codeswitch-bin-"));
  for (const { command, file } of PROGRAMS) if (existsSync(file)) symlinkSync(file, join(bin, command));
});
afterAll(() => {
  simulator.stop();
  rmSync(bin, { recursive: true, force: true });
});

describe.each(PROGRAMS.map((program) => [program.id, program] as const))("codeswitch setup %s", (id, program) => {
  test.skipIf(!IS_FULL_RUN || !existsSync(program.file))(
    "one command, and the real program calls the gateway (npm run test:clients)",
    async () => {
      const root = mkdtempSync(join(tmpdir(), "codeswitch-setup-real-"));
      const place = { home: join(root, "home"), cwd: join(root, "work") };
      for (const folder of Object.values(place)) mkdirSync(folder);
      const [ownPath, ownText] = [join(place.home, program.own[0]), program.own[1]];
      mkdirSync(dirname(ownPath), { recursive: true });
      writeFileSync(ownPath, ownText);
      const yaml = configuration(freePort());
      writeFileSync(join(place.cwd, "codeswitch.yaml"), yaml);
      try {
        await withGateway(place, async () => {
          const done = await run(place, ["node", LAUNCHER, "setup", id, "--yes"]);
          expect([done.code, done.err]).toEqual([0, ""]);
          expect(done.out).toMatch(/· .* itself: it runs, asks the gateway/);
          expect(done.out).not.toMatch(/✓|Model metadata/);
        });
        // Started again, it knows the client's own key.
        await withGateway(place, async () => {
          const checked = await run(place, ["node", LAUNCHER, "setup", id, "--verify"]);
          expect([checked.code, checked.out]).toEqual([0, expect.stringContaining("works with this gateway.")]);
          const before = simulator.seen.length;
          const { code, out, err } = await run(place, [program.command, ...program.args], program.env);
          expect({ code, err: code === 0 ? "" : err }).toEqual({ code: 0, err: "" });
          expect(out).toContain("You said:");
          expect(simulator.seen.length).toBeGreaterThan(before);
        });
        const undone = await run(place, ["node", LAUNCHER, "setup", id, "--undo", "--yes"]);
        expect(undone.code).toBe(0);
        expect(readFileSync(join(place.cwd, "codeswitch.yaml"), "utf8")).toBe(yaml);
        expect(readFileSync(ownPath, "utf8")).toBe(ownText);
      } finally {
        rmSync(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
      }
    },
    240_000,
  );
});

function freePort(): number {
  const server = Bun.serve({ port: 0, fetch: () => new Response("") });
  const { port } = server;
  void server.stop(true);
  return port ?? 0;
}

const configuration = (port: number): string => `# mine
server: { port: ${port} }
auth:
  keys:
    - { name: laptop, key: 0123456789abcdef0123456789 } # me
providers: { sim: { kind: simulator, base_url: "${simulator.url}" } }
models: { my-model: { targets: [ { provider: sim, model: sim-echo } ] } }
`;

interface Place {
  readonly home: string;
  readonly cwd: string;
}
interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

const environment = ({ home }: Place): Record<string, string> => ({
  PATH: `${bin}:${process.env.PATH ?? ""}`,
  HOME: home,
  BUN_RUNTIME_TRANSPILER_CACHE_PATH: "0",
});

async function run(place: Place, command: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ran> {
  const all = { ...environment(place), ...env };
  const [program = "", ...args] = command;
  const child = Bun.spawn([Bun.which(program, { PATH: all.PATH ?? "" }) ?? program, ...args], {
    cwd: place.cwd,
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    env: all,
  });
  const timer = setTimeout(() => child.kill("SIGKILL"), 90_000);
  const [out, err, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  clearTimeout(timer);
  return { code, out, err };
}

/** `codeswitch start` in the person's folder, for as long as `work` takes. */
async function withGateway(place: Place, work: () => Promise<void>): Promise<void> {
  const child = Bun.spawn(["node", LAUNCHER, "start"], {
    cwd: place.cwd,
    stdin: "ignore",
    stdout: "pipe",
    stderr: "inherit",
    env: environment(place),
  });
  try {
    let said = "";
    for await (const chunk of child.stdout) {
      said += new TextDecoder().decode(chunk);
      if (said.includes("is ready on")) break;
    }
    await work();
  } finally {
    child.kill("SIGTERM");
    await child.exited;
  }
}
