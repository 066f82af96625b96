/** What callers read: which limit, whose, how much of how much, until when. */
import { expect, test } from "bun:test";
import type { BudgetConfig } from "../config/config.ts";
import type { Level } from "./counters.ts";
import { metersOf } from "./meters.ts";
import { refusalOf } from "./refusal.ts";
import type { Scope } from "./scope.ts";

const NOW = Date.parse("2026-11-22T12:00:00Z");
const scope = (more: Partial<Scope>): Scope => ({
  kind: "key",
  id: "laptop",
  label: 'the key "laptop"',
  limits: {},
  budgets: [],
  ...more,
});
const AMOUNTS = () => ({ input: 10, output: 10, nano: 10 });
const saidOf = (of: Partial<Scope>, level: Level, waitMs: number | null) => {
  const [metered] = metersOf([scope(of)], AMOUNTS, NOW);
  if (!metered) throw new Error("nothing is limited");
  const error = refusalOf({ metered, level, waitMs }, NOW);
  return { says: error.message, kind: error.kind, status: error.status, ...error.details };
};
const budget = (more: Partial<BudgetConfig>): Partial<Scope> => ({
  budgets: [{ usd: 2.5, per: "month", soft: [], degrade: [], status: 422, ...more }],
});

test("limits: the wait is in whole seconds, rounded up, and in the header", () => {
  const requests = { limits: { requestsPerMinute: 20 } };
  expect(saidOf(requests, { spent: 20, held: 0 }, 11_001)).toMatchObject({
    says: 'The limit of the key "laptop" is 20 requests a minute, and 20 are used up. Ask again in 12 s, at 12:00:12 UTC.',
    retryAfter: "12",
    ours: true,
    status: 429,
  });
  expect(saidOf(requests, { spent: 20, held: 0 }, 12_000).retryAfter).toBe("12");
  expect(saidOf(requests, { spent: 20, held: 0 }, 1).retryAfter).toBe("1");
  expect(saidOf({ limits: { parallel: 2 } }, { spent: 0, held: 2 }, null).says).toBe(
    'The limit of the key "laptop" is 2 calls at a time, and 2 are open. Ask again when one has ended.',
  );
  expect(saidOf({ limits: { outputTokensPerMinute: 500 } }, { spent: 500, held: 0 }, 500).says).toContain(
    "is 500 output tokens a minute, and 500 are used up",
  );
});

test("a provider's own limit leaves the call to the next target", () => {
  const error = saidOf({ kind: "provider", limits: { requestsPerMinute: 1 } }, { spent: 1, held: 0 }, 500);
  expect(error).toMatchObject({ nextTarget: true });
  expect(error).not.toHaveProperty("ours");
});

test.each([
  [{}, null, "$2.5000 of $2.5000 this month. It opens again at 2026-12-01 00:00 UTC, or when it is raised."],
  [
    { per: "day", zone: "America/Los_Angeles" },
    1,
    "$2.5000 of $2.5000 today (America/Los_Angeles). It opens again at 2026-11-23 00:00 America/Los_Angeles, or when it is raised.",
  ],
  [{ per: "total" }, null, "$2.5000 of $2.5000 in all. It opens when it is raised."],
  [
    { per: "30d" },
    3_600_000,
    "$2.5000 of $2.5000 in the last 30d. A part of it opens again at 2026-11-22 13:00 UTC, or when it is raised.",
  ],
] as const)("a spent budget %j", (more, waitMs, says) => {
  const error = saidOf(budget(more), { spent: 2_500_000_000, held: 0 }, waitMs);
  expect(error.says).toBe(`The budget of the key "laptop" is spent: ${says}`);
  expect(error).toMatchObject({ kind: "budget-exceeded", status: 422, ours: true });
  expect(error.headers).toEqual({ "x-should-retry": "false" });
});

test("with the status 429 the wait is told too", () =>
  expect(saidOf(budget({ status: 429 }), { spent: 2_500_000_000, held: 0 }, 90_500)).toMatchObject({
    status: 429,
    retryAfter: "91",
  }));

test("what open calls hold is not spent: asking again helps", () =>
  expect(saidOf(budget({}), { spent: 1_000_000_000, held: 1_500_000_000 }, null)).toMatchObject({
    says: 'Open calls hold what is left of the budget of the key "laptop": $1.0000 of $2.5000 spent this month, $1.5000 held. Ask again when one has ended.',
    kind: "rate-limited",
    status: 429,
    retryAfter: "1",
  }));
