/** A model vendor of our own: a real HTTP upstream that speaks Chat Completions, Responses and Messages. Default provider, test upstream and benchmark upstream. */
import type { JsonObject } from "../wire/json.ts";
import type { Asked, SimDialect } from "./asked.ts";
import { stringOf } from "./asked.ts";
import { type Door, doorOf } from "./doors.ts";
import { type SeenRequest, keyFits, missingParameter, readRequest } from "./incoming.ts";
import { modelReply, modelsReply } from "./models.ts";
import { readChat } from "./read-chat.ts";
import { countTokens, readMessages } from "./read-messages.ts";
import { readResponses } from "./read-responses.ts";
import { refusalOfStatus, refusalReply } from "./refusals.ts";
import { type Behaviour, behave, isAlwaysStrict } from "./scenarios.ts";
import { type Stage, perform } from "./perform.ts";
import { type Tally, createTally } from "./tally.ts";
import { type Script, scriptReply } from "./script.ts";
import { createSeals } from "./seals.ts";
import { refusalOf } from "./strict.ts";
import { createThreads } from "./threads.ts";
import { type Wire, isStreamed } from "./wires.ts";

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

export interface Simulator {
  readonly url: string;
  readonly port: number;
  readonly seen: readonly SeenRequest[];
  readonly control: SimulatorControl;
  stop(): void;
}

export interface SimulatorControl extends Omit<Tally, "begin" | "wrote"> {
  /** What to answer for this model name, instead of a scenario, until it is changed. */
  script(model: string, script: Script): void;
  /** How to behave for this model name, in no dialect's words, instead of a scenario, until it is changed. */
  play(model: string, play: Play): void;
}

export type Play = (asked: Asked) => Behaviour;

const SEEN_MAX = 1_000;

export function startSimulator(options: SimulatorOptions = {}): Simulator {
  const tally = createTally();
  const seen: SeenRequest[] = [];
  const scripts = new Map<string, Script>();
  const plays = new Map<string, Play>();
  const stage: Stage = { seals: createSeals(options.secret), threads: createThreads(), failures: new Map() };

  const note = (request: SeenRequest): void => {
    options.judge?.(request);
    if (options.record !== true) return;
    seen.push(request);
    if (seen.length > SEEN_MAX) seen.shift();
  };

  const { forget } = tally;
  const control: SimulatorControl = Object.assign(tally, {
    script: (model: string, script: Script) => void scripts.set(model, script),
    play: (model: string, play: Play) => void plays.set(model, play),
    forget: () => {
      forget();
      seen.length = 0;
      for (const kept of [scripts, plays, stage.failures]) kept.clear();
      stage.threads.forget();
    },
  });

  const server = Bun.serve({
    hostname: options.hostname ?? "127.0.0.1",
    port: options.port ?? 0,
    maxRequestBodySize: 256 * 1024 * 1024,
    idleTimeout: 0,
    fetch: async (request) => {
      const ended = tally.begin(request);
      const wire: Wire = { paceMs: 0, signal: request.signal, wrote: tally.wrote, ended };
      let streamed = false;
      try {
        const reply = await receive(request, { options, scripts, plays, stage, wire, note });
        streamed = isStreamed(reply);
        return reply;
      } finally {
        if (!streamed) ended();
      }
    },
    error: (problem) => openaiFailure(500, problem.message, "server_error"),
  });

  return {
    url: `http://127.0.0.1:${server.port}`,
    port: server.port ?? 0,
    seen,
    control,
    stop: () => void server.stop(true),
  };
}

const openaiFailure = (status: number, message: string, type: string): Response =>
  Response.json({ error: { message, type, param: null, code: null } }, { status });

interface Desk {
  readonly options: SimulatorOptions;
  readonly scripts: ReadonlyMap<string, Script>;
  readonly plays: ReadonlyMap<string, Play>;
  readonly stage: Stage;
  readonly wire: Wire;
  note(seen: SeenRequest): void;
}

type GenerateDoor = Extract<Door, { kind: "generate" }>;

const NOT_JSON = "We could not parse the JSON body of your request. The API expects a JSON object.";

function generate(
  door: GenerateDoor,
  incoming: SeenRequest,
  { options, scripts, plays, stage, wire }: Desk,
): Promise<Response> | Response {
  const { dialect } = door;
  if (!keyFits(incoming.headers, options.key)) return refusalReply(dialect, refusalOfStatus(401, ""));
  if (incoming.body === undefined) return refusalReply(dialect, { status: 400, message: NOT_JSON });
  const sent = door.deployment === undefined ? incoming.body : { ...incoming.body, model: door.deployment };
  const isStrict = options.strict === true || isAlwaysStrict(stringOf(sent.model));
  const missing = isStrict ? missingParameter(door, incoming) : undefined;
  if (missing !== undefined) return missing;
  const found = dialect === "anthropic-messages" ? stage.threads.whole(sent) : { body: sent };
  if ("refusal" in found) return refusalReply(dialect, found.refusal);
  const { body } = found;
  if (isStrict) {
    const refusal = refusalOf(dialect, body, { seals: stage.seals, vendor: door.vendor });
    if (refusal !== undefined) return refusalReply(dialect, refusal);
  }
  const hold = stage.threads.holder(sent, body);
  const asked = { ...READERS[dialect](body), ...(hold && { hold }) };
  const script = scripts.get(asked.model);
  if (script !== undefined) return scriptReply(script, wire);
  const play = plays.get(asked.model) ?? behave;
  return perform(play(asked), asked, wire, stage);
}

async function receive(request: Request, desk: Desk): Promise<Response> {
  const url = new URL(request.url);
  const door = doorOf(request.method, url.pathname);
  const seen = await readRequest(request, url, door);
  desk.note(seen);
  switch (door?.kind) {
    case "models":
      return modelsReply(seen.headers);
    case "model":
      return modelReply(door.id, seen.headers);
    case "count-tokens":
      return Response.json({ input_tokens: countTokens(seen.body ?? {}) });
    case "generate":
      return generate(door, seen, desk);
    default:
      return openaiFailure(404, `Invalid URL (${request.method} ${url.pathname})`, "invalid_request_error");
  }
}

const READERS: Readonly<Record<SimDialect, (body: JsonObject) => Asked>> = {
  "openai-chat": readChat,
  "openai-responses": readResponses,
  "anthropic-messages": readMessages,
};
