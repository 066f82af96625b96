/** One case through the gateway's own translators: the request out, the answer back, cut wherever the caller likes. */
import { DIALECTS } from "../../src/dialects/index.ts";
import type { ReplyContext, Dialect, ReplyStyle } from "../../src/dialects/dialect.ts";
import type { Config, ProviderConfig, TargetConfig } from "../../src/config/config.ts";
import { DEFAULTS } from "../../src/config/default.ts";
import { GatewayError } from "../../src/ir/error.ts";
import type { StreamEvent } from "../../src/ir/events.ts";
import { grammar } from "../../src/ir/grammar.ts";
import type { Loss } from "../../src/ir/loss.ts";
import type { DialectId } from "../../src/ir/dialect-id.ts";
import { NO_USAGE, type Usage } from "../../src/ir/usage.ts";
import { surfaceOf } from "../../src/http/surfaces.ts";
import type { Surface } from "../../src/relay/call.ts";
import { translatedLane } from "../../src/relay/translation.ts";
import { replyContext, translateRequest } from "../../src/relay/translate.ts";
import { VENDORS } from "../../src/providers/catalog.ts";
import { plan } from "../../src/routing/plan.ts";
import type { Target } from "../../src/routing/target.ts";
import { type JsonObject, objectAt, parseExactly } from "../../src/wire/json.ts";
import type { Frame } from "../../src/wire/machine.ts";
import { sseReader } from "../../src/wire/sse.ts";
import type { Case } from "./case.ts";

/** What a folder's name says of the client: `cursor--azure`. */
const CLIENTS: Readonly<Record<string, { readonly surface: Surface; readonly style: ReplyStyle }>> = {
  chat: { surface: surfaceOf("openai-chat"), style: { customCalls: "custom", reasoning: "field" } },
  cursor: { surface: surfaceOf("openai-chat"), style: { customCalls: "function-text", reasoning: "field" } },
  responses: { surface: surfaceOf("openai-responses"), style: { customCalls: "custom", reasoning: "field" } },
  codex: { surface: surfaceOf("openai-responses"), style: { customCalls: "custom", reasoning: "field" } },
  messages: { surface: surfaceOf("anthropic-messages"), style: { customCalls: "json", reasoning: "field" } },
  "claude-code": { surface: surfaceOf("anthropic-messages"), style: { customCalls: "json", reasoning: "field" } },
};

interface Upstream {
  readonly provider: Pick<ProviderConfig, "kind" | "vendor">;
  readonly target: TargetConfig;
}
/** Folders that are called after a protocol instead of a vendor. */
const ROWS: Readonly<Record<string, string>> = { chat: "generic", responses: "openai", messages: "anthropic" };
/** What is asked of a vendor by most of its stories, where that is not the first name that it offers. */
const MODELS: Readonly<Record<string, string>> = {
  azure: "gpt-5",
  anthropic: "claude-sonnet-4-5",
  deepseek: "deepseek-reasoner",
  groq: "qwen/qwen3-32b",
  openrouter: "anthropic/claude-sonnet-4.5",
  gemini: "gemini-3-pro-preview",
  xai: "grok-3-mini",
};

function upstreamOf(name: string): Upstream | undefined {
  const row = VENDORS.find(({ id }) => id === (ROWS[name] ?? name));
  if (!row) return undefined;
  const { id, kind, dialect, listed = ["some-model"] } = row;
  return {
    provider: { kind, ...(kind === "openai-compatible" && { vendor: id }) },
    target: { provider: "it", model: MODELS[id] ?? listed[0] ?? "", dialect },
  };
}

export interface Crossing {
  readonly client: Dialect;
  readonly upstream: Dialect;
  readonly ask: ReplyContext;
  readonly target: Target;
  readonly body: JsonObject;
  readonly requestLosses: readonly Loss[];
}

/** Throws a GatewayError or ShapeError where the gateway would refuse the request. */
export function cross(folder: string, golden: Case): Crossing {
  const [clientName = "", upstreamName = ""] = folder.split("--");
  const [client, upstream] = [CLIENTS[clientName], upstreamOf(upstreamName)];
  if (!client || !upstream)
    throw new Error(`unknown folder ${folder}: name a client of replay.ts and a vendor of the catalog`);
  const body = objectAt(parseExactly(golden.sections.get("client request") ?? ""), "");
  const found = plan(configOf(upstream, golden), "golden-model", undefined);
  const target = found.targets[0];
  if (!target) throw new Error("no target");
  const decoded = DIALECTS[client.surface.dialectOf(body)].request.decode(body);
  const written = translateRequest(decoded.value, target, golden.options.forcedEffort ?? found.forcedEffort);
  const ask = replyContext({
    request: decoded.value,
    target,
    style: { ...client.style, ...golden.options.style },
    replyId: "golden",
    nowSeconds: () => 1_700_000_000,
    modelName: decoded.value.model,
  });
  return {
    client: DIALECTS[client.surface.reply],
    upstream: DIALECTS[target.dialect],
    ask,
    target,
    body: written.body,
    requestLosses: [...decoded.losses, ...written.losses],
  };
}

function configOf({ provider, target }: Upstream, { options }: Case): Config {
  const baseUrl = "https://upstream.example.com";
  const times = { firstByteMs: 1000, idleMs: 1000 };
  return {
    ...DEFAULTS,
    server: {
      host: "127.0.0.1",
      port: 0,
      bodyBytesMax: 1 << 25,
      corsOrigins: [],
      heartbeatMs: 0,
      drainMs: 0,
      workers: 1,
    },
    keys: [],
    providers: {
      it: { name: "it", baseUrl, apiKey: "upstream-key", headers: {}, ...times, ...provider, ...options.provider },
    },
    models: [{ name: "*", targets: [{ ...target, ...options.target }] }],
    log: { format: "json" },
    source: "a golden",
    warnings: [],
  };
}

export interface Answer {
  readonly frames: readonly Frame[];
  readonly usage: Usage;
  readonly losses: readonly Loss[];
}

/** A stream through the translated lane, in the pieces given. */
export function answerStream(crossing: Crossing, pieces: readonly Uint8Array[], cause: "eof" | "cut"): Answer {
  const rules = grammar();
  let usage: Usage = NO_USAGE;
  const lane = translatedLane(crossing.upstream, crossing.client, crossing.ask, (event) => {
    rules.check(event);
    usage = usageOf(event) ?? usage;
  });
  const text = pieces.map((bytes) => lane.push(bytes) as string).join("") + lane.end(cause);
  rules.end();
  return { frames: framesOf(text), usage, losses: lane.losses() };
}

export interface WholeAnswer {
  readonly status: number;
  readonly body: string;
  readonly usage: Usage;
  readonly losses: readonly Loss[];
}

/** A whole reply, good or bad. */
export function answerWhole(crossing: Crossing, reply: string, { options }: Case): WholeAnswer {
  const status = options.status ?? 200;
  try {
    if (status >= 400) throw crossing.upstream.error.decode({ status, headers: options.headers ?? {}, body: reply });
    const rules = grammar();
    const events = crossing.upstream.response.decode(objectAt(parseExactly(reply), ""), crossing.ask);
    events.forEach(rules.check);
    rules.end();
    const written = crossing.client.response.encode(events, crossing.ask);
    const usage = events.map(usageOf).findLast((found) => found !== undefined) ?? NO_USAGE;
    return { status, body: JSON.stringify(written.value), usage, losses: written.losses };
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    const printed = crossing.client.error.encode(error);
    return { status: printed.status, body: printed.body, usage: NO_USAGE, losses: [] };
  }
}

const usageOf = (event: StreamEvent): Usage | undefined =>
  event.type === "finish" || event.type === "start" ? event.usage : undefined;

function framesOf(text: string): readonly Frame[] {
  const reader = sseReader();
  const frames: Frame[] = [];
  reader.push(new TextEncoder().encode(text), (frame) => frames.push(frame));
  reader.end("eof", (frame) => frames.push(frame));
  return frames;
}

export const namesEvents = (dialect: DialectId): boolean => dialect !== "openai-chat";
