/** Deployments that cool down, by provider (that is, by credential) and model. What meets no trouble is not remembered. */
import { LIMITS } from "../wire/limits.ts";
import { type Breaker, breaker, type Cooling, type Failure } from "./breaker.ts";

/** What a target is known by here. */
export interface Deployment {
  readonly provider: { readonly name: string };
  readonly model: string;
}

/** What one process tells another: do not ask this one until then. */
export interface Cooled extends Cooling {
  readonly provider: string;
  readonly model: string;
}

export type Closed = Omit<Cooled, "cause">;

/** One call at one deployment. Each may be said once. */
export interface Trial {
  /** An answer has begun. It may break off all the same. */
  succeeded(): void;
  /** undefined: its end says nothing against the deployment. */
  ended(failure: Failure | undefined): void;
}

export type Order<Target> =
  /** Those that cool stand behind the others. */
  | { readonly kind: "now"; readonly targets: readonly Target[] }
  /** None may be asked: each with its cause and its end, the earliest first. */
  | { readonly kind: "later"; readonly cooled: readonly Cooled[] };

export interface Cooldowns {
  /** `by`: the call, which is the one that tries a deployment whose time is over, where that stands first. */
  order<Target extends Deployment>(targets: readonly Target[], by: object): Order<Target>;
  trial(target: Deployment, by: object): Trial;
  /** Of another process. */
  hear(cooled: Cooled): void;
  /** `closed`: it has answered before the deadline. */
  listen(told: (cooled: Cooled) => void, closed?: (place: Closed) => void): void;
}

interface Place {
  readonly breaker: Breaker;
  /** Deadlines were set so often in all when the last one was set here. */
  openings: number;
  /** The call that tries it, and since when. */
  tried?: { readonly by: object; readonly at: number };
}

/** When a call that nobody has heard of again is no obstacle to the next try. */
const TRIAL_MS = 10 * 60_000;
/** While another call tries the last deployment: look again. */
const TRIED_MS = 1_000;

const keyOf = (provider: string, model: string): string => `${provider}\n${model}`;

export function cooldowns(clock: () => number): Cooldowns {
  const places = new Map<string, Place>();
  const listeners: { told(cooled: Cooled): void; closed?(place: Closed): void }[] = [];
  let openings = 0;

  const at = ({ provider, model }: Deployment): Place | undefined => places.get(keyOf(provider.name, model));
  const placeOf = (provider: string, model: string): Place => {
    const key = keyOf(provider, model);
    let place = places.get(key);
    if (place) return place;
    // Callers make names of models up.
    const [oldest] = places.keys();
    if (places.size >= LIMITS.cooldownsMax && oldest !== undefined) places.delete(oldest);
    places.set(key, (place = { breaker: breaker(), openings: 0 }));
    return place;
  };
  const coolingOf = (target: Deployment, now: number): Cooled | undefined => {
    const place = at(target);
    if (!place) return undefined;
    const who = { provider: target.provider.name, model: target.model };
    const cooling = place.breaker.cooling(now);
    if (cooling) return { ...who, cause: cooling.cause, until: cooling.until };
    const isTried = place.breaker.isOnTrial(now) && place.tried && now - place.tried.at < TRIAL_MS;
    return isTried ? { ...who, cause: "failing", until: now + TRIED_MS } : undefined;
  };
  const tryFirst = <Target extends Deployment>(targets: readonly Target[], by: object, now: number): Order<Target> => {
    const place = targets[0] && at(targets[0]);
    if (place?.breaker.isOnTrial(now)) place.tried = { by, at: now };
    return { kind: "now", targets };
  };
  /** A lone deployment is asked whatever we think of it, but not while its vendor has said that it will refuse. */
  const lone = <Target extends Deployment>(target: Target, targets: readonly Target[], now: number): Order<Target> => {
    const place = at(target);
    const cooling = place?.breaker.cooling(now);
    if (!place || cooling?.cause !== "told") return { kind: "now", targets };
    const until = Math.max(cooling.until, place.breaker.toldUntil());
    return { kind: "later", cooled: [{ provider: target.provider.name, model: target.model, cause: "told", until }] };
  };
  const opened = (target: Deployment, place: Place): void => {
    place.openings = ++openings;
    const cooling = place.breaker.cooling(clock());
    if (!cooling) return;
    const cooled = { provider: target.provider.name, model: target.model, ...cooling };
    for (const { told } of listeners) told(cooled);
  };
  const closedAt = (target: Deployment, { breaker: { deadline } }: Place, close: () => void): void => {
    const until = deadline();
    close();
    if (until === 0) return;
    for (const { closed } of listeners) closed?.({ provider: target.provider.name, model: target.model, until });
  };

  return {
    order: (targets, by) => {
      if (places.size === 0) return { kind: "now", targets };
      const now = clock();
      const [first] = targets;
      if (first && targets.length === 1) return lone(first, targets, now);
      const cooled = targets.map((target) => coolingOf(target, now));
      if (cooled.every((one) => one === undefined)) return tryFirst(targets, by, now);
      const free = targets.filter((_, place) => cooled[place] === undefined);
      if (free.length > 0) return tryFirst([...free, ...targets.filter((one) => !free.includes(one))], by, now);
      return { kind: "later", cooled: cooled.flatMap((one) => one ?? []).sort((a, b) => a.until - b.until) };
    },
    trial: (target, by) => {
      const began = openings;
      let left: "all" | "end" | "nothing" = "all";
      const untried = (place: Place | undefined): void => {
        if (place?.tried?.by === by) delete place.tried;
      };
      return {
        succeeded: () => {
          if (left !== "all") return;
          left = "end";
          const place = places.size === 0 ? undefined : at(target);
          untried(place);
          if (!place || place.openings > began) return;
          closedAt(target, place, place.breaker.succeeded);
          if (place.breaker.isClean()) places.delete(keyOf(target.provider.name, target.model));
        },
        ended: (failure) => {
          if (left === "nothing") return;
          left = "nothing";
          if (places.size > 0) untried(at(target));
          if (!failure) return;
          const place = placeOf(target.provider.name, target.model);
          const age = place.openings <= began ? "fresh" : "old";
          if (place.breaker.failed(failure, clock(), age) === "opened") opened(target, place);
        },
      };
    },
    hear: ({ provider, model, ...cooling }) => {
      if (cooling.until <= clock()) return;
      const place = placeOf(provider, model);
      if (place.breaker.heard(cooling)) place.openings = ++openings;
    },
    listen: (told, closed) => void listeners.push({ told, ...(closed && { closed }) }),
  };
}
