/** Agent frameworks as people use them, over every backend: an object of a schema, a loop of parallel calls and one more, a stream. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { holds } from "../marked.ts";
import { createJudge, JUDGE_MISSING } from "../judge/schema.ts";
import { COLUMNS, type Column, command, type Framework, FRAMEWORKS, REFUSED, whyNot } from "./frameworks.ts";
import { CITIES, PERSON, play, STORY } from "./frameworks/play.ts";
import { FILE, printFrameworks } from "./matrix.ts";
import { BACKENDS, type Stage, stage } from "./stage.ts";

const RUN_MS_MAX = 180_000;
const judge = createJudge();
const stages = new Map<string, Stage>();
/** By backend, client and column: how many answers were right. */
const right = new Map<string, number>();

interface Told {
  readonly backend: string;
  readonly client: string;
  readonly what: string;
  readonly told: string;
}

const columnOf = (what: string): Column =>
  what.startsWith("structured") ? "structured output" : what.startsWith("loop") ? "tool loop" : "stream";

/** What the vendor said, as the framework's user must see it. Undefined: just so. */
function faultOf({ what, told }: Told): string | undefined {
  const column = columnOf(what);
  const isRight =
    column === "structured output"
      ? Bun.deepEquals(parsed(told), PERSON)
      : column === "stream"
        ? told === STORY
        : CITIES.every((city) => told.includes(`${city}: ${city.length} degrees`));
  return isRight ? undefined : told;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function run(framework: Framework): Promise<readonly Told[]> {
  const { argv, env } = command(framework);
  const urls = Object.fromEntries([...stages].map(([name, { url }]) => [name, url]));
  const child = Bun.spawn([...argv, JSON.stringify(urls)], {
    env,
    stdout: "pipe",
    stderr: "pipe",
    timeout: RUN_MS_MAX,
    killSignal: "SIGKILL",
  });
  const [out, err] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  const lines = out.split("\n").filter((line) => line.startsWith('{"backend"'));
  if (lines.length === 0) throw new Error(`${framework.script} told nothing: ${err.trim().slice(-2000)}`);
  return lines.map((line) => JSON.parse(line) as Told);
}

beforeAll(async () => {
  for (const backend of BACKENDS) stages.set(backend.name, await stage(backend, play, judge));
});
afterAll(async () => {
  for (const one of stages.values()) await one.stop();
  if (JUDGE_MISSING === undefined) expect(await judge.verdict()).toEqual([]);
});

for (const framework of FRAMEWORKS) {
  const why = whyNot(framework);
  describe.skipIf(why !== undefined)(`${framework.script}${why === undefined ? "" : ` (${why})`}`, () => {
    let told: Promise<readonly Told[]> | undefined;
    for (const [client, asks] of Object.entries(framework.clients))
      for (const { name: backend } of BACKENDS)
        test.concurrent(
          `${client}, over ${backend}`,
          async () => {
            told ??= run(framework);
            const mine = (await told).filter((one) => one.backend === backend && one.client === client);
            for (const one of mine)
              if (faultOf(one) === undefined) {
                const key = [backend, client, columnOf(one.what)].join("\n");
                right.set(key, (right.get(key) ?? 0) + 1);
              }
            const { refused } = framework;
            const isRefused = ({ what, told }: Told): boolean =>
              refused?.client === client &&
              refused.backend === backend &&
              refused.column === columnOf(what) &&
              REFUSED.test(told);
            expect(
              mine.flatMap((one) => (faultOf(one) === undefined || isRefused(one) ? [] : [`${one.what}: ${one.told}`])),
            ).toEqual([]);
            expect(COLUMNS.map((column) => mine.filter(({ what }) => columnOf(what) === column).length)).toEqual(
              COLUMNS.map((column) => asks[column] ?? 0),
            );
          },
          RUN_MS_MAX,
        );
  });
}

test("docs/COMPATIBILITY.md says what the frameworks found; UPDATE=1 writes it", () => {
  if (FRAMEWORKS.some((framework) => whyNot(framework) !== undefined))
    return console.log("compatibility: not every framework is installed, nothing is compared");
  return holds(
    FILE,
    "frameworks",
    printFrameworks((backend, client, column) => right.get([backend, client, column].join("\n")) ?? 0),
  );
});
