/** `npm run mutate`: how many of the faults that a hand could make the tests would see. bin/mutate.js says what can be set. */
import { join } from "node:path";
import { draw } from "./draw.ts";
import { outdated, verdictOn } from "./judged.ts";
import type { Mutant } from "./mutant.ts";
import { diffOf, type Finding, isEnough, lineOf, summaryOf } from "./report.ts";
import { resultsOf, type Results } from "./results.ts";
import { ROOMS } from "./rooms.ts";
import { sitesIn } from "./sites.ts";
import { copyOf, type Tree } from "./tree.ts";
import { runStage, trial } from "./trial.ts";

const ROOT = join(import.meta.dir, "../..");
/** The weight of a room that is only drawn when it is asked for. */
const ASKED_FOR = 14;

async function main(): Promise<number> {
  const { seed, count, rooms, atOnce, again, list } = settings();
  const shares = rooms.map((room) => ({ room, weight: ROOMS[room]?.weight || ASKED_FOR }));
  const mutants = draw(await sitesIn(ROOT, rooms), shares, count, seed);
  const old = outdated(ROOT);
  for (const { file, source } of old) console.log(`judged.json: ${file} has no longer: ${source}`);
  if (list) {
    console.log(mutants.map(diffOf).join("\n"));
    return 0;
  }
  const results = resultsOf(`${seed}-${count}-${rooms.join("-")}`, ({ killed }) => again && !killed);
  console.log(`${mutants.length} mutants of ${rooms.join(", ")} with the seed ${seed}; results in ${results.file}`);
  const findings = await tryAll(mutants, results, atOnce);
  console.log(`\n${summaryOf(findings)}`);
  return isEnough(findings) && old.length === 0 ? 0 : 1;
}

function settings() {
  const { MUTATE_SEED, MUTATE_COUNT, MUTATE_ROOMS, MUTATE_AT_ONCE, MUTATE_AGAIN, MUTATE_LIST } = process.env;
  const rooms = MUTATE_ROOMS?.split(",") ?? Object.keys(ROOMS).filter((room) => ROOMS[room]?.weight);
  const unknown = rooms.find((room) => !ROOMS[room]);
  if (unknown !== undefined) throw new Error(`MUTATE_ROOMS: "${unknown}" is none of ${Object.keys(ROOMS).join(", ")}.`);
  return {
    seed: Number(MUTATE_SEED ?? 1),
    count: Number(MUTATE_COUNT ?? 200),
    rooms,
    atOnce: Number(MUTATE_AT_ONCE ?? 1),
    again: MUTATE_AGAIN === "1",
    list: MUTATE_LIST === "1",
  };
}

async function tryAll(mutants: readonly Mutant[], results: Results, atOnce: number): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  const waiting: Mutant[] = [];
  for (const mutant of mutants) {
    const known = knownOf(mutant, results);
    if (known) findings.push(known);
    else waiting.push(mutant);
  }
  if (waiting.length === 0) return findings;
  console.log(`${findings.length} known or judged, ${waiting.length} to try`);
  const trees = Array.from({ length: Math.min(atOnce, waiting.length) }, () => copyOf(ROOT));
  process.once("SIGINT", () => process.exit(130));
  process.once("exit", () => trees.forEach((tree) => tree.remove()));
  await mustBeGreen(trees[0] as Tree);
  const next = async (tree: Tree): Promise<void> => {
    for (let mutant = waiting.shift(); mutant; mutant = waiting.shift()) {
      const result = await tryOne(tree, mutant);
      results.add(result);
      findings.push(result);
      console.log(`${findings.length}/${mutants.length} ${lineOf(result)}`);
    }
  };
  await Promise.all(trees.map(next));
  return findings;
}

function knownOf(mutant: Mutant, results: Results): Finding | undefined {
  const judged = verdictOn(mutant);
  return judged ? { mutant, judged, seconds: 0 } : results.of(mutant);
}

async function tryOne(tree: Tree, mutant: Mutant): Promise<Finding> {
  const started = performance.now();
  const killed = await tree.holding(mutant, () => trial(tree.folder, mutant));
  return { mutant, ...(killed && { killed }), seconds: (performance.now() - started) / 1000 };
}

/** Tests that fail without a mutant kill every one. */
async function mustBeGreen({ folder }: Tree): Promise<void> {
  for (const stage of ["types", "all tests"] as const) {
    const { ok, why, output } = await runStage(folder, stage);
    if (ok) continue;
    console.error(output.slice(-4000));
    throw new Error(`Without any mutant ${stage} fail: ${why}. Mend that first.`);
  }
}

process.exit(await main());
