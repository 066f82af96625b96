/** The stops of a call: what is asked, who can answer, one answer, one record. */
import { withoutAttribution } from "../clients/claude-code.ts";
import { namedSession } from "../clients/conversation.ts";
import { DIALECTS } from "../dialects/index.ts";
import { GatewayError } from "../ir/error.ts";
import type { Loss } from "../ir/loss.ts";
import { checkModelName } from "../ir/model-name.ts";
import type { DialectId } from "../ir/dialect-id.ts";
import { toldTotals } from "../ir/usage.ts";
import { countsTokens } from "../providers/endpoint.ts";
import type { OpenRecord } from "../ledger/ledger.ts";
import { lossHeaders } from "../ledger/lost.ts";
import { checkOtherModels } from "../routing/other-models.ts";
import { plan, type Target } from "../routing/plan.ts";
import { orLate } from "../time/limit.ts";
import type { Place } from "../vault/vault.ts";
import { printFrame } from "../wire/sse.ts";
import { attempt } from "./attempt.ts";
import type { Call, Gateway } from "./call.ts";
import { deliver, type OpenStream, type TokenSample } from "./deliver.ts";
import { homeFirst } from "./home.ts";
import { open } from "./open.ts";
import { openStream } from "./open-stream.ts";
import { openWhole } from "./open-whole.ts";
import type { Prepared } from "./outbound.ts";
import { cleanError, headersForClient } from "./redact.ts";
import { toGatewayError } from "./refuse.ts";
import { askOf, BARE_STYLE } from "./translate.ts";
import type { Watch } from "./watch.ts";

/** Throws what `toGatewayError` understands when nothing was sent to the caller yet. */
export async function relay(call: Call, gateway: Gateway): Promise<Response> {
  const prepared = prepare(call, gateway);
  return prepared.stream ? streamed(call, prepared, gateway) : whole(call, prepared, gateway);
}

function prepare(call: Call, gateway: Gateway): Prepared {
  const dialect = call.surface.dialectOf(call.body);
  const envelope = DIALECTS[dialect].envelope(call.path, call.body);
  const { model } = envelope;
  const { draft } = call.record;
  draft.dialect = dialect;
  draft.stream = envelope.stream;
  if (model === undefined || model === "")
    throw new GatewayError("invalid-request", "model: missing. Name one of the models that GET /v1/models lists.", {
      param: "model",
    });
  checkModelName(model);
  draft.modelAsked = model;
  const found = plan(gateway.config, model, call.caller.key);
  checkOtherModels(gateway.config, call.body, found.targets, call.caller.key);
  let decoded: ReturnType<Prepared["decoded"]> | undefined;
  return {
    dialect,
    stream: envelope.stream,
    model,
    plan: found,
    session: namedSession(call.headers, call.body),
    strict: found.strict || call.caller.key?.strict === true || call.headers.get("x-codeswitch-strict") === "true",
    decoded: () => (decoded ??= DIALECTS[dialect].request.decode(call.body)),
    restored: new Map(),
  };
}

async function whole(call: Call, prepared: Prepared, gateway: Gateway): Promise<Response> {
  const { answering, answer } = await attemptAll(call, prepared, gateway, async (target) => {
    const answering = await open(call, prepared, target, gateway);
    return { answering, answer: await openWhole(answering, call.surface.reply) };
  });
  settle({ record: call.record, reply: call.surface.reply }, gateway, answering.watch, answer.losses, answering.place);
  const sample = tokenSample(call, prepared, gateway);
  if (sample) learnTokens(sample, call.record, gateway);
  call.record.close("ended", 200);
  return new Response(answer.body as string, {
    headers: { ...replyHeaders(call.record, answering.response.headers, gateway), "content-type": answer.contentType },
  });
}

/** The target that holds the conversation's seals first, then the plan's. */
async function attemptAll<Opened>(
  call: Call,
  prepared: Prepared,
  gateway: Gateway,
  open: (target: Target) => Promise<Opened>,
): Promise<Opened> {
  return attempt(
    await homeFirst(call, prepared, gateway),
    (target) =>
      open(target).then(
        (opened) => (call.record.attempted(), opened),
        (error: unknown) => {
          const clean = cleanError(error, target.provider);
          call.record.attempted(toGatewayError(clean));
          throw clean;
        },
      ),
    { signal: call.signal, wait: pause },
  );
}

async function streamed(call: Call, prepared: Prepared, gateway: Gateway): Promise<Response> {
  const opening = openedStream(call, prepared, gateway);
  const opened = await soon(opening, gateway.config.server.heartbeatMs);
  return deliverStream(opening, opened, closingOf(call, prepared), gateway);
}

async function openedStream(call: Call, prepared: Prepared, gateway: Gateway): Promise<OpenStream> {
  const stream = await attemptAll(call, prepared, gateway, async (target) =>
    openStream(await open(call, prepared, target, gateway), call.surface.reply),
  );
  const sample = tokenSample(call, prepared, gateway);
  return { ...stream, ...(sample && { sample }) };
}

/** What an open stream still needs of its call. The body is not among it: a thousand open streams would hold a thousand bodies. */
interface Closing extends Pick<Call, "id" | "record" | "connection" | "onCut"> {
  readonly reply: DialectId;
  readonly model: string;
  readonly target: Target | undefined;
}

const closingOf = (call: Call, prepared: Prepared): Closing => ({
  id: call.id,
  reply: call.surface.reply,
  model: prepared.model,
  target: prepared.plan.targets[0],
  record: call.record,
  connection: call.connection,
  onCut: call.onCut,
});

function deliverStream(
  opening: Promise<OpenStream>,
  opened: OpenStream | undefined,
  closing: Closing,
  gateway: Gateway,
): Response {
  const body = deliver(opening, {
    heartbeatMs: gateway.config.server.heartbeatMs,
    connection: closing.connection,
    onCut: closing.onCut,
    printError: (error) => printError(closing, gateway, error),
    closed: (how, stream, error) => closeStream(closing, gateway, how, stream, error),
  });
  return new Response(body as ReadableStream, {
    headers: {
      ...replyHeaders(closing.record, opened?.headers, gateway),
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-cache",
      "x-accel-buffering": "no",
    },
  });
}

/** Waits until the answer begins, but no longer than a client bears silence. Throws what the opening throws. */
async function soon(opening: Promise<OpenStream>, ms: number): Promise<OpenStream | undefined> {
  if (ms <= 0) return opening;
  const opened = await orLate(opening, ms);
  return opened === "late" ? undefined : opened;
}

function closeStream(
  closing: Closing,
  gateway: Gateway,
  how: "done" | "abandoned",
  stream: OpenStream | undefined,
  error?: GatewayError,
): void {
  const { record } = closing;
  if (stream) settle(closing, gateway, stream.watch, stream.lane.losses(), stream.place);
  if (stream?.sample) learnTokens(stream.sample, record, gateway);
  const fault = error ?? stream?.watch.error;
  if (how === "abandoned") record.close("abandoned", 499);
  else if (fault) record.close(fault.kind === "aborted" ? "abandoned" : "failed", 200, fault);
  else record.close("ended", 200);
}

/** What is known at the end: usage and losses for the record, reasoning for the vault. */
function settle(
  { record, reply }: Pick<Closing, "record" | "reply">,
  gateway: Gateway,
  watch: Watch,
  losses: readonly Loss[],
  place: Place | undefined,
): void {
  record.draft.usage = watch.usage;
  const told = watch.answer();
  const isKept = place !== undefined && told !== undefined;
  if (isKept) gateway.vault.remember(place, told.answer, told.seen);
  // What the vault has, it puts back.
  record.lost.answer(isKept ? losses.filter(({ feature }) => feature !== "seal") : losses);
  for (const seal of watch.seals()) if (seal.dialect === reply) gateway.provenance.note(seal);
}

/** What the vendor bills teaches the local count of tokens, where the vendor has no counter of its own. Only some calls are asked to. */
function tokenSample({ record, bytes }: Call, prepared: Prepared, gateway: Gateway): TokenSample | undefined {
  const { provider, modelServed: model } = record.draft;
  const served = prepared.plan.targets.find((target) => target.provider.name === provider && target.model === model);
  if (!served || countsTokens(served.provider, served.dialect)) return undefined;
  const of = { provider: served.provider.name, model: served.model };
  if (!gateway.tokens.wants(of, bytes.byteLength)) return undefined;
  return { of, bytes: bytes.byteLength, request: () => withoutAttribution(prepared.decoded().value).value };
}

function learnTokens({ of, bytes, request }: TokenSample, { draft }: OpenRecord, gateway: Gateway): void {
  const { usage } = draft;
  // The prompt of a later round is not the caller's alone.
  if (usage.source !== "reported" || usage.lines.some(({ kind }) => kind === "round")) return;
  gateway.tokens.learn(of, { request, bytes, billed: toldTotals(usage).prompt });
}

function replyHeaders(
  { draft, lost }: OpenRecord,
  upstream: Headers | undefined,
  { config }: Gateway,
): Record<string, string> {
  const provider = config.providers[draft.provider ?? ""];
  return {
    ...(upstream && provider && headersForClient(upstream, provider)),
    ...lossHeaders(lost),
    ...(draft.modelServed !== undefined && {
      // Names are anybody's letters, headers are not.
      "x-codeswitch-target": encodeURI(`${draft.provider}/${draft.modelServed}`.toWellFormed()),
      "x-codeswitch-lane": String(draft.lane),
    }),
  };
}

/** For a client that already has a 200: its dialect's error event. */
function printError({ target, id, model, reply }: Closing, gateway: Gateway, error: GatewayError): string {
  if (!target) return "";
  const ask = askOf({
    target,
    style: BARE_STYLE,
    replyId: id,
    nowSeconds: () => Math.floor(gateway.clock() / 1000),
    modelName: model,
  });
  let text = "";
  DIALECTS[reply].stream.encoder(ask).push({ type: "error", error }, (frame) => {
    text += printFrame(frame);
  });
  return text;
}

/** Ends early when the caller leaves, or the call is cut. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
  });
}
