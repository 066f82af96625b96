/** Plays a scenario's behaviour to one client. */
import type { Asked } from "./asked.ts";
import { refusalOfStatus, refusalReply } from "./refusals.ts";
import type { Behaviour } from "./scenarios.ts";
import type { Seals } from "./seals.ts";
import type { Threads } from "./threads.ts";
import { JSON_HEADERS, type Step, type Wire, gone, streamReply, streamSteps, wholeSteps } from "./wires.ts";

export interface Stage {
  readonly seals: Seals;
  readonly threads: Threads;
  /** How often a flaky model has failed since it last answered. */
  readonly failures: Map<string, number>;
}

export async function perform(behaviour: Behaviour, asked: Asked, wire: Wire, stage: Stage): Promise<Response> {
  switch (behaviour.kind) {
    case "refuse":
      return refused(behaviour, asked);
    case "flaky": {
      const failed = stage.failures.get(asked.model) ?? 0;
      const isFailing = failed < behaviour.failures;
      stage.failures.set(asked.model, isFailing ? failed + 1 : 0);
      if (isFailing) return refusalReply(asked.dialect, refusalOfStatus(500, asked.model));
      return answered({ kind: "answer", answer: behaviour.answer }, asked, wire, stage);
    }
    case "silent":
      await gone(wire.signal);
      return new Response(null, { status: 499 });
    case "answer":
      return answered(behaviour, asked, wire, stage);
  }
}

function refused(behaviour: Extract<Behaviour, { kind: "refuse" }>, asked: Asked): Response {
  const refusal = refusalOfStatus(behaviour.status, asked.model, behaviour.cause);
  const { retryAfterSeconds } = behaviour;
  return refusalReply(asked.dialect, retryAfterSeconds === undefined ? refusal : { ...refusal, retryAfterSeconds });
}

function answered(
  behaviour: Extract<Behaviour, { kind: "answer" }>,
  asked: Asked,
  wire: Wire,
  { seals }: Stage,
): Response {
  const { answer, fault, paceMs = 0 } = behaviour;
  if (asked.stream) return streamReply(streamSteps(asked, answer, seals, fault), { ...wire, paceMs });
  const steps = wholeSteps(asked, answer, seals, fault);
  return isWhole(steps)
    ? new Response(steps[0].bytes, { headers: JSON_HEADERS })
    : streamReply(steps.values(), wire, { headers: JSON_HEADERS });
}

/** One write and nothing after it: the reply gets a content-length. An early end must not have one. */
const isWhole = (steps: readonly Step[]): steps is readonly [{ readonly bytes: Uint8Array<ArrayBuffer> }] =>
  steps.length === 1 && steps[0] !== undefined && "bytes" in steps[0];
