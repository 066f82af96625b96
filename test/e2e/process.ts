/** The gateway as a process of its own, with its JSON log read line by line. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const MAIN = join(import.meta.dir, "../../src/main.ts");

export type Line = Readonly<Record<string, unknown>>;

export interface GatewayProcess {
  readonly url: string;
  readonly pid: number;
  /** Where its configuration and its data are. */
  readonly folder: string;
  /** What it said before it was up. */
  readonly warnings: readonly Line[];
  line(): Promise<Line>;
  signal(signal: NodeJS.Signals): void;
  readonly exited: Promise<number>;
  /** Ends it at once if it still runs, and removes its folder. */
  stop(): Promise<void>;
}

interface Around {
  /** How many it may have, as `ulimit -n` sets them. */
  readonly descriptors?: number;
  readonly variables?: Readonly<Record<string, string>>;
  /** Of `server`, what else it shall be, in YAML. */
  readonly server?: string;
}

export async function startProcess(
  yaml: string,
  { descriptors = 4_096, variables = {}, server = "drain_ms: 200" }: Around = {},
): Promise<GatewayProcess> {
  const folder = mkdtempSync(join(tmpdir(), "codeswitch-process-"));
  const config = join(folder, "codeswitch.yaml");
  writeFileSync(config, `server: { port: 0, ${server} }\nlog: { format: json }\n${yaml}`);
  const command = [process.execPath, "--no-env-file", MAIN, "start", "--config", config];
  const child = Bun.spawn(["sh", "-c", `ulimit -n ${descriptors}; exec "$@"`, "sh", ...command], {
    cwd: folder,
    stdin: "ignore",
    stdout: "pipe",
    stderr: "ignore",
    env: { PATH: process.env.PATH ?? "", HOME: folder, CODESWITCH_DATA_DIR: join(folder, "data"), ...variables },
  });
  const line = linesOf(child.stdout);
  const warnings: Line[] = [];
  let started = await line();
  for (; started["event"] !== "started"; started = await line()) warnings.push(started);
  return {
    url: String(started["url"]),
    pid: child.pid,
    folder,
    warnings,
    line,
    signal: (signal) => child.kill(signal),
    exited: child.exited,
    stop: async () => {
      child.kill("SIGKILL");
      await child.exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export function linesOf(out: ReadableStream<Uint8Array>): () => Promise<Line> {
  const reader = out.getReader();
  let text = "";
  return async () => {
    while (!text.includes("\n")) {
      const { done, value } = await reader.read();
      if (done) throw new Error(`the log ended: ${text}`);
      text += new TextDecoder().decode(value);
    }
    const end = text.indexOf("\n");
    const line = text.slice(0, end);
    text = text.slice(end + 1);
    return JSON.parse(line) as Line;
  };
}
