/** Calls to hostile vendors: each ends in time, with an error of its dialect or by the target behind, and lets the vendor go. */
import { provider, start, target } from "../e2e/gateway.ts";
import { upstream } from "../e2e/upstream.ts";
import { bodyFor, PATH, post, readStream, type Wire, WHOLE, wholeStream, WIRES } from "../e2e/wires.ts";
import { type Failure, hasErrorShape } from "./failure.ts";
import { type Hostile, hostileVendor, type Outcome, TRICKS } from "./hostile.ts";
import { random, type Random } from "./random.ts";

/** Of the provider. A call may meet them a few times: what fails is tried again. */
const LIMIT_MS = 400;
/** Far beyond what a call needs on a busy machine, and far below for ever. */
const CALL_MS = 20_000;
const AT_ONCE = 8;

export async function fuzzVendors(count: number, seed: number): Promise<readonly Failure[]> {
  const failures: Failure[] = [];
  for (let at = 0; at < count; at += AT_ONCE) {
    const batch = Array.from({ length: Math.min(AT_ONCE, count - at) }, (_, offset) => seed + at + offset);
    failures.push(...(await oneBatch(batch)));
  }
  return failures;
}

interface Meeting {
  readonly seed: number;
  readonly name: string;
  readonly outcome: Outcome;
  readonly vendor: Hostile;
  readonly upstreamWire: Wire;
  readonly client: Wire;
  readonly stream: boolean;
  readonly behind: "somebody" | "nobody";
}

/** A gateway before as many hostile vendors as there are calls, all of which run at once. */
async function oneBatch(seeds: readonly number[]): Promise<readonly Failure[]> {
  const healthy = upstream(({ path, body }) => {
    const wire = WIRES.find((one) => path.startsWith(PATH[one])) ?? "chat";
    return body["stream"] === true
      ? new Response(wholeStream(wire), { headers: { "content-type": "text/event-stream" } })
      : Response.json(WHOLE[wire]);
  });
  const meetings = await Promise.all(seeds.map((seed) => meet(seed, random(seed))));
  const gateway = await start({
    providers: [
      ...meetings.map(({ seed, vendor, upstreamWire }) =>
        provider(`v${seed}`, upstreamWire, vendor.url, { firstByteMs: LIMIT_MS, idleMs: LIMIT_MS }),
      ),
      ...WIRES.map((wire) => provider(wire, wire, healthy.url)),
    ],
    models: meetings.map(({ seed, upstreamWire, behind }) => ({
      name: `m${seed}`,
      targets: [
        target(`v${seed}`, upstreamWire),
        ...(behind === "somebody" ? [target(upstreamWire, upstreamWire)] : []),
      ],
    })),
  });
  const failures: Failure[] = [];
  const fail = ({ seed, ...meeting }: Meeting, what: string): void =>
    void failures.push({ seed, what, input: JSON.stringify({ ...meeting, vendor: undefined }) });
  let isOver = false;
  const health = watchHealth(gateway.url, () => isOver);
  await Promise.all(
    meetings.map(async (meeting) => {
      const wrong = await judge(gateway.url, meeting);
      if (wrong !== undefined) fail(meeting, wrong);
    }),
  );
  isOver = true;
  if (!(await health)) fail(meetings[0] as Meeting, "/health did not answer throughout");
  for (const meeting of meetings) {
    if (!(await isLetGo(meeting.vendor))) fail(meeting, "the vendor's connection is still held");
    const record = gateway.records.find(({ modelAsked }) => modelAsked === `m${meeting.seed}`);
    if (record === undefined) fail(meeting, "no record");
    if (record?.error === "internal") fail(meeting, "an error of ours");
    meeting.vendor.stop();
  }
  await gateway.stop();
  await healthy.stop();
  return failures;
}

async function meet(seed: number, dice: Random): Promise<Meeting> {
  const name = dice.pick(Object.keys(TRICKS));
  const upstreamWire = dice.pick(WIRES);
  const trick = TRICKS[name] as (typeof TRICKS)[string];
  return {
    seed,
    name,
    outcome: trick.outcome,
    vendor: await hostileVendor(trick, upstreamWire),
    upstreamWire,
    client: dice.pick(WIRES),
    stream: trick.outcome === "error" || dice.int(2) === 0,
    behind: dice.pick(["somebody", "nobody"]),
  };
}

async function judge(url: string, { seed, outcome, client, stream, behind }: Meeting): Promise<string | undefined> {
  const response = await post(
    url,
    PATH[client],
    bodyFor(client, `m${seed}`, { stream }),
    {},
    AbortSignal.timeout(CALL_MS),
  )
    .then(async (answer) => ({ status: answer.status, text: await answer.text() }))
    .catch((error: Error) => error);
  if (response instanceof Error) return `no end: ${response.message}`;
  const { status, text } = response;
  if (status >= 400 && !hasErrorShape(text)) return `a ${status} without an error: ${text.slice(0, 200)}`;
  const end = status !== 200 ? "bad" : stream ? await endOf(client, text) : text.includes("Done.") ? "good" : "none";
  if (end === "none") return `neither an end nor an error: ${text.slice(-300)}`;
  if (end === "good" && (outcome === "error" || behind === "nobody")) return `a good end: ${text.slice(-300)}`;
  if (end === "bad" && outcome === "healthy" && behind === "somebody")
    return `${status}, and another target was there: ${text.slice(0, 300)}`;
  return undefined;
}

/** Bytes of the caller's own dialect pass as they are; rubbish among them is an error that every client sees. */
const endOf = (client: Wire, text: string): Promise<"good" | "bad" | "none"> =>
  readStream(client, new Response(text))
    .until(() => false)
    .then(
      ({ ended, error }) => (error !== undefined ? "bad" : ended ? "good" : "none"),
      () => "bad",
    );

async function watchHealth(url: string, isOver: () => boolean): Promise<boolean> {
  for (; !isOver(); await Bun.sleep(100)) {
    const response = await fetch(`${url}/health`, { signal: AbortSignal.timeout(5_000) }).catch(() => undefined);
    if (!response?.ok) return false;
  }
  return true;
}

async function isLetGo(vendor: Hostile): Promise<boolean> {
  for (let tries = 0; vendor.held() > 0; tries++) {
    if (tries === 50) return false;
    await Bun.sleep(100);
  }
  return true;
}
