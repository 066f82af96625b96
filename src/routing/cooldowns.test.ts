import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { LIMITS } from "../wire/limits.ts";
import type { Failure } from "./breaker.ts";
import { type Cooled, cooldowns, type Cooldowns, type Deployment } from "./cooldowns.ts";

const at = (name: string): Deployment => ({ provider: { name }, model: "m" });
const [A, B, C] = [at("a"), at("b"), at("c")];
const TOLD = (seconds: number): Failure => ({ cause: "told", waitMs: seconds * 1_000 });

function fake(from = 1_000_000) {
  let now = from;
  return { clock: () => now, pass: (seconds: number) => void (now += seconds * 1_000), now: () => now };
}
/** One call at one deployment, ended at once. */
const fail = (all: Cooldowns, target: Deployment, failure: Failure | undefined): void =>
  all.trial(target, {}).ended(failure);
const succeed = (all: Cooldowns, target: Deployment): void => all.trial(target, {}).succeeded();

function asked(all: Cooldowns, targets: readonly Deployment[], by: object = {}): string {
  const order = all.order(targets, by);
  if (order.kind === "now") return order.targets.map(({ provider }) => provider.name).join(" ");
  return `none: ${order.cooled.map(({ provider, cause }) => `${provider} ${cause}`).join(", ")}`;
}
/** How long until the deployment is asked again where another one could be. */
function coolsFor(all: Cooldowns, target: Deployment, time: ReturnType<typeof fake>, secondsMax = 400): number {
  for (let seconds = 0; seconds <= secondsMax; seconds++, time.pass(1)) {
    const by = {};
    const isFirst = asked(all, [target, C], by).startsWith(target.provider.name);
    all.trial(target, by).ended(undefined);
    if (isFirst) return seconds;
  }
  return Infinity;
}

describe("a deployment", () => {
  test.each<[string, Failure, readonly number[]]>([
    ["that named its wait cools until then", TOLD(37), [37, 37]],
    ["that named a long one is looked at again after five minutes", TOLD(86_400), [300]],
    [
      "over its limit without a wait cools 5 s, then twice as long, a minute at most",
      { cause: "limited" },
      [5, 10, 20, 40, 60, 60],
    ],
    ["without money is looked at every five minutes", { cause: "spent" }, [300, 300]],
    ["that refuses our key is looked at every minute", { cause: "refused" }, [60, 60]],
  ])("%s", (_name, failure, seconds) => {
    const time = fake();
    const all = cooldowns(time.clock);
    for (const wait of seconds) {
      fail(all, A, failure);
      expect(coolsFor(all, A, time)).toBe(wait);
    }
  });

  test("that is down cools after five of its last ten calls failed, then 5 s, 10 s, 20 s, 40 s, 60 s, 60 s", () => {
    const time = fake();
    const all = cooldowns(time.clock);
    for (let count = 0; count < 4; count++) fail(all, A, { cause: "failing" });
    expect(asked(all, [A, B])).toBe("a b");
    fail(all, A, { cause: "failing" });
    expect(asked(all, [A, B])).toBe("b a");
    for (const wait of [5, 10, 20, 40, 60, 60]) {
      expect(coolsFor(all, A, time)).toBe(wait);
      fail(all, A, { cause: "failing" });
    }
  });

  test("of which every third call fails goes on", () => {
    const all = cooldowns(fake().clock);
    for (let count = 0; count < 60; count++)
      if (count % 3 === 0) fail(all, A, { cause: "failing" });
      else succeed(all, A);
    expect(asked(all, [A, B])).toBe("a b");
  });

  test("that answers is asked at once, and begins anew with 5 s", () => {
    const time = fake();
    const all = cooldowns(time.clock);
    for (let count = 0; count < 3; count++) fail(all, A, { cause: "limited" });
    expect(asked(all, [A, B])).toBe("b a");
    succeed(all, A);
    expect(asked(all, [A, B])).toBe("a b");
    fail(all, A, { cause: "limited" });
    expect(coolsFor(all, A, time)).toBe(5);
  });

  test("is not closed by a call that began before it was opened, and fifty calls refused together are one step", () => {
    const time = fake();
    const all = cooldowns(time.clock);
    const [before, ...others] = Array.from({ length: 51 }, () => all.trial(A, {}));
    for (const one of others) one.ended({ cause: "limited" });
    before?.succeeded();
    expect(coolsFor(all, A, time)).toBe(5);
  });

  test("whose time is over gets one call, and the next one when that has ended", () => {
    const time = fake();
    const all = cooldowns(time.clock);
    fail(all, A, TOLD(10));
    time.pass(10);
    const first = {};
    expect(asked(all, [A, B], first)).toBe("a b");
    expect([asked(all, [A, B]), asked(all, [A, B])]).toEqual(["b a", "b a"]);
    all.trial(A, first).ended(undefined);
    const second = {};
    expect([asked(all, [A, B], second), asked(all, [A, B])]).toEqual(["a b", "b a"]);
    all.trial(A, second).succeeded();
    expect([asked(all, [A, B]), asked(all, [A, B])]).toEqual(["a b", "a b"]);
  });

  test("is another one under another name of a model, and at another provider", () => {
    const all = cooldowns(fake().clock);
    fail(all, A, TOLD(10));
    expect(asked(all, [{ ...A, model: "n" }, B])).toBe("a b");
    expect(asked(all, [A, { ...A, model: "n" }])).toBe("a a");
  });
});

describe("an order", () => {
  test("puts those that cool behind the others, each part as it was", () => {
    const all = cooldowns(fake().clock);
    for (const one of [A, C]) fail(all, one, TOLD(10));
    expect(asked(all, [A, B, C, at("d")])).toBe("b d a c");
  });

  test("of which all cool says which, the earliest first", () => {
    const all = cooldowns(fake().clock);
    fail(all, A, TOLD(30));
    fail(all, B, { cause: "refused" });
    fail(all, C, { cause: "limited" });
    expect(asked(all, [A, B, C])).toBe("none: c limited, a told, b refused");
  });

  test("of a lone deployment is refused for a wait that the vendor named, with all of it, and for nothing else", () => {
    const time = fake();
    for (const cause of ["limited", "spent", "refused", "failing"] as const) {
      const all = cooldowns(time.clock);
      for (let count = 0; count < 10; count++) fail(all, A, { cause });
      expect(asked(all, [A])).toBe("a");
    }
    const all = cooldowns(time.clock);
    fail(all, A, TOLD(3_600));
    const order = all.order([A], {});
    expect(order).toMatchObject({ kind: "later", cooled: [{ until: time.now() + 3_600_000 }] });
    time.pass(300);
    expect(asked(all, [A])).toBe("a");
  });
});

test("no more deployments are remembered than the bound", () => {
  const all = cooldowns(fake().clock);
  for (let count = 0; count <= LIMITS.cooldownsMax; count++) fail(all, at(`p${count}`), TOLD(10));
  expect(asked(all, [at("p0"), at("p1")])).toBe("p0 p1");
});

describe("two replicas that tell each other", () => {
  /** What came of a call at one of them, time that passes, and what they have told each other by then. */
  type Step =
    | { readonly kind: "told"; readonly where: 0 | 1; readonly seconds: number }
    | { readonly kind: "answered"; readonly where: 0 | 1 }
    | { readonly kind: "begun"; readonly where: 0 | 1 }
    | { readonly kind: "passed"; readonly seconds: number }
    | { readonly kind: "heard" };
  const where = fc.constantFrom<0 | 1>(0, 1);
  const steps = fc.array(
    fc.oneof(
      fc.record({ kind: fc.constant("told" as const), where, seconds: fc.integer({ min: 1, max: 400 }) }),
      fc.record({ kind: fc.constant("answered" as const), where }),
      fc.record({ kind: fc.constant("begun" as const), where }),
      fc.record({ kind: fc.constant("passed" as const), seconds: fc.integer({ min: 1, max: 200 }) }),
      fc.record({ kind: fc.constant("heard" as const) }),
    ),
    { maxLength: 40 },
  );

  /** The plainest thing that can be said of one: its deadline, and how many calls began before it was set. */
  interface Model {
    until: number;
    open: { readonly isFresh: () => boolean; readonly trial: ReturnType<Cooldowns["trial"]> }[];
    set: number;
  }

  test("never ask before the last deadline that either was told, unless a call that began later was answered", () => {
    fc.assert(
      fc.property(steps, (script) => {
        const time = fake();
        const mail: (readonly [0 | 1, Cooled])[] = [];
        const replicas = ([0, 1] as const).map((me) => {
          const all = cooldowns(time.clock);
          all.listen((cooled) => void mail.push([me === 0 ? 1 : 0, cooled]));
          return { all, model: { until: 0, open: [], set: 0 } as Model };
        });
        const raise = (model: Model, until: number): void => {
          if (until > model.until) model.until = until;
          model.set++;
        };
        const run = (step: Step): void => {
          if (step.kind === "passed") return time.pass(step.seconds);
          if (step.kind === "heard") {
            for (const [to, cooled] of mail.splice(0)) {
              const { all, model } = replicas[to]!;
              all.hear(cooled);
              if (cooled.until > time.now() && cooled.until > model.until) raise(model, cooled.until);
            }
            return;
          }
          const { all, model } = replicas[step.where]!;
          if (step.kind === "begun") {
            const { set } = model;
            return void model.open.push({ isFresh: () => model.set === set, trial: all.trial(A, {}) });
          }
          const call = model.open.shift();
          if (step.kind === "told") {
            (call?.trial ?? all.trial(A, {})).ended(TOLD(step.seconds));
            return raise(model, time.now() + Math.min(step.seconds, 300) * 1_000);
          }
          if (!call) return;
          const isFresh = call.isFresh();
          call.trial.succeeded();
          if (isFresh) model.until = 0;
        };
        for (const step of script) {
          run(step);
          for (const { all, model } of replicas) {
            const by = {};
            const isAsked = asked(all, [A, B], by).startsWith("a");
            all.trial(A, by).ended(undefined);
            expect(isAsked).toBe(time.now() >= model.until);
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  test("a shorter wait that is heard later shortens nothing, a longer one counts", () => {
    const time = fake();
    const all = cooldowns(time.clock);
    fail(all, A, TOLD(30));
    all.hear({ provider: "a", model: "m", cause: "told", until: time.now() + 5_000 });
    expect(coolsFor(all, A, time)).toBe(30);
    all.hear({ provider: "a", model: "m", cause: "told", until: time.now() + 60_000 });
    expect(coolsFor(all, A, time)).toBe(60);
  });
});

test("a call that meets no trouble pays less than a microsecond", () => {
  const all = cooldowns(Date.now);
  const targets = [A, B];
  const count = 200_000;
  const once = (): number => {
    const from = process.cpuUsage();
    for (let call = 0; call < count; call++) {
      all.order(targets, targets);
      const trial = all.trial(A, targets);
      trial.succeeded();
      trial.ended(undefined);
    }
    const { user, system } = process.cpuUsage(from);
    return (user + system) / count;
  };
  expect(Math.min(once(), once(), once())).toBeLessThan(1);
});
