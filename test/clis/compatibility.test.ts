/** Every client, over every backend, in every scenario: docs/COMPATIBILITY.md is what came of it. */
import { afterAll, describe, expect, test } from "bun:test";
import { holds } from "../marked.ts";
import { createJudge, JUDGE_MISSING } from "../judge/schema.ts";
import { CLIENTS, IS_FULL_RUN } from "./clients.ts";
import { createMatrix, FILE } from "./matrix.ts";
import { SCENARIOS } from "./scenarios.ts";
import { BACKENDS } from "./stage.ts";

const TEST_MS_MAX = 180_000;
const matrix = createMatrix();
const judge = createJudge();

/** `npm test`: pi in its three dialects, a tool and the thinking in front of it. The rest takes minutes. */
const clients = IS_FULL_RUN ? CLIENTS : CLIENTS.filter(({ name }) => name.startsWith("pi "));
const scenarios = IS_FULL_RUN ? SCENARIOS : SCENARIOS.filter(({ title }) => title.startsWith("thinking"));

for (const client of clients)
  describe.skipIf(!client.installed)(`${client.name}${client.installed ? "" : " (not installed here)"}`, () => {
    for (const backend of BACKENDS)
      for (const scenario of scenarios) {
        const why = scenario.impossible?.(backend);
        const name = `${scenario.title}, over ${backend.name}`;
        if (why !== undefined) {
          matrix.note(client.name, backend.name, scenario.title, { impossible: why });
          test.skip(`${name}: ${why}`, () => {});
          continue;
        }
        // Most of the time is the clients' own waiting, so they run side by side.
        test.concurrent(
          name,
          async () => {
            matrix.note(client.name, backend.name, scenario.title, "red");
            await scenario.prove(client, backend, judge);
            matrix.note(client.name, backend.name, scenario.title, "green");
          },
          TEST_MS_MAX,
        );
      }
  });

const isWhole = (): boolean => matrix.count === CLIENTS.length * BACKENDS.length * SCENARIOS.length;

test("docs/COMPATIBILITY.md says what was found; UPDATE=1 writes it", () => {
  if (!isWhole()) return console.log(`compatibility: ${matrix.count} cells, a part of all: nothing is compared`);
  return holds(
    FILE,
    "programs",
    matrix.print(
      CLIENTS.map((client) => client.name),
      SCENARIOS.map((scenario) => scenario.title),
    ),
  );
});

/** After the scenarios, in whichever order they ran: what was written for the upstreams is what the vendors' types allow. */
afterAll(async () => {
  if (JUDGE_MISSING !== undefined) return console.log(`compatibility: nothing is judged, ${JUDGE_MISSING}`);
  console.log(`compatibility: ${judge.count} different requests judged by the vendors' types`);
  expect(await judge.verdict()).toEqual([]);
}, TEST_MS_MAX);
