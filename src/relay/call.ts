/** The types of the relay: a call as it came (Arrival), a call with its plan (Call), a call at a target (Attempt), and the gateway around them. */
import type { Caller, Keyring } from "../access/keyring.ts";
import type { ClientId } from "../clients/client.ts";
import { namedSession } from "../clients/conversation.ts";
import type { Config } from "../config/config.ts";
import type { PriceBook } from "../cost/price-book.ts";
import { DIALECTS } from "../dialects/index.ts";
import { GatewayError } from "../ir/error.ts";
import type { StreamEvent } from "../ir/events.ts";
import type { Translated } from "../ir/loss.ts";
import { checkModelName } from "../ir/model-name.ts";
import type { Entry, ModelRequest } from "../ir/request.ts";
import type { DialectId } from "../ir/dialect-id.ts";
import type { Ledger, Recorder } from "../ledger/ledger.ts";
import type { Log } from "../observe/log.ts";
import type { Sightings } from "../providers/sightings.ts";
import type { TokenMeter } from "../providers/token-meter.ts";
import { checkOtherModels } from "../routing/other-models.ts";
import type { Cooldowns } from "../routing/cooldowns.ts";
import { type Plan, plan } from "../routing/plan.ts";
import type { Target } from "../routing/target.ts";
import type { Search } from "../search/search-provider.ts";
import type { Provenance } from "../vault/provenance.ts";
import type { Vault } from "../vault/vault.ts";
import type { JsonObject } from "../wire/json.ts";
import type { Machine } from "../wire/machine.ts";
import type { OpenCall } from "./open-calls.ts";

/** What a path promises. Bodies may be of another dialect than the replies (Cursor). */
export interface Surface {
  readonly reply: DialectId;
  /** The dialect that a body is written in, whatever its path. */
  dialectOf(body: JsonObject): DialectId;
}

/** Switches the idle limit of a client's connection: on while the client must act, off while the gateway must, since models think for minutes. */
export interface Connection {
  /** The request has arrived, or the client has taken what was sent. */
  waitsForUs(): void;
  /** The client has something to take, or may send a request. */
  waitsForClient(): void;
}

/** A call as the HTTP server hands it over. */
export interface Arrival {
  readonly gateway: Gateway;
  readonly id: string;
  readonly surface: Surface;
  readonly path: string;
  readonly client: ClientId;
  readonly caller: Caller;
  readonly headers: Headers;
  readonly bytes: Uint8Array;
  readonly text: string;
  readonly body: JsonObject;
  /** Fires when the caller leaves, and when the call is cut. */
  readonly signal: AbortSignal;
  readonly record: Recorder;
  readonly connection: Connection;
  readonly onCut: OpenCall["onCut"];
}

/** What the relay knows of a call whatever its target. */
export interface Call extends Arrival {
  readonly kind: "call";
  readonly dialect: DialectId;
  readonly stream: boolean;
  /** As the caller named it. */
  readonly model: string;
  readonly plan: Plan;
  /** The conversation, where the client names it. */
  readonly session: string | undefined;
  /** Refuses a target that would lose meaning. */
  readonly strict: boolean;
  /** The guards that watch this call. */
  readonly guards: readonly Guard[];
  /** The body decoded, free of any dialect: on the first call of this function, and as the guards left it. */
  decoded(): Translated<ModelRequest>;
  /** Puts the request that a guard returned in place of the decoded one. */
  replace(request: ModelRequest): void;
  /** Entries with their reasoning put back, by reader: filled and read by `restored` alone. */
  readonly restored: Map<string, Promise<readonly Entry[]>>;
}

/** One call at one target. */
export interface Attempt {
  readonly call: Call;
  readonly target: Target;
}

export interface Gateway {
  /** The configuration that holds now: read it for each call, keep it for none. */
  readonly config: Config;
  /** A random word: no other gateway and no other run of this one has it. */
  readonly instance: string;
  readonly keyring: Keyring;
  readonly ledger: Ledger;
  readonly vault: Vault;
  readonly provenance: Provenance;
  readonly tokens: TokenMeter;
  readonly sightings: Sightings;
  readonly cooldowns: Cooldowns;
  readonly prices: PriceBook;
  readonly hooks: Hooks;
  /** Web searches, for models whose vendor has none. */
  readonly search: Search;
  readonly log: Log;
  /** Milliseconds since 1970. */
  clock(): number;
}

/**
 * Where limits, budgets and guards join a call. Each throws a GatewayError to refuse; a call that none of them concerns
 * pays nothing for them. Example:
 *
 *     { admit: async ({ caller }) => void (await budget.check(caller.name)), guards: [] }
 */
export interface Hooks {
  /** What takes the place of the plan that the call asked for: a budget that is nearly spent wants a cheaper one. undefined: nothing. */
  instead?(arrival: Arrival, asked: Asked): Plan | undefined;
  /** After the plan, before anything is asked or decoded: throws what refuses the call. */
  admit?(call: Admissible): Promise<void> | undefined;
  /** Before each attempt: which target is about to be asked. What it throws with `nextTarget` leads to the next one. */
  beforeAttempt?(attempt: Attempt): Promise<void> | undefined;
  /** What the answer's head says of the caller's limits, in the words of this dialect. */
  answerHeaders?(record: Pick<Recorder, "draft">, reply: DialectId): Readonly<Record<string, string>>;
  readonly guards: readonly Guard[];
}

/** A call as it was asked for, with its plan. */
export interface Asked extends Pick<Call, "dialect" | "session" | "plan"> {}

/** What must be known of a call, or of a count of tokens, to let it in. */
export interface Admissible extends Pick<Call, "id" | "caller" | "plan" | "body" | "dialect" | "bytes"> {
  /** count: tokens are counted, nothing is generated. */
  readonly kind: "call" | "count";
  readonly record: Pick<Recorder, "draft">;
}

/** Reads requests and answers. A call that a guard watches is decoded, also between equal dialects; every other call passes as bytes where it can. */
export interface Guard {
  watches(arrival: Arrival): boolean;
  /** Once for each call, before its first attempt: the request that is sent in its place. */
  request?(request: ModelRequest, call: Call): ModelRequest | Promise<ModelRequest>;
  /** For each answer: events of the upstream in, events for the client out. An `error` event ends the answer. */
  answer?(attempt: Attempt): Machine<StreamEvent, StreamEvent>;
}

/** Throws a GatewayError where the call names no model, or none that its caller may use. */
export function callOf(arrival: Arrival): Call {
  const { gateway, body, caller, headers, record } = arrival;
  const dialect = arrival.surface.dialectOf(body);
  const envelope = DIALECTS[dialect].envelope(arrival.path, body);
  const { model } = envelope;
  record.draft.dialect = dialect;
  record.draft.stream = envelope.stream;
  if (model === undefined || model === "")
    throw new GatewayError("invalid-request", "model: missing. Name one of the models that GET /v1/models lists.", {
      param: "model",
    });
  checkModelName(model);
  record.draft.modelAsked = model;
  const session = namedSession(headers, body)?.id;
  const asked = plan(gateway.config, model, caller.key);
  const found = gateway.hooks.instead?.(arrival, { dialect, session, plan: asked }) ?? asked;
  record.draft.modelEntry = found.modelName;
  checkOtherModels(gateway.config, body, found.targets, caller.key);
  let decoded: Translated<ModelRequest> | undefined;
  const decode = (): Translated<ModelRequest> => (decoded ??= DIALECTS[dialect].request.decode(body));
  return {
    ...arrival,
    kind: "call",
    dialect,
    stream: envelope.stream,
    model,
    plan: found,
    session,
    strict: found.strict || caller.key?.strict === true || headers.get("x-codeswitch-strict") === "true",
    guards: gateway.hooks.guards.filter((guard) => guard.watches(arrival)),
    decoded: decode,
    replace: (value) => void (decoded = { value, losses: decode().losses }),
    restored: new Map(),
  };
}
