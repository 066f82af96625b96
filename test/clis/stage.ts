/** One run's world: a strict simulator that plays a part, a gateway in front of it that sends every model name there, and a fresh home. */
import { mkdtempSync, rmSync, writeFileSync, mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { startSimulator, type Play, type SeenRequest } from "../../src/simulator/index.ts";
import type { DialectId } from "../../src/ir/dialect-id.ts";
import type { Judge } from "../judge/schema.ts";
import { provider, start } from "../e2e/gateway.ts";

export interface Backend {
  readonly name: string;
  readonly dialect: DialectId;
  /** The upstream's model: its name says whose rules the simulator checks. */
  readonly model: string;
  /** Whose door it is, where what is refused there is known of that vendor alone. */
  readonly kind?: "kimi";
}

export const BACKENDS: readonly Backend[] = [
  { name: "Chat Completions", dialect: "openai-chat", model: "gpt-5.5" },
  { name: "Responses", dialect: "openai-responses", model: "gpt-5.5" },
  { name: "Messages", dialect: "anthropic-messages", model: "claude-opus-5" },
  { name: "Kimi", dialect: "openai-chat", model: "kimi-k2-thinking:sim-kimi", kind: "kimi" },
];

export const KEY = "test-key-of-the-gateway";

export interface Stage {
  readonly url: string;
  /** The client's home; it works in `work` below it. */
  readonly home: string;
  readonly work: string;
  /** What reached the upstream and asked for an answer, in order. */
  readonly seen: () => readonly SeenRequest[];
  write(path: string, content: string | Uint8Array): void;
  stop(): Promise<void>;
}

export async function stage(backend: Backend, play: Play, judge?: Judge): Promise<Stage> {
  const simulator = startSimulator({ strict: true, record: true });
  simulator.control.play(backend.model, play);
  const gateway = await start({
    keys: [{ name: "client", key: KEY }],
    providers: [provider("sim", "chat", simulator.url, { kind: backend.kind ?? "simulator" })],
    models: ["*", "gpt-5.5", "claude-opus-5"].map((name) => ({
      name,
      targets: [{ provider: "sim", model: backend.model, dialect: backend.dialect }],
    })),
  });
  const home = mkdtempSync(join(tmpdir(), "codeswitch-client-"));
  const work = join(home, "work");
  mkdirSync(work);
  return {
    url: gateway.url,
    home,
    work,
    seen: () => simulator.seen.filter((request) => request.method === "POST" && !request.path.endsWith("count_tokens")),
    write: (path, content) => {
      const file = join(home, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content);
    },
    stop: async () => {
      await gateway.stop();
      // Bytes that passed are the client's own words and not ours to judge.
      if (gateway.records.every((record) => record.lane === "translated"))
        for (const request of simulator.seen) judge?.see(request);
      simulator.stop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

const RUN_MS_MAX = 90_000;

/** An empty environment but for what is named, no input, and an end. */
export async function run(
  command: readonly string[],
  { home, work }: Stage,
  env: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  const child = Bun.spawn([...command], {
    cwd: work,
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    timeout: RUN_MS_MAX,
    killSignal: "SIGKILL",
    env: { PATH: process.env.PATH ?? "/usr/bin:/bin", HOME: home, TERM: "dumb", ...env },
  });
  const [out, err, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { code, out, err };
}
