/** The gateway against nginx, in one run, before the same upstream. bin/bench.js says what can be asked for. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { local, modelOf } from "./contenders.ts";
import { features } from "./features.ts";
import { startGateway, type Gateway } from "./gateway.ts";
import { machine } from "./machine.ts";
import { measure, proxiesOf, type Field, type LoadResult } from "./measure.ts";
import { watchMemory } from "./memory.ts";
import { hasNginx, startNginx } from "./nginx.ts";
import { median } from "./numbers.ts";
import { start } from "./process.ts";
import { document, markdown, type Report } from "./report.ts";
import { keepResults, lastResults } from "./results.ts";
import { smoke } from "./smoke.ts";
import { wanted } from "./wanted.ts";
import { yardstick } from "./yardstick.ts";

const { mode, quick, loads, effort, peers, upstreamPort, calls } = wanted();
const STARTS = 11;
const FEATURES_HEAD = `# What the memory of calls, limits and budgets cost

Written by \`npm run bench -- --features --write\`. A key with five limits and two budgets, a price for every call, and a row of each; bare keeps nothing and limits nobody. What PostgreSQL and Redis take themselves is not in it.`;
const last = lastResults();

if (mode === "smoke") process.exit(await smokeRun());
if (mode === "features" || mode === "write-features") process.exit(await featureRun());
const report = await withUpstream(async (port) => {
  if (peers.length > 0) console.error(forPeers(port));
  const about = machine();
  const starts = await startTimes(port, quick ? 1 : STARTS);
  return withField(port, starts.length > 0, (field) => everything(about, starts, field));
});
console.log(`\n${report.machine.join("\n")}\n\n${markdown(report, last)}`);
if (mode === "write") {
  writeFileSync(join(import.meta.dir, "RESULTS.md"), document(report, last));
  keepResults(report);
}

async function smokeRun(): Promise<number> {
  if (!hasNginx()) {
    console.log("nginx is missing, so nothing was compared: apt-get install nginx-light.");
    return 0;
  }
  const now = { machine: machine(), yardstickMicros: yardstick() };
  return withUpstream((port) => withField(port, true, (field) => smoke(field, last, now)));
}

async function featureRun(): Promise<number> {
  const about = machine();
  const tables = await withUpstream((port) => features({ upstreamPort: port, effort, calls }));
  const text = [...about.map((line) => `- ${line}`), ...tables, ""].join("\n");
  console.log(text);
  if (mode === "write-features") writeFileSync(join(import.meta.dir, "FEATURES.md"), `${FEATURES_HEAD}\n\n${text}`);
  return 0;
}

async function withUpstream<T>(work: (port: number) => Promise<T>): Promise<T> {
  const upstream = start([process.execPath, join(import.meta.dir, "upstream.ts"), String(upstreamPort)]);
  try {
    return await work(Number(await upstream.line));
  } finally {
    await upstream.stop();
  }
}

async function withField<T>(port: number, hasGateway: boolean, work: (field: Field) => Promise<T>): Promise<T> {
  const nginx = await startNginx(port);
  const gateway = hasGateway ? await startGateway(port) : undefined;
  try {
    return await work({
      direct: local("direct", port, "upstream's dialect"),
      nginx: local("nginx", nginx.port, "upstream's dialect", nginx.pid),
      ...(gateway && { gateway: local("gateway", gateway.port, "caller's dialect", gateway.pid) }),
      peers,
    });
  } finally {
    await gateway?.stop();
    await nginx.stop();
  }
}

/** Empty when the gateway does not start: then the floor is measured alone, and the reason is shown. */
async function startTimes(port: number, times: number): Promise<readonly number[]> {
  const found: number[] = [];
  for (let at = 0; at < times; at++) {
    let gateway: Gateway;
    try {
      gateway = await startGateway(port);
    } catch (error) {
      console.error(`The gateway did not start, nginx runs alone: ${(error as Error).message}`);
      return [];
    }
    found.push(gateway.readyMs);
    await gateway.stop();
  }
  return found;
}

async function everything(about: readonly string[], starts: readonly number[], field: Field): Promise<Report> {
  const { result, memory } = await watchMemory(proxiesOf(field), async (most) => {
    const results: LoadResult[] = [];
    for (const load of loads) {
      console.error(`· ${load.title}`);
      results.push(await measure(load, field, effort));
      console.error(`  at most ${most()} so far`);
    }
    return results;
  });
  return {
    machine: about,
    yardstickMicros: yardstick(),
    command: `npm run bench -- --write${quick ? " --quick" : ""}`,
    loads: result,
    memory,
    ...(starts.length > 0 && { readyMs: median(starts) }),
    peers: peers.map(({ name }) => name),
  };
}

/** How those must be set up that are measured beside us. */
function forPeers(port: number): string {
  const base = (scenario: string): string => `http://127.0.0.1:${port}/${scenario}/v1`;
  const models = [...new Map(loads.map((load) => [modelOf(load), load])).entries()];
  return [
    "Peers send these models to these addresses, as an OpenAI-compatible provider, with any key and model name:",
    ...models.map(([model, { scenario, to }]) => {
      const path = to === "openai-responses" ? "responses" : "chat/completions";
      return `  ${model.padEnd(30)} ${base(scenario)} (/${path})`;
    }),
  ].join("\n");
}
