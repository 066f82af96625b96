/** The gateway as people run it: a process of its own, a data folder, a JSON log. */
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Vendor } from "./vendor.ts";
import type { Fields, WireName } from "./wire.ts";

export interface CallerKey {
  readonly name: string;
  readonly key: string;
}

export interface Running {
  readonly url: string;
  /** The log so far, a line each; what is no JSON is a line with `text`. */
  readonly lines: readonly Fields[];
  figures(): Figures;
  /** The exit code. */
  stop(): Promise<number | null>;
}
/** Of the process itself; nought where the system does not tell. */
export interface Figures {
  readonly rssMb: number;
  readonly descriptors: number;
}

/** What the first vendor cannot answer, the second of the same wire does. */
export const FORBIDDEN = "forbidden";

const KINDS: Readonly<Record<WireName, string>> = { chat: "kimi", responses: "openai", messages: "anthropic" };
const MODELS: Readonly<Record<WireName, string>> = {
  chat: "kimi-k2-thinking",
  responses: "gpt-5",
  messages: "claude-sonnet-4-5",
};

export async function startGateway(vendors: readonly Vendor[], keys: readonly CallerKey[]): Promise<Running> {
  const folder = mkdtempSync(join(tmpdir(), "codeswitch-soak-"));
  const file = join(folder, "codeswitch.yaml");
  // JSON is YAML.
  writeFileSync(file, JSON.stringify(configOf(vendors, keys)));
  const main = join(import.meta.dir, "../../src/main.ts");
  const child = spawn(
    process.execPath,
    ["--no-env-file", main, "start", "--config", file, "--port", "0", "--log-format", "json"],
    { cwd: folder, env: { ...process.env, CODESWITCH_DATA_DIR: join(folder, "data") } },
  );
  // It does not outlive us, whatever becomes of us.
  process.once("exit", () => child.kill("SIGKILL"));
  const lines: Fields[] = [];
  const started = new Promise<string>((resolve, reject) => {
    const take = (line: string): void => {
      // Said to the person whose Ctrl-C it was.
      if (line.startsWith("Stopping: ")) return;
      const fields = fieldsIn(line);
      lines.push(fields);
      if (fields["event"] === "started") resolve(String(fields["url"]));
    };
    eachLine(child.stdout, take);
    eachLine(child.stderr, take);
    child.on("exit", (code) => reject(new Error(`The gateway ended with ${code}: ${JSON.stringify(lines)}`)));
  });
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  return {
    url: await started,
    lines,
    figures: () => figuresOf(child.pid),
    stop: async () => {
      child.kill("SIGTERM");
      const code = await ended;
      rmSync(folder, { recursive: true });
      return code;
    },
  };
}

function configOf(vendors: readonly Vendor[], keys: readonly CallerKey[]): Fields {
  const wires = [...new Set(vendors.map(({ wire }) => wire))];
  return {
    server: { drain_ms: 5000 },
    auth: { keys: keys.map((key) => ({ ...key, models: wires })) },
    providers: Object.fromEntries(
      vendors.map(({ name, wire, url, key }) => [
        name,
        { kind: KINDS[wire], base_url: wire === "messages" ? url : `${url}/v1`, api_key: key },
      ]),
    ),
    models: {
      ...Object.fromEntries(wires.map((wire) => [wire, { targets: targetsOf(vendors, wire) }])),
      [FORBIDDEN]: { targets: targetsOf(vendors, "chat") },
    },
  };
}

const targetsOf = (vendors: readonly Vendor[], wire: WireName): readonly Fields[] =>
  vendors.filter((vendor) => vendor.wire === wire).map(({ name }) => ({ provider: name, model: MODELS[wire] }));

function eachLine(stream: NodeJS.ReadableStream, take: (line: string) => void): void {
  let rest = "";
  stream.on("data", (part: Buffer) => {
    const lines = (rest + part).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) take(line);
  });
}

function fieldsIn(line: string): Fields {
  try {
    return JSON.parse(line) as Fields;
  } catch {
    return { text: line };
  }
}

/** https://man7.org/linux/man-pages/man5/proc_pid_status.5.html */
function figuresOf(pid: number | undefined): Figures {
  try {
    const kb = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? "0";
    return { rssMb: Math.round(Number(kb) / 1024), descriptors: readdirSync(`/proc/${pid}/fd`).length };
  } catch {
    return { rssMb: 0, descriptors: 0 };
  }
}
