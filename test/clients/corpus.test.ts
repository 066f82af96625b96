/**
 * Every recorded answer of a real vendor, sent by a stub, through the gateway, read by the official SDK of each client
 * dialect, must be what its own vendor's SDK reads straight from the stub. Nothing of src/ makes the expectation.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Config, ModelConfig, ProviderConfig, ProviderKind } from "../../src/config/config.ts";
import { DEFAULTS } from "../../src/config/default.ts";
import { startGateway } from "../../src/gateway.ts";
import type { DialectId } from "../../src/ir/dialect-id.ts";
import { bodyFor, customToolsOf, toolsOf } from "./ask.ts";
import { differences } from "./differences.ts";
import type { Fold } from "./fold.ts";
import { readAnswer } from "./read-answer.ts";
import { CORPUS_FOLDER, readCorpus, type Recording, type Wire } from "./recordings.ts";
import { replayStub, type ReplayStub } from "./replay-stub.ts";
import { anthropicSdk, openAi, SDKS, WITHOUT_SDKS } from "./sdk.ts";

const WIRES: readonly Wire[] = ["chat", "responses", "messages"];
const UPSTREAM: Readonly<
  Record<Wire, { readonly kind: ProviderKind; readonly dialect: DialectId; readonly path: string }>
> = {
  chat: { kind: "openai-compatible", dialect: "openai-chat", path: "/v1" },
  responses: { kind: "openai", dialect: "openai-responses", path: "/v1" },
  messages: { kind: "anthropic", dialect: "anthropic-messages", path: "" },
};

const corpus = readCorpus();
const byModel = new Map(corpus.recordings.map((recording, at) => [`${recording.wire}-recording-${at}`, recording]));
let stub: ReplayStub;
let gateway: { readonly url: string; stop(): Promise<void> };

test("the corpus is not empty when CODESWITCH_CORPUS names one", () => {
  if (process.env.CODESWITCH_CORPUS) expect(corpus.recordings.length).toBeGreaterThan(0);
});

describe.skipIf(!SDKS || byModel.size === 0)("a recorded answer", () => {
  beforeAll(async () => {
    stub = replayStub(byModel);
    gateway = await startGateway(configFor(stub.url), { log: { info: () => {}, warn: () => {}, write: () => {} } });
  });
  afterAll(async () => {
    await gateway?.stop();
    await stub?.stop();
  });

  for (const [model, recording] of byModel)
    for (const client of WIRES)
      test(`${recording.name} reads the same through ${client}`, async () => {
        const expected = await readDirectly(model, recording);
        const found = await readThroughGateway(model, recording, client, expected);
        expect(differences(expected, found, recording, client)).toEqual([]);
      });
});

afterAll(() => {
  const reasons = new Map<string, number>();
  for (const { why } of corpus.skipped) reasons.set(why, (reasons.get(why) ?? 0) + 1);
  const skipped = [...reasons].map(([why, count]) => `  skipped ${count}: ${why}`);
  const ran = SDKS ? byModel.size : 0;
  const note = SDKS ? "" : ` (${WITHOUT_SDKS})`;
  console.log(
    [
      `corpus ${CORPUS_FOLDER}: ${ran} recorded answers read through ${WIRES.length} dialects each${note}`,
      ...skipped,
    ].join("\n"),
  );
});

const sdkFor = (wire: Wire, url: string) => (wire === "messages" ? anthropicSdk(url) : openAi(url));

function readDirectly(model: string, recording: Recording): Promise<Fold> {
  const custom = customToolsOf(recording);
  const { wire, streamed } = recording;
  return readAnswer(
    { wire, sdk: sdkFor(wire, stub.url), declared: (name) => custom.has(name) },
    bodyFor(wire, model, streamed, []),
  );
}

function readThroughGateway(model: string, recording: Recording, client: Wire, expected: Fold): Promise<Fold> {
  const tools = toolsOf(expected);
  const declared = (name: string): boolean => tools.some((tool) => tool.name === name);
  return readAnswer(
    { wire: client, sdk: sdkFor(client, gateway.url), declared },
    bodyFor(client, model, recording.streamed, tools),
  );
}

function configFor(url: string): Config {
  const provider = (wire: Wire): ProviderConfig => ({
    name: wire,
    kind: UPSTREAM[wire].kind,
    baseUrl: `${url}${UPSTREAM[wire].path}`,
    apiKey: "stub-key",
    headers: {},
    firstByteMs: 20_000,
    idleMs: 20_000,
  });
  const model = (wire: Wire): ModelConfig => ({
    name: `${wire}-recording-*`,
    targets: [{ provider: wire, model: "*", dialect: UPSTREAM[wire].dialect }],
  });
  return {
    ...DEFAULTS,
    server: {
      host: "127.0.0.1",
      port: 0,
      bodyBytesMax: 32 * 1024 * 1024,
      corsOrigins: [],
      heartbeatMs: 0,
      drainMs: 0,
      workers: 1,
    },
    keys: [],
    providers: Object.fromEntries(WIRES.map((wire) => [wire, provider(wire)])),
    models: WIRES.map(model),
    log: { format: "json" },
    source: "corpus.test.ts",
    warnings: [],
  };
}
