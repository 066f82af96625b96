/** The stops of a call: planned, admitted, answered by one target, recorded once. */
import type { Cost } from "../cost/cost.ts";
import { dollars } from "../cost/money.ts";
import { DIALECTS } from "../dialects/index.ts";
import type { GatewayError } from "../ir/error.ts";
import { hundredths } from "../ledger/stopwatch.ts";
import { lossHeaders } from "../ledger/lost.ts";
import type { Trial } from "../routing/cooldowns.ts";
import type { Target } from "../routing/target.ts";
import { orLate } from "../time/limit.ts";
import { printFrame } from "../wire/sse.ts";
import { streamedAnswer, wholeAnswer } from "./answer.ts";
import { tryTargets } from "./retry.ts";
import { type Arrival, type Attempt, type Call, callOf } from "./call.ts";
import { billedFor, closeCall, type Closing, LEFT, tokenSample, unansweredAt } from "./close.ts";
import { coolLast, failureOf } from "./cooling.ts";
import { deliver, type OpenStream } from "./deliver.ts";
import { homeFirst } from "./home.ts";
import { guardRequest } from "./hooks.ts";
import { outbound } from "./outbound.ts";
import { pause } from "./pause.ts";
import { cleanError, headersForClient } from "./redact.ts";
import { toGatewayError } from "./refuse.ts";
import { replyContext, replyIdOf, BARE_STYLE } from "./translate.ts";
import { askTarget, type Upstream } from "./upstream.ts";

/** Throws what `toGatewayError` reads, if nothing was sent to the caller yet. */
export async function relay(arrival: Arrival): Promise<Response> {
  const call = callOf(arrival);
  await admitted(call);
  call.record.begin();
  if (call.guards.length > 0) await guardRequest(call);
  return call.stream ? streamed(call) : whole(call);
}

async function admitted(call: Call): Promise<void> {
  const { admit } = call.gateway.hooks;
  if (!admit) return;
  const from = performance.now();
  await admit(call);
  call.record.draft.queueMs = hundredths(performance.now() - from);
}

async function whole(call: Call): Promise<Response> {
  const { upstream, answer } = await firstAnswer(call, async (upstream, trial) => {
    const found = await wholeAnswer(upstream);
    trial.succeeded();
    return { upstream, answer: found };
  });
  const { target } = upstream.attempt;
  const sample = tokenSample(call, target);
  const requestBytes = call.bytes.byteLength;
  const ending = { ...upstream, target, losses: answer.losses, requestBytes, unseenTokens: () => 0 };
  closeCall(closingOf(call), 200, sample ? { ...ending, sample } : ending);
  return new Response(answer.body as string, {
    headers: {
      ...replyHeaders(closingOf(call), upstream.response.headers),
      ...costHeader(call.record.draft.cost),
      "content-type": answer.contentType,
    },
  });
}

async function streamed(call: Call): Promise<Response> {
  const opening = firstAnswer(call, async (upstream, trial) => {
    const sample = tokenSample(call, upstream.attempt.target);
    const opened = await streamedAnswer(upstream);
    // A stream that has only begun may still end as a refusal.
    if (opened.watch.committed) trial.succeeded();
    return { ...opened, trial, ...(sample && { sample }) };
  });
  const opened = await soon(opening, call.gateway.config.server.heartbeatMs);
  return delivered(opening, opened, openEndOf(call));
}

/** The answer of the first target that gives one: first the target that can read the conversation's seals, then the others in the plan's order; behind them those that cool down. */
async function firstAnswer<Answer>(
  call: Call,
  take: (upstream: Upstream, trial: Trial) => Promise<Answer>,
): Promise<Answer> {
  const { record, gateway, signal } = call;
  const tryAt = async (target: Target): Promise<Answer> => {
    const one: Attempt = { call, target };
    const trial = gateway.cooldowns.trial(target, call);
    let upstream: Upstream | undefined;
    try {
      await gateway.hooks.beforeAttempt?.(one);
      const out = await outbound(one);
      const { losses = [] } = call.plan;
      record.attempt(
        { provider: target.provider.name, model: target.model },
        { ...out, losses: [...losses, ...out.losses], unanswered: () => unansweredAt(one) },
      );
      const answering = (upstream = await askTarget(one, out));
      const answer = await take(answering, trial).catch((error: unknown) => {
        // What was not read keeps the vendor's connection. A body that is being read is let go by its reader.
        void answering.response.body?.cancel().catch(() => {});
        throw error;
      });
      record.attempted();
      return answer;
    } catch (error) {
      const clean = cleanError(error, target.provider);
      trial.ended(failureOf(clean, gateway.clock()));
      record.attempted(toGatewayError(clean), upstream && billedFor(upstream));
      throw clean;
    }
  };
  const { targets, waitedMs } = await coolLast(call, await homeFirst(call));
  return tryTargets(targets, tryAt, { signal, waitedMs, wait: pause });
}

/** What an open stream still needs of its call. The body is not among it: a thousand open streams would hold a thousand bodies. */
interface OpenEnd extends Closing, Pick<Call, "id" | "connection" | "onCut" | "model"> {
  readonly target: Target | undefined;
}

const closingOf = ({ gateway, record, surface }: Call): Closing => ({ gateway, record, reply: surface.reply });

const openEndOf = (call: Call): OpenEnd => ({
  ...closingOf(call),
  id: call.id,
  model: call.model,
  target: call.plan.targets[0],
  connection: call.connection,
  onCut: call.onCut,
});

function delivered(opening: Promise<OpenStream>, opened: OpenStream | undefined, end: OpenEnd): Response {
  const body = deliver(opening, {
    heartbeatMs: end.gateway.config.server.heartbeatMs,
    connection: end.connection,
    onCut: end.onCut,
    printError: (error) => printError(end, error),
    closed: (how, stream, error) => {
      if (stream) concluded(stream, end.gateway.clock());
      const ending = stream && { ...stream, losses: stream.lane.losses(), unseenTokens: stream.lane.unseenTokens };
      if (how === "abandoned") closeCall(end, 499, ending, LEFT);
      else closeCall(end, 200, ending, error);
    },
  });
  return new Response(body as ReadableStream, {
    headers: {
      ...replyHeaders(end, opened?.headers),
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-cache",
      "x-accel-buffering": "no",
    },
  });
}

/** What the end of a stream says of its deployment, beside what its beginning said. */
function concluded({ trial, watch }: OpenStream, now: number): void {
  if (watch.committed) trial?.succeeded();
  trial?.ended(failureOf(watch.error, now));
}

/** Waits until the answer begins, at most `ms`; undefined: not yet. Throws what the opening throws. */
async function soon(opening: Promise<OpenStream>, ms: number): Promise<OpenStream | undefined> {
  if (ms <= 0) return opening;
  const opened = await orLate(opening, ms);
  return opened === "late" ? undefined : opened;
}

function replyHeaders({ record, gateway, reply }: Closing, upstream: Headers | undefined): Record<string, string> {
  const { draft, lost } = record;
  const provider = gateway.config.providers[draft.provider ?? ""];
  return {
    ...(upstream && provider && headersForClient(upstream, provider)),
    ...gateway.hooks.answerHeaders?.(record, reply),
    ...lossHeaders(lost),
    ...(draft.modelServed !== undefined && {
      // A name may hold any letter, a header may not.
      "x-codeswitch-target": encodeURI(`${draft.provider}/${draft.modelServed}`.toWellFormed()),
      "x-codeswitch-lane": String(draft.lane),
    }),
  };
}

/** In dollars. A stream's headers leave before its cost is known. */
const costHeader = ({ nano }: Cost): Record<string, string> =>
  nano === null ? {} : { "x-codeswitch-cost": dollars(nano) };

/** For a client that already has a 200: its dialect's error event. */
function printError({ target, id, model, reply, gateway }: OpenEnd, error: GatewayError): string {
  if (!target) return "";
  const context = replyContext({
    target,
    style: BARE_STYLE,
    replyId: replyIdOf(id),
    nowSeconds: () => Math.floor(gateway.clock() / 1000),
    modelName: model,
  });
  let text = "";
  DIALECTS[reply].stream.encoder(context).push({ type: "error", error }, (frame) => {
    text += printFrame(frame);
  });
  return text;
}
