/** The stops of a call: what is asked, who can answer, one answer, one record. */
import { withoutAttribution } from "../clients/claude-code.ts";
import { namedSession } from "../clients/conversation.ts";
import { DIALECTS } from "../dialects/index.ts";
import { GatewayError } from "../ir/error.ts";
import type { Loss } from "../ir/loss.ts";
import { totals } from "../ir/usage.ts";
import { countsTokens } from "../providers/endpoint.ts";
import { clientHeaders } from "../providers/headers.ts";
import { plan } from "../routing/plan.ts";
import type { Scope } from "../vault/vault.ts";
import { printFrame } from "../wire/sse.ts";
import { attempt } from "./attempt.ts";
import type { Call, Gateway } from "./call.ts";
import { deliver, type OpenStream } from "./deliver.ts";
import { open, type Answering } from "./open.ts";
import { openStream } from "./open-stream.ts";
import { openWhole } from "./open-whole.ts";
import type { Prepared } from "./outbound.ts";
import { askOf, BARE_STYLE } from "./translate.ts";
import type { Watch } from "./watch.ts";

/** Throws what `toGatewayError` understands when nothing was sent to the caller yet. */
export async function relay(call: Call, gateway: Gateway): Promise<Response> {
  const prepared = prepare(call, gateway);
  return prepared.stream ? streamed(call, prepared, gateway) : whole(call, prepared, gateway);
}

function prepare(call: Call, gateway: Gateway): Prepared {
  const dialect = call.surface.dialectOf(call.body);
  const envelope = DIALECTS[dialect].envelope(call.body);
  const model = call.pathModel ?? envelope.model;
  const { draft } = call.record;
  draft.dialect = dialect;
  draft.stream = envelope.stream;
  if (model === undefined || model === "")
    throw new GatewayError("invalid-request", "model: missing. Name one of the models that GET /v1/models lists.", {
      param: "model",
    });
  draft.modelAsked = model;
  const found = plan(gateway.config, model, call.caller.key);
  let decoded: ReturnType<Prepared["decoded"]> | undefined;
  return {
    dialect,
    stream: envelope.stream,
    model,
    plan: found,
    session: namedSession(call.headers, call.body),
    strict: found.strict || call.caller.key?.strict === true || call.headers.get("x-codeswitch-strict") === "true",
    decoded: () => (decoded ??= DIALECTS[dialect].request.decode(call.body)),
  };
}

async function whole(call: Call, prepared: Prepared, gateway: Gateway): Promise<Response> {
  const { answering, answer } = await attempt(
    prepared.plan.targets,
    async (target) => {
      const answering = await open(call, prepared, target, gateway);
      return { answering, answer: await openWhole(answering, call.surface.reply) };
    },
    { signal: call.signal, wait: pause },
  );
  settle(call, gateway, answering.watch, answer.losses, answering.out.scope);
  learnTokens(call, prepared, gateway);
  call.record.close("ended", 200);
  return new Response(answer.body as string, {
    headers: { ...replyHeaders(call, answering), "content-type": answer.contentType },
  });
}

async function streamed(call: Call, prepared: Prepared, gateway: Gateway): Promise<Response> {
  const { heartbeatMs } = gateway.config.server;
  let head: Answering | undefined;
  const opening = attempt(
    prepared.plan.targets,
    async (target) => {
      head = await open(call, prepared, target, gateway);
      return openStream(head, call.surface.reply);
    },
    { signal: call.signal, wait: pause },
  );
  await soon(opening, heartbeatMs);
  const body = deliver(opening, {
    heartbeatMs,
    printError: (error) => printError(call, prepared, gateway, error),
    closed: (how, stream, error) => {
      closeStream(call, gateway, how, stream, error);
      learnTokens(call, prepared, gateway);
    },
  });
  return new Response(body as ReadableStream, {
    headers: {
      ...replyHeaders(call, head),
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-cache",
      "x-accel-buffering": "no",
    },
  });
}

/** Waits until the answer begins, but no longer than a client bears silence. Throws what the opening throws. */
async function soon(opening: Promise<OpenStream>, ms: number): Promise<void> {
  if (ms <= 0) return void (await opening);
  let timer: Timer | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  try {
    await Promise.race([opening, late]);
  } finally {
    clearTimeout(timer);
  }
}

function closeStream(
  call: Call,
  gateway: Gateway,
  how: "done" | "abandoned",
  stream: OpenStream | undefined,
  error?: GatewayError,
): void {
  if (stream) settle(call, gateway, stream.watch, stream.lane.losses(), stream.scope);
  const fault = error ?? stream?.watch.error;
  if (how === "abandoned") call.record.close("abandoned", 499, "aborted");
  else if (fault) call.record.close(fault.kind === "aborted" ? "abandoned" : "failed", 200, fault.kind);
  else call.record.close("ended", 200);
}

/** What is known at the end: usage and losses for the record, reasoning for the vault. */
function settle(call: Call, gateway: Gateway, watch: Watch, losses: readonly Loss[], scope: Scope | undefined): void {
  const { draft } = call.record;
  draft.usage = watch.usage;
  draft.losses = [...draft.losses, ...losses];
  const answer = scope ? watch.answer() : undefined;
  if (scope && answer?.finish) gateway.vault.remember(scope, answer);
  for (const seal of watch.seals()) if (seal.dialect === call.surface.reply) gateway.provenance.note(seal);
}

/** What the vendor billed teaches the local count of tokens, where the vendor has no counter of its own. */
function learnTokens(call: Call, prepared: Prepared, gateway: Gateway): void {
  const { provider, modelServed: model, usage } = call.record.draft;
  if (provider === undefined || model === undefined || usage.source !== "reported") return;
  const served = prepared.plan.targets.find((target) => target.provider.name === provider && target.model === model);
  if (!served || countsTokens(served.provider, served.dialect)) return;
  const billed = totals(usage, ["message"]).prompt;
  gateway.tokens.learn(
    { provider, model },
    { request: () => withoutAttribution(prepared.decoded().value).value, bytes: call.bytes.byteLength, billed },
  );
}

const replyHeaders = (call: Call, answering: Answering | undefined): Record<string, string> => ({
  ...(answering && clientHeaders(answering.response.headers)),
  "x-codeswitch-losses": String(call.record.draft.losses.length),
});

/** For a client that already has a 200: its dialect's error event. */
function printError(call: Call, prepared: Prepared, gateway: Gateway, error: GatewayError): string {
  const target = prepared.plan.targets[0];
  if (!target) return "";
  const ask = askOf({
    target,
    style: BARE_STYLE,
    replyId: call.id,
    createdAtSeconds: Math.floor(gateway.clock() / 1000),
    modelName: prepared.model,
  });
  let text = "";
  DIALECTS[call.surface.reply].stream.encoder(ask).push({ type: "error", error }, (frame) => {
    text += printFrame(frame);
  });
  return text;
}

/** Ends early when the caller leaves. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
  });
}
