/** Deployments that cool, shared by replicas: told behind the call, heard within a second, and no call waits for either. */
import type { Cause } from "../../routing/breaker.ts";
import type { Closed, Cooled, Cooldowns } from "../../routing/cooldowns.ts";
import type { RedisClient } from "./remote.ts";

export interface SharingOptions {
  readonly client: Pick<RedisClient, "eval">;
  /** As of all keys. */
  readonly prefix: string;
  readonly cooldowns: Cooldowns;
  readonly clock: () => number;
}

export interface Sharing {
  /** Tells and hears now; those who ask meanwhile share it. */
  look(): Promise<void>;
  stop(): void;
}

const LOOK_MS = 1_000;
/** A process that is told of more forgets the earliest ends first. */
const SHARED_MAX = 1_000;

/**
 * KEYS: a set of deployments by their deadline. ARGV: now and then, pairs of a name and milliseconds: so long it cools, of
 * two deadlines the later one; or below 0: it has answered, and a deadline up to so long from now is over, but none that
 * another replica has set since. Gives what is left of each. The server's clock tells the time.
 */
const LOOK = `
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local key = KEYS[1]
for i = 1, #ARGV, 2 do
  local name, ms = ARGV[i], tonumber(ARGV[i + 1])
  if ms > 0 then
    redis.call('ZADD', key, 'GT', now + ms, name)
  else
    local deadline = tonumber(redis.call('ZSCORE', key, name) or 0)
    if deadline <= now - ms + 250 then redis.call('ZREM', key, name) end
  end
end
redis.call('ZREMRANGEBYSCORE', key, '-inf', now)
redis.call('ZREMRANGEBYRANK', key, 0, -${SHARED_MAX + 1})
local found = redis.call('ZRANGE', key, 0, -1, 'WITHSCORES')
if #found > 0 then redis.call('PEXPIRE', key, tonumber(found[#found]) - now) end
for i = 2, #found, 2 do found[i] = tonumber(found[i]) - now end
return found
`;

const CAUSES: readonly Cause[] = ["told", "limited", "spent", "refused", "failing"];
const keyOf = ({ provider, model }: Pick<Cooled, "provider" | "model">): string => JSON.stringify([provider, model]);

export function shareCooldowns({ client, prefix, cooldowns, clock }: SharingOptions): Sharing {
  const key = `${prefix}cooled`;
  /** What Redis was not told yet, the last word on each. */
  const untold = new Map<string, Cooled | Closed>();
  let looking: Promise<void> | undefined;
  let isStopped = false;

  const lookOnce = async (): Promise<void> => {
    const told = [...untold];
    const now = clock();
    const args = told.flatMap(([, one]) => {
      const left = Math.max(1, Math.round(one.until - now));
      const name = (cause: Cause): string => JSON.stringify([one.provider, one.model, cause]);
      return "cause" in one ? [name(one.cause), String(left)] : CAUSES.flatMap((cause) => [name(cause), String(-left)]);
    });
    const found = await client.eval(LOOK, 1, key, ...args);
    for (const [name, one] of told) if (untold.get(name) === one) untold.delete(name);
    if (Array.isArray(found)) hear(found);
  };
  const hear = (found: readonly unknown[]): void => {
    const now = clock();
    for (let at = 0; at < found.length; at += 2) {
      const [provider, model, cause] = JSON.parse(String(found[at])) as readonly [string, string, Cause];
      const cooled = { provider, model, cause, until: now + Number(found[at + 1]) };
      // What has answered since is told first.
      if (!untold.has(keyOf(cooled))) cooldowns.hear(cooled);
    }
  };
  // A Redis that is away is told when it is back; until then each replica goes by what befalls it.
  const look = (): Promise<void> =>
    (looking ??= lookOnce()
      .catch(() => {})
      .finally(() => (looking = undefined)));
  const note = (one: Cooled | Closed): void => {
    untold.set(keyOf(one), one);
    const [oldest] = untold.keys();
    if (untold.size > SHARED_MAX && oldest !== undefined) untold.delete(oldest);
    if (!isStopped) setImmediate(() => void look());
  };
  cooldowns.listen(note, note);
  const timer = setInterval(() => void look(), LOOK_MS);
  timer.unref();
  return {
    look,
    stop: () => {
      isStopped = true;
      clearInterval(timer);
    },
  };
}
