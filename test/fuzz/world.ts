/** A gateway in front of the simulator in each upstream dialect, and streams that the simulator sends. */
import { startGateway } from "../../src/gateway.ts";
import type { Config, ProviderConfig } from "../../src/config/config.ts";
import { DEFAULTS } from "../../src/config/default.ts";
import type { DialectId } from "../../src/ir/dialect-id.ts";
import { startSimulator } from "../../src/simulator/index.ts";

const DIALECTS: readonly DialectId[] = ["openai-chat", "openai-responses", "anthropic-messages"];
const SCENARIOS = [
  "sim-echo",
  "sim-reasoning",
  "sim-tool",
  "sim-tools-parallel",
  "sim-custom-tool",
  "sim-refusal",
  "sim-truncated",
] as const;

export async function world() {
  const simulator = startSimulator({});
  const gateway = await startGateway(configOf(simulator.url), {
    log: { info: () => {}, warn: () => {}, write: () => {} },
  });
  return {
    target: {
      url: gateway.url,
      models: DIALECTS.flatMap((dialect) => SCENARIOS.slice(0, 3).map((scenario) => `${dialect}/${scenario}`)),
    },
    streams: await streamsOf(simulator.url),
    stop: async () => {
      await gateway.stop();
      simulator.stop();
    },
  };
}

function configOf(url: string): Config {
  const provider: ProviderConfig = {
    name: "sim",
    kind: "simulator",
    baseUrl: url,
    headers: {},
    firstByteMs: 10_000,
    idleMs: 10_000,
  };
  return {
    ...DEFAULTS,
    server: {
      host: "127.0.0.1",
      port: 0,
      bodyBytesMax: 8 << 20,
      corsOrigins: [],
      heartbeatMs: 0,
      drainMs: 100,
      workers: 1,
    },
    keys: [],
    providers: { sim: provider },
    models: DIALECTS.flatMap((dialect) =>
      SCENARIOS.map((scenario) => ({
        name: `${dialect}/${scenario}`,
        targets: [{ provider: "sim", model: scenario, dialect }],
      })),
    ),
    log: { format: "json" },
    source: "test",
    warnings: [],
  };
}

const PATHS: Readonly<Record<DialectId, string>> = {
  "openai-chat": "/v1/chat/completions",
  "openai-responses": "/v1/responses",
  "anthropic-messages": "/v1/messages",
};

async function streamsOf(url: string): Promise<Record<DialectId, readonly string[]>> {
  const one = async (dialect: DialectId, model: string): Promise<string> => {
    const said = [{ role: "user", content: "hello" }];
    const schema = { type: "object", properties: { path: { type: "string" } } };
    const body = {
      "openai-chat": {
        messages: said,
        tools: [{ type: "function", function: { name: "read", parameters: schema } }],
        stream_options: { include_usage: true },
      },
      "openai-responses": {
        input: said,
        tools: [
          { type: "function", name: "read", parameters: schema },
          { type: "custom", name: "patch" },
        ],
      },
      "anthropic-messages": { messages: said, max_tokens: 4096, tools: [{ name: "read", input_schema: schema }] },
    }[dialect];
    const response = await fetch(url + PATHS[dialect], {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ ...body, model, stream: true }),
    });
    return response.text();
  };
  const all = await Promise.all(
    DIALECTS.map(
      async (dialect) => [dialect, await Promise.all(SCENARIOS.map((model) => one(dialect, model)))] as const,
    ),
  );
  return Object.fromEntries(all) as unknown as Record<DialectId, readonly string[]>;
}
