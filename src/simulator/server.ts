/** A model vendor of our own: a real HTTP upstream that speaks Chat Completions, Responses and Messages. Default provider, test upstream and benchmark upstream. */
import type { JsonObject } from "../wire/json.ts";
import type { Asked, SimDialect } from "./asked.ts";
import { objectOf, stringOf } from "./asked.ts";
import { type Door, doorOf } from "./doors.ts";
import { modelReply, modelsReply } from "./models.ts";
import { readChat } from "./read-chat.ts";
import { countTokens, readMessages } from "./read-messages.ts";
import { readResponses } from "./read-responses.ts";
import { refusalOfStatus, refusalReply } from "./refusals.ts";
import { type Behaviour, behave } from "./scenarios.ts";
import { type Script, scriptReply } from "./script.ts";
import { createSeals } from "./seals.ts";
import { refusalOf } from "./strict.ts";
import { type Wire, gone, streamReply, streamSteps, wholeSteps } from "./wires.ts";

export interface SimulatorOptions {
  /** 0 or absent: any free one. */
  readonly port?: number;
  readonly hostname?: "127.0.0.1";
  /** Refuse what the vendors refuse. */
  readonly strict?: boolean;
  /** Keep requests in `seen`: the last 1,000. */
  readonly record?: boolean;
  /** Called with every request before it is answered; what it throws becomes a 500 with its message. */
  readonly judge?: (seen: SeenRequest) => void;
  /** The only key that is accepted, in whichever header its dialect has it. Absent: any, or none. */
  readonly key?: string;
  /** Simulators with different secrets cannot read each other's signatures, as different vendors cannot. */
  readonly secret?: string;
}

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** Undefined where the path is none of ours. */
  readonly dialect: SimDialect | undefined;
  /** The parsed body; undefined where it is no JSON object. */
  readonly body: JsonObject | undefined;
}

export interface Simulator {
  readonly url: string;
  readonly port: number;
  readonly seen: readonly SeenRequest[];
  readonly control: SimulatorControl;
  stop(): void;
}

export interface SimulatorControl {
  /** What to answer for this model name, instead of a scenario, until it is changed. */
  script(model: string, script: Script): void;
  /** Calls that are being answered right now. */
  readonly open: number;
  /** How many clients went away before their answer was complete. */
  readonly hungUp: number;
  /** Of streamed answers, ever: tells whether a slow reader holds us back. */
  readonly bytesWritten: number;
  /** True once a client has hung up, false when none has within the time. */
  waitForHangUp(withinMs: number): Promise<boolean>;
  forget(): void;
}

const SEEN_MAX = 1_000;

export function startSimulator(options: SimulatorOptions = {}): Simulator {
  const seals = createSeals(options.secret);
  const seen: SeenRequest[] = [];
  const scripts = new Map<string, Script>();
  const failures = new Map<string, number>();
  const waiting = new Set<() => void>();
  const counters = { open: 0, hungUp: 0, bytesWritten: 0 };

  const note = (request: SeenRequest): void => {
    options.judge?.(request);
    if (options.record !== true) return;
    seen.push(request);
    if (seen.length > SEEN_MAX) seen.shift();
  };

  const track = (request: Request): void => {
    request.signal.addEventListener("abort", () => {
      counters.hungUp += 1;
      for (const tell of waiting) tell();
    }, { once: true });
  };

  const wireTo = (request: Request, paceMs: number): Wire => ({
    paceMs,
    signal: request.signal,
    sent: (bytes) => void (counters.bytesWritten += bytes),
  });

  const perform = async (behaviour: Behaviour, asked: Asked, request: Request): Promise<Response> => {
    switch (behaviour.kind) {
      case "refuse": {
        const refusal = refusalOfStatus(behaviour.status, asked.model, behaviour.cause);
        const retryAfterSeconds = behaviour.retryAfterSeconds;
        return refusalReply(asked.dialect, retryAfterSeconds === undefined ? refusal : { ...refusal, retryAfterSeconds });
      }
      case "flaky": {
        const failed = failures.get(asked.model) ?? 0;
        failures.set(asked.model, failed < behaviour.failures ? failed + 1 : 0);
        if (failed < behaviour.failures) return refusalReply(asked.dialect, refusalOfStatus(500, asked.model));
        return perform({ kind: "answer", answer: behaviour.answer }, asked, request);
      }
      case "silent":
        await gone(request.signal);
        return new Response(null, { status: 499 });
      case "answer": {
        const { answer, fault, paceMs = 0 } = behaviour;
        const wire = wireTo(request, asked.stream ? paceMs : 0);
        if (asked.stream) return streamReply(streamSteps(asked, answer, seals, fault), wire);
        const steps = wholeSteps(asked, answer, seals, fault);
        const [only] = steps;
        if (steps.length === 1 && only !== undefined && "bytes" in only) return new Response(only.bytes as Uint8Array<ArrayBuffer>, { headers: JSON_HEADERS });
        return streamReply(steps.values(), wire, JSON_HEADERS);
      }
    }
  };

  const generate = (door: Extract<Door, { kind: "generate" }>, incoming: SeenRequest, request: Request): Promise<Response> | Response => {
    const { dialect } = door;
    if (!keyFits(incoming.headers, options.key)) return refusalReply(dialect, refusalOfStatus(401, ""));
    if (incoming.body === undefined) return refusalReply(dialect, { status: 400, message: "We could not parse the JSON body of your request. The API expects a JSON object." });
    const body = door.deployment === undefined ? incoming.body : { ...incoming.body, model: door.deployment };
    if (options.strict === true) {
      const missing = missingParameter(door, incoming);
      if (missing !== undefined) return missing;
      const refusal = refusalOf(dialect, body, { seals, vendor: door.vendor });
      if (refusal !== undefined) return refusalReply(dialect, refusal);
    }
    const asked = READERS[dialect](body, stringOf(body["model"]));
    const script = scripts.get(asked.model);
    track(request);
    return script === undefined ? perform(behave(asked), asked, request) : scriptReply(script, wireTo(request, 0));
  };

  const answer = async (request: Request): Promise<Response> => {
    const url = new URL(request.url);
    const door = doorOf(request.method, url.pathname);
    const dialect = door?.kind === "generate" ? door.dialect : door?.kind === "count-tokens" ? "anthropic" : undefined;
    const incoming = await receive(request, url, dialect);
    note(incoming);
    switch (door?.kind) {
      case "models":
        return modelsReply(incoming.headers);
      case "model":
        return modelReply(door.id, incoming.headers);
      case "count-tokens":
        return Response.json({ input_tokens: countTokens(incoming.body ?? {}) });
      case "generate":
        return generate(door, incoming, request);
      default:
        return Response.json({ error: { message: `Invalid URL (${request.method} ${url.pathname})`, type: "invalid_request_error", param: null, code: null } }, { status: 404 });
    }
  };

  const server = Bun.serve({
    hostname: options.hostname ?? "127.0.0.1",
    port: options.port ?? 0,
    maxRequestBodySize: 256 * 1024 * 1024,
    idleTimeout: 0,
    fetch: async (request) => {
      counters.open += 1;
      try {
        return await answer(request);
      } finally {
        counters.open -= 1;
      }
    },
    error: (problem) => Response.json({ error: { message: problem.message, type: "server_error", param: null, code: null } }, { status: 500 }),
  });

  return {
    url: `http://127.0.0.1:${server.port}`,
    port: server.port ?? 0,
    seen,
    control: {
      script: (model, script) => void scripts.set(model, script),
      get open() {
        return counters.open;
      },
      get hungUp() {
        return counters.hungUp;
      },
      get bytesWritten() {
        return counters.bytesWritten;
      },
      waitForHangUp: (withinMs) => waitFor(waiting, () => counters.hungUp > 0, withinMs),
      forget: () => {
        seen.length = 0;
        scripts.clear();
        failures.clear();
        Object.assign(counters, { hungUp: 0, bytesWritten: 0 });
      },
    },
    stop: () => void server.stop(true),
  };
}

const JSON_HEADERS = { "content-type": "application/json" } as const;

const READERS: Readonly<Record<SimDialect, (body: JsonObject, model: string) => Asked>> = {
  "openai-chat": readChat,
  "openai-responses": readResponses,
  anthropic: readMessages,
};

async function receive(request: Request, url: URL, dialect: SimDialect | undefined): Promise<SeenRequest> {
  const text = await request.text();
  return {
    method: request.method,
    path: url.pathname,
    query: url.search,
    headers: Object.fromEntries(request.headers),
    text,
    dialect,
    body: parsed(text),
  };
}

function parsed(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? objectOf(value as JsonObject) : undefined;
  } catch {
    return undefined;
  }
}

function keyFits(headers: Readonly<Record<string, string>>, key: string | undefined): boolean {
  if (key === undefined) return true;
  return headers["authorization"] === `Bearer ${key}` || headers["x-api-key"] === key || headers["api-key"] === key;
}

/** What the vendors want beside the body. */
function missingParameter(door: Extract<Door, { kind: "generate" }>, incoming: SeenRequest): Response | undefined {
  const hasVersion = new URLSearchParams(incoming.query).has("api-version");
  if (door.dated && !hasVersion) return Response.json({ error: { code: "404", message: "Resource not found" } }, { status: 404 });
  if (door.dialect !== "anthropic" || incoming.headers["anthropic-version"] !== undefined) return undefined;
  return refusalReply("anthropic", { status: 400, message: "anthropic-version: header is required" });
}

function waitFor(waiting: Set<() => void>, isTrue: () => boolean, withinMs: number): Promise<boolean> {
  if (isTrue()) return Promise.resolve(true);
  return new Promise((resolve) => {
    const settle = (): void => {
      clearTimeout(timer);
      waiting.delete(settle);
      resolve(isTrue());
    };
    const timer = setTimeout(settle, withinMs);
    waiting.add(settle);
  });
}
