/** Where limits, budgets and guards stand on the way of a call. Each throws a GatewayError to refuse; a call that none of them concerns pays nothing for them. */
import type { Dialect } from "../dialects/dialect.ts";
import type { StreamEvent } from "../ir/events.ts";
import type { ModelRequest } from "../ir/request.ts";
import type { EndCause, Machine } from "../wire/machine.ts";
import type { Arrival, Attempt, Call } from "./call.ts";

export interface Hooks {
  /** Before the plan: who calls, with which body. */
  admit?(arrival: Arrival): Promise<void> | undefined;
  /** Before each attempt: which target is about to be asked. */
  beforeAttempt?(attempt: Attempt): Promise<void> | undefined;
  readonly guards: readonly Guard[];
}

/** Reads what is said. A call that a guard watches is decoded, also between equal dialects; every other call passes as bytes where it can. */
export interface Guard {
  watches(arrival: Arrival): boolean;
  /** Once for each call, before its first attempt: the request that is sent in its place. */
  request?(request: ModelRequest, call: Call): ModelRequest | Promise<ModelRequest>;
  /** For each answer: events of the upstream in, events for the client out. An `error` event ends the answer. */
  answer?(attempt: Attempt): Machine<StreamEvent, StreamEvent>;
}

export const NO_HOOKS: Hooks = { guards: [] };

/** The request as its guards leave it, one after the other. */
export async function guardRequest(call: Call): Promise<void> {
  for (const guard of call.guards) if (guard.request) call.replace(await guard.request(call.decoded().value, call));
}

/** A dialect whose decoders emit what the guards of this attempt leave of an answer. */
export function guardedDialect(dialect: Dialect, attempt: Attempt): Dialect {
  const machines = attempt.call.guards.flatMap((guard) => guard.answer?.(attempt) ?? []);
  if (machines.length === 0) return dialect;
  return {
    ...dialect,
    stream: {
      ...dialect.stream,
      decoder: (reply) =>
        machines.reduce<ReturnType<Dialect["stream"]["decoder"]>>(piped, dialect.stream.decoder(reply)),
    },
    response: {
      ...dialect.response,
      decode: (body, reply) => machines.reduce(passed, dialect.response.decode(body, reply)),
    },
  };
}

/** One machine behind the other. */
const piped = <In, Between, Out>(first: Machine<In, Between>, then: Machine<Between, Out>): Machine<In, Out> => ({
  push: (input, emit) => first.push(input, (between) => then.push(between, emit)),
  end: (cause: EndCause, emit) => {
    first.end(cause, (between) => then.push(between, emit));
    then.end(cause, emit);
  },
});

function passed<T>(events: readonly T[], machine: Machine<T, T>): readonly T[] {
  const out: T[] = [];
  for (const event of events) machine.push(event, (left) => void out.push(left));
  machine.end("eof", (left) => void out.push(left));
  return out;
}
