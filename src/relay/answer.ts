/** An upstream's answer in the form that its client asked for: streamed or whole upstream, streamed or whole client, with or without rounds of searches. */
import type { Dialect } from "../dialects/dialect.ts";
import { DIALECTS } from "../dialects/index.ts";
import type { Loss } from "../ir/loss.ts";
import type { ModelRequest } from "../ir/request.ts";
import { printFrame } from "../wire/sse.ts";
import type { Attempt } from "./call.ts";
import { commit, heldOf } from "./commit.ts";
import type { OpenStream } from "./deliver.ts";
import { guardedDialect } from "./hooks.ts";
import { readsOf } from "./reads.ts";
import { cleanBytes, cleanDialect } from "./redact.ts";
import { replyIdOf, translateRequest } from "./translate.ts";
import { askTarget, type Upstream } from "./upstream.ts";
import { type Rounds, searched } from "./rounds.ts";
import { wholeBody, type WholeBody } from "./whole-body.ts";

export interface WholeAnswer {
  readonly contentType: string;
  readonly body: Uint8Array | string;
  readonly losses: readonly Loss[];
}

export async function wholeAnswer(upstream: Upstream): Promise<WholeAnswer> {
  const { attempt, out, response, isStream } = upstream;
  const { bytes, events } = await observedBody(upstream);
  if (out.lane === "native" && !isStream)
    return {
      contentType: response.headers.get("content-type") ?? "application/json",
      body: events.some(({ type }) => type === "block-start") ? bytes : cleanBytes(bytes, attempt.target.provider),
      losses: [],
    };
  const written = clientDialect(attempt).response.encode(events, out.context);
  return { contentType: "application/json", body: JSON.stringify(written.value), losses: written.losses };
}

/** Up to the commit point: from there on no other target may answer. */
export async function streamedAnswer(upstream: Upstream): Promise<OpenStream> {
  const { attempt, out, isStream } = upstream;
  if (isStream && !out.search) return commit(upstream, upstreamDialect(attempt), clientDialect(attempt));
  const { events } = await observedBody(upstream);
  const encoder = clientDialect(attempt).stream.encoder(out.context);
  let text = "";
  const print = (frame: Parameters<typeof printFrame>[0]): void => void (text += printFrame(frame));
  for (const event of events) encoder.push(event, print);
  encoder.end("eof", print);
  return {
    ...heldOf(upstream),
    ready: [text],
    ended: true,
    reads: readsOf(null),
    lane: {
      push: () => "",
      end: () => "",
      fail: () => "",
      losses: () => encoder.losses(),
      unseenTokens: () => 0,
      events: 0,
    },
  };
}

const clientDialect = ({ call }: Attempt): Dialect => DIALECTS[call.surface.reply];

/** As its events reach the client: without the operator's credentials in errors, and as the guards leave them. */
const upstreamDialect = (attempt: Attempt): Dialect =>
  guardedDialect(cleanDialect(DIALECTS[attempt.target.dialect], attempt.target.provider), attempt);

/** All rounds of the answer. */
async function observedBody(upstream: Upstream): Promise<WholeBody> {
  const { attempt, out, watch } = upstream;
  const dialect = upstreamDialect(attempt);
  const first = await wholeBody(upstream, dialect);
  const events = out.search ? await searched(first.events, roundsOf(upstream, dialect, out.search)) : first.events;
  events.forEach(watch.observe);
  return { bytes: first.bytes, events };
}

function roundsOf(
  { attempt, out }: Upstream,
  dialect: Dialect,
  search: NonNullable<Upstream["out"]["search"]>,
): Rounds {
  const { call, target } = attempt;
  const again = async (next: ModelRequest): Promise<WholeBody["events"]> => {
    const { body } = translateRequest(next, target, call.plan.forcedEffort);
    return (await wholeBody(await askTarget(attempt, { ...out, body: JSON.stringify(body) }), dialect)).events;
  };
  return { ...search, search: call.gateway.search, signal: call.signal, replyId: replyIdOf(call.id), again };
}
