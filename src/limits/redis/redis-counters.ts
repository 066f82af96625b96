/** Counters in Redis that go on without it: a slow Redis costs one call 50 ms, and the next ones nothing. */
import { awayOf, type Away } from "../away.ts";
import type { Admission, Admit, Counters, Meter } from "../counters.ts";
import { openCallsOf } from "./open-calls.ts";
import { patienceOf } from "./patience.ts";
import { presenceOf } from "./presence.ts";
import type { Beat, RemoteCounters } from "./remote.ts";
import { untoldOf } from "./untold.ts";
import { reasonOf } from "../../wire/reason.ts";

export interface RedisCountersOptions {
  readonly remote: RemoteCounters;
  readonly clock: () => number;
  readonly log: { info(message: string): void; warn(message: string, fields?: object): void };
  /** Hosts and ports, for the log. */
  readonly where: string;
  /** What the network or the server said last. */
  trouble(): string | undefined;
  close(): void;
  /** An answer is waited for so long, where nothing else is heard either. */
  readonly waitMs: number;
}

/** Sent at once when Redis is back: so many take a millisecond or two to write. */
const TOLD_AT_ONCE = 50;

export async function redisCounters(options: RedisCountersOptions): Promise<Counters> {
  const { remote, clock, log, where } = options;
  const patience = patienceOf(options.waitMs);
  const open = openCallsOf();
  const untold = untoldOf(open.has);
  const away = awayOf(clock);
  const instance = crypto.randomUUID();
  let last: Beat = { replicas: 1, generation: "" };

  /** What is sent after the last of it comes after it there too: from then on Redis may be asked. */
  const tellAll = async (arrive: () => void): Promise<void> => {
    for (;;) {
      const calls = open.tell(TOLD_AT_ONCE, remote);
      const sent = [...calls, ...untold.take(TOLD_AT_ONCE - calls.length).map((tell) => tell(remote))];
      const isLast = sent.length < TOLD_AT_ONCE;
      if (isLast) arrive();
      await patience.for(Promise.all(sent));
      if (isLast) return;
    }
  };
  /** What this replica heard before Redis was wiped is told before anything is asked of it. */
  const restore = async ({ generation, replicas }: Beat): Promise<void> => {
    const wiped = last.generation !== "";
    if (wiped) {
      open.forgotten();
      await patience.for(remote.restore(away.rates()));
      log.warn(wipedSentence(where), { event: "redis-wiped" });
    }
    const name = generation === "" ? await patience.for(remote.name(crypto.randomUUID())) : generation;
    last = { replicas, generation: name };
  };
  const presence = await presenceOf({
    look: async (arrive) => {
      const next = await patience.for(remote.beat(instance));
      if (next.generation === "" || next.generation !== last.generation) await restore(next);
      last = { ...last, replicas: next.replicas };
      await tellAll(arrive);
    },
    left: (error) => {
      away.begin(last.replicas, open.all());
      log.warn(awaySentence(where, options.trouble() ?? reasonOf(error)), { event: "redis-away" });
    },
    back: () => {
      log.info(`Redis at ${where} is back, and was told what happened meanwhile.`);
      const dropped = untold.takeDropped();
      if (dropped > 0) log.warn(droppedSentence(dropped), { event: "redis-ends-dropped", dropped });
    },
  });

  /** Asks Redis as long as it is there. */
  const ask = async <T>(asked: () => Promise<T>, otherwise: () => T): Promise<T> => {
    if (!presence.isHere()) return otherwise();
    try {
      return await patience.for(asked());
    } catch (error) {
      presence.failed(error);
      return otherwise();
    }
  };
  const askAgain = async (call: Admit): Promise<Admission> => {
    await presence.lookNow();
    const said = await remote.admit(call, last.generation);
    if (said === "wiped") throw new Error("It was wiped twice within a moment.");
    return said;
  };
  const askRedis = (call: Admit): Promise<Admission> =>
    remote.admit(call, last.generation).then((said) => (said === "wiped" ? askAgain(call) : said));
  const admitHere = (call: Admit): Admission => open.note(call, away.admit(call), "here");

  return {
    admit: (call) => {
      if (!presence.isHere()) return admitHere(call);
      return patience.for(askRedis(call)).then(
        (said) => {
          hear(away, call, said);
          return open.note(call, said, "redis");
        },
        (error: unknown) => {
          presence.failed(error);
          const said = admitHere(call);
          // It may be let in there all the same, and nobody would end it.
          if (said.kind === "unknown") untold.late(call.id);
          else if (!open.has(call.id)) untold.end(call.id, []);
          return said;
        },
      );
    },
    settle: (id, settlements) => {
      const call = open.end(id);
      const later = (): void => {
        untold.end(id, settlements);
        away.settle(id, settlements, call);
      };
      if (!presence.isHere()) return later();
      return remote.settle(id, settlements).then(patience.heard, (error: unknown) => {
        presence.failed(error);
        later();
      });
    },
    renew: (ids, leaseMs) =>
      ask(
        () => remote.renew(ids, leaseMs),
        () => away.renew(ids, leaseMs),
      ),
    seed: (meter, spent) =>
      ask(
        () => remote.seed(meter, spent),
        () => seedAway(away, meter, spent, clock()),
      ),
    // What was last heard is no level: whoever compares it with the ledger would correct what is right.
    levels: (meters) =>
      ask(
        () => remote.levels(meters),
        () => meters.map(() => undefined),
      ),
    // Without Redis nothing: the ledger is compared with it again when it is back.
    correct: (meter, by) =>
      ask(
        () => remote.correct(meter, by),
        () => {},
      ),
    close: async () => {
      if (presence.isHere()) await tellAll(() => {}).catch(() => {});
      presence.stop();
      patience.stop();
      options.close();
    },
  };
}

function hear(away: Away, { meters }: Admit, said: Admission): void {
  if (said.kind === "admitted") for (const [at, meter] of meters.entries()) away.heard(meter, said.levels[at]!);
  const refused = said.kind === "refused" ? meters[said.meter] : undefined;
  if (said.kind === "refused" && refused !== undefined) away.heard(refused, said.level);
}

/** What the ledger says is all that can be known now. */
function seedAway(away: Away, meter: Meter, spent: ReadonlyMap<number, number>, now: number): void {
  const { window } = meter;
  const counts = (start: number): boolean =>
    window?.kind !== "rolling" || start + (window.buckets + 1) * window.bucketMs > now;
  let sum = 0;
  for (const [start, amount] of spent) if (counts(start)) sum += amount;
  if (away.level(meter) === undefined) away.heard(meter, { spent: sum, held: 0 });
}

const awaySentence = (where: string, why: string): string =>
  `Redis at ${where} is away (${why.replace(/\.$/, "")}). Until it is back this replica counts by itself: its share of each limit, and of budgets a hundredth of what is left, or 1 % or $1 more.`;
const wipedSentence = (where: string): string =>
  `Redis at ${where} has lost what it counted. Open calls were told it again; what was spent is read from the ledger.`;

const droppedSentence = (dropped: number): string =>
  `${dropped} ends of calls found no room while Redis was away. What they held counts as spent until budgets are compared with the ledger.`;
