/** The gateway, started as a user starts it, in front of the bench's upstream. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BENCH_KEY } from "./contenders.ts";
import type { Contestant } from "./nginx.ts";
import { freePort, startServer, untilReady } from "./process.ts";
import { MANNERS } from "./scenarios.ts";

export interface Gateway extends Contestant {
  /** From the start of the launcher to the first 200 of /health. */
  readonly readyMs: number;
}

const LAUNCHER = join(import.meta.dir, "../bin/codeswitch.js");

/** What else stands in the configuration, in YAML. */
export interface More {
  readonly server?: string;
  /** Of the bench's key. */
  readonly key?: string;
  /** Of each provider. */
  readonly provider?: string;
  readonly lines?: readonly string[];
}

export async function startGateway(upstreamPort: number, more: More = {}): Promise<Gateway> {
  const folder = mkdtempSync(join(tmpdir(), "codeswitch-bench-"));
  const port = freePort();
  const file = join(folder, "codeswitch.yaml");
  writeFileSync(file, configuration(port, upstreamPort, more));
  const log = join(folder, "complaints.log");
  const running = startServer(["node", LAUNCHER, "start", "--config", file], log, { CODESWITCH_DATA_DIR: folder });
  const readyMs = await untilReady(running, `http://127.0.0.1:${port}/health`, log);
  return {
    ...running,
    port,
    readyMs,
    stop: async () => {
      await running.stop();
      rmSync(folder, { recursive: true });
    },
  };
}

/** Each manner of the upstream is a provider, named by its path; each dialect of it a model. */
export function configuration(port: number, upstreamPort: number, more: More = {}): string {
  const also = (words: string | undefined): string => (words === undefined ? "" : `, ${words}`);
  const scenarios = ["whole", ...Object.keys(MANNERS)];
  const provider = (scenario: string): string =>
    `  ${scenario}: { kind: openai-compatible, base_url: "http://127.0.0.1:${upstreamPort}/${scenario}/v1", api_key: upstream-key-7c1e${also(more.provider)} }`;
  const model = (scenario: string, dialect: string): string =>
    `  bench-${scenario}-${dialect}: { targets: [ { provider: ${scenario}, model: bench, dialect: ${dialect} } ] }`;
  return [
    `server: { host: 127.0.0.1, port: ${port}${also(more.server)} }`,
    `auth: { keys: [ { name: bench, key: ${BENCH_KEY}${also(more.key)} } ] }`,
    "providers:",
    ...scenarios.map(provider),
    "models:",
    ...scenarios.flatMap((scenario) => [model(scenario, "openai-chat"), model(scenario, "openai-responses")]),
    ...(more.lines ?? []),
    "",
  ].join("\n");
}
