/** One try at one target: the request written, sent, and refused where the upstream refuses. */
import type { StreamEvent } from "../ir/events.ts";
import type { ModelRequest } from "../ir/request.ts";
import { endpoint } from "../providers/endpoint.ts";
import { upstreamHeaders } from "../providers/headers.ts";
import { isNamed, type Target } from "../routing/plan.ts";
import type { Place } from "../vault/vault.ts";
import type { Call, Gateway } from "./call.ts";
import { outbound, type Outbound, type Prepared } from "./outbound.ts";
import { ownEvents } from "./open-whole.ts";
import { refusalOf } from "./refused.ts";
import { send } from "./send.ts";
import { translateRequest } from "./translate.ts";
import { searched } from "./web-search.ts";
import { watch, type Watch } from "./watch.ts";

/** An upstream that said 2xx. Its first event may still be an error. */
export interface Answering {
  readonly target: Target;
  readonly out: Outbound;
  readonly response: Response;
  readonly isStream: boolean;
  /** By `performance.now()`: the first word must be there. Asking counts too. */
  readonly openBy: number;
  readonly watch: Watch;
  /** Where the vault is told of it; absent: nowhere. */
  readonly place?: Place;
  /** The answer goes on in further rounds: what was told so far in, the whole of it out. */
  goOn?(first: readonly StreamEvent[]): Promise<readonly StreamEvent[]>;
}

export async function open(call: Call, prepared: Prepared, target: Target, gateway: Gateway): Promise<Answering> {
  const out = await outbound(call, prepared, target, gateway);
  note(call, target, out);
  const answering = await ask(call, prepared, target, out, gateway);
  if (!out.search) return answering;
  const { wanted, request } = out.search;
  const again = async (next: ModelRequest): Promise<readonly StreamEvent[]> => {
    const { body } = translateRequest(next, target, prepared.plan.forcedEffort);
    const { events } = await ownEvents(
      await ask(call, prepared, target, { ...out, body: JSON.stringify(body) }, gateway),
    );
    return events;
  };
  const rounds = { search: gateway.search, wanted, request, signal: call.signal, replyId: call.id, again };
  return { ...answering, goOn: (first) => searched(first, rounds) };
}

async function ask(
  call: Call,
  { model, stream }: Prepared,
  target: Target,
  out: Outbound,
  { sightings }: Gateway,
): Promise<Answering> {
  const to = endpoint(target.provider, target.dialect, target.model, stream ? "stream" : "generate");
  const headers = { ...upstreamHeaders(call.headers, target.provider, target.dialect, out.lane), ...to.headers };
  const { name: provider, firstByteMs } = target.provider;
  const openBy = performance.now() + firstByteMs;
  const sending = send({ url: to.url, headers }, out.body, { provider, firstByteMs, signal: call.signal });
  const place = out.place();
  const response = await sending;
  if (!response.ok) throw await refusalOf(response, target, model, sightings);
  if (isNamed(target)) sightings.saw(target.provider, target.model, "answers");
  return {
    target,
    out,
    response,
    openBy,
    isStream: (response.headers.get("content-type") ?? "").includes("text/event-stream"),
    watch: watch(call.record.firstToken, place ? out.kept : "nothing"),
    ...(place && { place }),
  };
}

function note(call: Call, target: Target, out: Outbound): void {
  const { draft } = call.record;
  draft.lane = out.lane;
  draft.provider = target.provider.name;
  draft.modelServed = target.model;
  call.record.attempt({ provider: target.provider.name, model: target.model });
  call.record.lost.request(out.losses);
}
