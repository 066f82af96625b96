/** Runs the guards of a call on its request and on its answer. */
import type { Dialect } from "../dialects/dialect.ts";
import type { StreamEvent } from "../ir/events.ts";
import type { EndCause, Frame, Machine } from "../wire/machine.ts";
import type { Attempt, Call, Hooks } from "./call.ts";

export const NO_HOOKS: Hooks = { guards: [] };

/** Both, one after the other: what the first refuses, the second is not asked about. */
export const joined = (first: Hooks, second: Omit<Hooks, "guards">): Hooks => ({
  guards: first.guards,
  instead: (arrival, asked) => first.instead?.(arrival, asked) ?? second.instead?.(arrival, asked),
  admit: (call) => inTurn(first.admit?.(call), () => second.admit?.(call)),
  beforeAttempt: (attempt) => inTurn(first.beforeAttempt?.(attempt), () => second.beforeAttempt?.(attempt)),
  answerHeaders: (record, reply) => ({
    ...first.answerHeaders?.(record, reply),
    ...second.answerHeaders?.(record, reply),
  }),
});

const inTurn = (first: Promise<void> | undefined, then: () => Promise<void> | undefined): Promise<void> | undefined =>
  first ? first.then(then) : then();

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
      decoder: (reply) => ({
        ...machines.reduce<Machine<Frame, StreamEvent>>(piped, dialect.stream.decoder(reply)),
        // No event is skipped, for a guard gets every one.
        goOn: () => undefined,
      }),
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
