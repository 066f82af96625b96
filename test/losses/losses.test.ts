import { describe, expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { collect } from "../../src/ir/collect.ts";
import { ANSWERS } from "./answers.ts";
import { CROSSINGS, measureAnswers, measureRequests, printTable, readBack } from "./table.ts";

const FILE = join(import.meta.dir, "../../docs/LOSSES.md");

describe("the table of losses", () => {
  test("is what the code does", () => {
    const table = printTable();
    if (process.env.UPDATE === "1") {
      if (process.env.CI) throw new Error("UPDATE rewrites expectations and is refused in CI");
      writeFileSync(FILE, table);
    }
    expect(readFileSync(FILE, "utf8")).toBe(table);
  });

  test("names every loss of a request as the caller wrote it", () => {
    const rows = measureRequests().flatMap((row) => row.losses.map(({ path }) => ({ ...row, path })));
    expect(rows.length).toBeGreaterThan(50);
    const unknown = rows.filter(({ body, path }) => !resolves(body, path));
    expect(unknown.map(({ feature, from, to, path }) => `${feature}: ${from} → ${to} says ${path}`)).toEqual([]);
  });

  test("gives the same loss the same weight in every crossing", () => {
    const weights = new Map<string, Set<string>>();
    for (const { feature, how, weight } of [...measureRequests(), ...measureAnswers()].flatMap((row) => row.losses)) {
      // Of a field that nobody reads, the weight depends on its name.
      if (feature === "unknown-field") continue;
      const key = `${feature}, ${how}`;
      weights.set(key, (weights.get(key) ?? new Set()).add(weight));
    }
    expect([...weights].filter(([, found]) => found.size > 1).map(([key]) => key)).toEqual([]);
  });

  for (const row of [...measureRequests(), ...measureAnswers()].filter((row) => row.sacred))
    test(`${row.feature}: ${row.from} → ${row.to} loses nothing that matters`, () => {
      expect(row.losses.filter((loss) => loss.weight === "meaning" || loss.how === "dropped")).toEqual([]);
    });

  for (const probe of ANSWERS.filter((probe) => probe.sacred))
    for (const from of probe.from)
      for (const client of CROSSINGS)
        test(`${probe.feature}: from ${from}, a client of ${client} reads the same text, calls and usage`, () => {
          const events = probe.events(from);
          const sent = summary(collect(events));
          expect(summary(readBack(events, client))).toEqual(sent);
        });
});

/** `messages[3].content[1].image_url`, followed through the body. */
function resolves(body: unknown, path: string): boolean {
  const keys = path.split(/[.[\]]+/).filter((key) => key !== "");
  let value = body;
  for (const key of keys) value = (value as Record<string, unknown> | null | undefined)?.[key];
  return keys.length > 0 && value !== undefined;
}

/** What may never be lost. Chat has one text beside its calls, so texts are compared joined. */
function summary(answer: ReturnType<typeof collect>) {
  return {
    text: answer.blocks
      .filter(({ block }) => block.kind === "text")
      .map(({ text }) => text)
      .join(""),
    calls: answer.blocks.flatMap(({ block, input }) =>
      block.kind === "call" ? [{ id: block.callId, tool: block.tool.name, input }] : [],
    ),
    usage: answer.usage?.lines.map(({ input, output }) => ({ input, output })),
  };
}
