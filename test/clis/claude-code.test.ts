/** The real Claude Code, with a tool, over each backend dialect. What reached the upstream on the second request is what counts. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startGateway, type RunningGateway } from "../../src/gateway.ts";
import type { DialectId } from "../../src/ir/seal.ts";
import { startSimulator, type SeenRequest, type Simulator } from "../../src/simulator/index.ts";

const CLAUDE = join(import.meta.dir, "node_modules/.bin/claude");
const KEY = "test-key-of-the-gateway";
const DIALECTS: readonly DialectId[] = ["openai-chat", "openai-responses", "anthropic"];
/** Scenario → what the printed answer holds at the end of the tool loop. */
const SCENARIOS = ["sim-tool", "sim-thinking-tool"] as const;

describe.skipIf(!existsSync(CLAUDE))(
  "Claude Code 2.1.329 (skipped where it is not installed: npm run test:clients installs it)",
  () => {
    let simulator: Simulator;
    let gateway: RunningGateway;
    let home: string;

    beforeAll(async () => {
      simulator = startSimulator({ strict: true, record: true });
      home = mkdtempSync(join(tmpdir(), "codeswitch-claude-"));
      gateway = await startGateway(
        {
          server: {
            host: "127.0.0.1",
            port: 0,
            bodyBytesMax: 8 << 20,
            corsOrigins: [],
            heartbeatMs: 15_000,
            drainMs: 100,
          },
          keys: [{ name: "claude", key: KEY }],
          providers: {
            sim: {
              name: "sim",
              kind: "simulator",
              baseUrl: simulator.url,
              headers: {},
              firstByteMs: 10_000,
              idleMs: 10_000,
            },
          },
          models: DIALECTS.flatMap((dialect) =>
            SCENARIOS.map((scenario) => ({
              name: `${dialect}-${scenario}`,
              targets: [{ provider: "sim", model: scenario, dialect }],
            })),
          ),
          log: { format: "json" },
          source: "test",
          warnings: [],
        },
        { log: { info: () => {}, warn: () => {}, write: () => {} } },
      );
    });
    afterAll(async () => {
      await gateway.stop();
      simulator.stop();
      rmSync(home, { recursive: true, force: true });
    });

    for (const dialect of DIALECTS)
      for (const scenario of SCENARIOS)
        test(
          `${scenario} over ${dialect}: the tool runs and its result reaches the model`,
          async () => {
            const before = simulator.seen.length;
            const { code, out } = await claude(`${dialect}-${scenario}`, gateway.url, home);
            const seen = simulator.seen.slice(before).filter((request) => request.method === "POST");
            expect({ code, out }).toMatchObject({ code: 0 });
            expect(seen.length).toBeGreaterThanOrEqual(2);
            expect(resultsIn(seen.at(-1) as SeenRequest)).toBeGreaterThanOrEqual(1);
          },
          { timeout: 60_000 },
        );
  },
);

async function claude(model: string, url: string, home: string): Promise<{ code: number; out: string }> {
  const child = Bun.spawn([CLAUDE, "-p", "list the files", "--model", model, "--dangerously-skip-permissions"], {
    cwd: home,
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    env: {
      PATH: process.env.PATH ?? "",
      HOME: home,
      IS_SANDBOX: "1",
      ANTHROPIC_BASE_URL: url,
      ANTHROPIC_AUTH_TOKEN: KEY,
      DISABLE_TELEMETRY: "1",
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
      CLAUDE_CODE_MAX_RETRIES: "0",
    },
  });
  const [out, err, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { code, out: out + err };
}

/** How many tool results a request carries, in the words of its dialect. */
const resultsIn = (request: SeenRequest): number =>
  request.text.match(/"role":"tool"|"type":"function_call_output"|"type":"tool_result"/g)?.length ?? 0;
