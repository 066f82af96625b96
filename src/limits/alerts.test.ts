import { expect, test } from "bun:test";
import { LIMITS } from "../wire/limits.ts";
import { alertsOf } from "./alerts.ts";
import type { Reached } from "./marks.ts";

const REACHED: Reached = {
  metered: {
    meter: { id: "key:laptop:cost:total", max: 10, counts: "held", amount: 1 },
    scope: { kind: "key", id: "laptop", label: 'the key "laptop"', limits: {}, budgets: [] },
    measure: "cost",
  },
  mark: 0.8,
  spent: 8,
  at: 0,
};

test("so many alerts wait for receivers that do not answer, and what is dropped is said", async () => {
  const receiver = Bun.serve({ port: 0, fetch: () => new Promise<Response>(() => {}) });
  const warnings: string[] = [];
  const alerts = alertsOf({
    to: () => ({ webhook: `http://127.0.0.1:${receiver.port}/` }),
    warn: (message) => void warnings.push(message),
  });
  for (let sent = 0; sent < LIMITS.alertsWaitingMax; sent++) alerts.send(REACHED);
  expect(warnings).toEqual([]);
  alerts.send(REACHED);
  expect(warnings).toEqual([`An alert was dropped: ${LIMITS.alertsWaitingMax} wait for alerts.webhook.`]);
  alerts.stop();
  await receiver.stop(true);
});
