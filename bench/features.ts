/** What the memory of calls, limits and budgets cost a call: gateways with all of it over each kind of store, beside one that keeps nothing, in the same run. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startPostgres, withoutPostgres } from "../test/fixtures/postgres.ts";
import { type Brand, startRedis, withoutRedis } from "../test/fixtures/redis.ts";
import { local } from "./contenders.ts";
import { configuration, startGateway } from "./gateway.ts";
import { loadOf, SMOKE } from "./loads.ts";
import type { Blocked } from "./loop-watch.ts";
import { cpuFigures, type Effort, type Figures, rssMb, runClient } from "./measure.ts";
import { freePort, startServer, untilReady, type Running } from "./process.ts";
import { table } from "./table.ts";

interface Kind {
  readonly name: string;
  readonly kind: "bare" | "full";
  /** Lines of the configuration. */
  readonly storage: readonly string[];
}
export interface FeatureOptions {
  readonly upstreamPort: number;
  readonly effort: Effort;
  /** How many calls memory is watched over. */
  readonly calls: number;
}

const BARE = "bare";
/** So high that nobody meets them, and each of them is counted for each call. */
const LIMITED =
  "limits: { requests_per_minute: 100000000, input_tokens_per_minute: 1000000000, output_tokens_per_minute: 1000000000, tokens_per_minute: 1000000000, parallel: 100000 }, budgets: [ { usd: 1000000, per: month }, { usd: 1000000, per: 30d } ]";
/** Gateways that follow each other on one database need the same; it seals nothing but this bench's. */
const SECRET = "bench-0f3a91c2d45e8b06-bench-0f3a91c2d45e8b06";
/** Reasoning on disk is older than the memory of calls: it is in neither. */
const VAULT = "vault: memory";
const PRICED = "prices: { input: 2, output: 10 }";
const AIMS = { more: 0.25, blockedMs: 5 };

/** The tables, ready to print. */
export async function features({ upstreamPort, effort, calls }: FeatureOptions): Promise<readonly string[]> {
  const { kinds, missing, stop } = await kindsHere();
  try {
    const costs = await costTable(kinds, upstreamPort, effort);
    const blocks = await blockTable(kinds, upstreamPort, effort);
    const flat = await memoryTable(kinds, upstreamPort, calls);
    const workers = await workersTable(upstreamPort, effort);
    return [...missing.map((why) => `Not measured: ${why}.`), ...costs, ...blocks, ...flat, ...workers];
  } finally {
    await stop();
  }
}

async function kindsHere(): Promise<{ kinds: readonly Kind[]; missing: readonly string[]; stop(): Promise<void> }> {
  const kinds: Kind[] = [
    { name: BARE, kind: "bare", storage: [] },
    { name: "SQLite", kind: "full", storage: [] },
  ];
  const missing: string[] = [];
  const stops: (() => Promise<void>)[] = [];
  const noPostgres = withoutPostgres();
  if (noPostgres !== undefined) return { kinds, missing: [noPostgres], stop: async () => {} };
  const postgres = await startPostgres();
  stops.push(() => postgres.stop());
  const stored = async (): Promise<string> => `storage: { url: "${await postgres.database()}" }`;
  kinds.push({ name: "PostgreSQL", kind: "full", storage: [await stored()] });
  for (const brand of ["redis", "valkey"] satisfies Brand[]) {
    const why = withoutRedis(brand);
    if (why !== undefined) {
      missing.push(why);
      continue;
    }
    const redis = await startRedis({ brand });
    stops.push(() => redis.stop());
    kinds.push({
      name: `PostgreSQL + ${brand === "redis" ? "Redis" : "Valkey"}`,
      kind: "full",
      storage: [await stored(), `redis: { url: "${redis.url}" }`],
    });
  }
  return {
    kinds,
    missing,
    stop: async () => {
      for (const end of stops.toReversed()) await end();
    },
  };
}

interface Inside extends Running {
  readonly port: number;
  /** What it wrote to stderr until it ended. */
  ended(): Promise<string>;
}

async function startInside(
  { kind, storage }: Kind,
  upstreamPort: number,
  watched: "watched" | "alone",
): Promise<Inside> {
  const folder = mkdtempSync(join(tmpdir(), "codeswitch-bench-"));
  const port = freePort();
  const file = join(folder, "codeswitch.yaml");
  const full = kind === "full" ? { key: `${VAULT}, ${LIMITED}`, provider: PRICED, lines: storage } : { key: VAULT };
  writeFileSync(file, configuration(port, upstreamPort, full));
  const log = join(folder, "complaints.log");
  const running = startServer([process.execPath, join(import.meta.dir, "inside.ts"), file, kind, watched], log, {
    CODESWITCH_DATA_DIR: folder,
    CODESWITCH_SECRET: SECRET,
  });
  await untilReady(running, `http://127.0.0.1:${port}/health`, log);
  const stop = async (): Promise<void> => {
    await running.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  return {
    ...running,
    port,
    stop,
    ended: async () => {
      await running.stop();
      const text = readFileSync(log, "utf8");
      await stop();
      return text;
    },
  };
}

async function costTable(kinds: readonly Kind[], upstreamPort: number, effort: Effort): Promise<readonly string[]> {
  const rows: string[][] = [];
  const servers = await Promise.all(kinds.map((kind) => startInside(kind, upstreamPort, "alone")));
  try {
    const contenders = kinds.map(({ name }, at) => {
      const { port, pid } = servers[at] as Inside;
      return local(name, port, "caller's dialect", pid);
    });
    for (const load of SMOKE) {
      console.error(`· ${load.title}`);
      const failures = new Set<string>();
      // Of the first 5,000 calls the compilers take a third: whoever compiles more would look dearer than it is.
      for (const to of contenders) await runClient(load, to, load.count, load.open, failures);
      const found = await cpuFigures(load, contenders, effort, failures, BARE);
      for (const failure of failures) console.error(`  ${failure}`);
      const cells = kinds.map(({ name }) => costCell(name, found.get(name)));
      console.error(`  ${cells.join(" | ")}`);
      rows.push([load.title, ...cells]);
    }
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
  return [
    "",
    `CPU of all threads of the gateway for a call, and how much more than bare in the same rounds (aim: at most ${AIMS.more * 100} %).`,
    "",
    ...table(["load", ...kinds.map(({ name }) => name)], rows),
  ];
}

function costCell(name: string, figures: Figures | undefined): string {
  if (figures?.cpu === undefined) return "failed";
  const cpu = `${Math.round(figures.cpu)} µs`;
  if (name === BARE || figures.ratio === undefined) return cpu;
  const more = (figures.ratio - 1) * 100;
  return `${cpu}, ${more < 0 ? "−" : "+"}${Math.abs(more).toFixed(0)} %`;
}

async function blockTable(kinds: readonly Kind[], upstreamPort: number, effort: Effort): Promise<readonly string[]> {
  const rows: string[][] = [];
  const load = loadOf("whole");
  for (const kind of kinds) {
    console.error(`· the loop, ${kind.name}`);
    const server = await startInside(kind, upstreamPort, "watched");
    const to = local(kind.name, server.port, "caller's dialect", server.pid);
    const count = Math.round(load.count * effort.share);
    await runClient(load, to, count, 2, new Set());
    process.kill(server.pid, "SIGUSR2");
    // Two at a time: what is measured is the work between two turns of the loop, not how many calls wait for one.
    for (let round = 0; round < effort.rounds; round++) await runClient(load, to, count, 2, new Set());
    const blocked = JSON.parse((await server.ended()).trim().split("\n").at(-1) ?? "") as Blocked;
    rows.push([kind.name, `${blocked.longest.toFixed(1)} ms`, `${blocked.p99.toFixed(1)} ms`, String(blocked.looks)]);
  }
  return [
    "",
    `How long the loop was blocked under whole calls of 15 KB, two at a time (aim: under ${AIMS.blockedMs} ms). A process that waits for a core looks blocked too: what bare shows is not ours.`,
    "",
    ...table(["gateway", "longest", "p99", "looks"], rows),
  ];
}

const LOOKS = 6;
async function memoryTable(kinds: readonly Kind[], upstreamPort: number, calls: number): Promise<readonly string[]> {
  const rows: string[][] = [];
  const load = loadOf("whole");
  for (const kind of kinds.filter(({ name }) => name !== BARE)) {
    console.error(`· memory, ${kind.name}`);
    const server = await startInside(kind, upstreamPort, "alone");
    const to = local(kind.name, server.port, "caller's dialect", server.pid);
    const seen: number[] = [];
    for (let look = 0; look < LOOKS; look++) {
      await runClient(load, to, Math.round(calls / LOOKS), load.open, new Set());
      seen.push(rssMb(server.pid));
    }
    await server.stop();
    rows.push([kind.name, ...seen.map((mb) => `${mb.toFixed(0)} MB`)]);
  }
  const heads = Array.from({ length: LOOKS }, (_, at) => `${Math.round((calls / LOOKS) * (at + 1))} calls`);
  return ["", "Resident after so many whole calls of 15 KB.", "", ...table(["gateway", ...heads], rows)];
}

async function workersTable(upstreamPort: number, effort: Effort): Promise<readonly string[]> {
  const rows: string[][] = [];
  const load = loadOf("whole");
  const counts = [1, 2];
  const more = { key: LIMITED, provider: PRICED };
  const servers = await Promise.all(
    counts.map((workers) => startGateway(upstreamPort, { ...more, server: `workers: ${workers}` })),
  );
  try {
    const contenders = counts.map((workers, at) => {
      const { port, pid } = servers[at] as Running & { port: number };
      return local(`${workers}`, port, "caller's dialect", pid);
    });
    const idle = servers.map(({ pid }) => rssMb(pid));
    console.error("· workers");
    const found = await cpuFigures({ ...load, open: 64 }, contenders, effort, new Set(), "1");
    for (const [at, { name, pid = 0 }] of contenders.entries()) {
      const figures = found.get(name);
      rows.push([
        name,
        `${Math.round(figures?.perSecond ?? 0)}`,
        `${Math.round(figures?.cpu ?? 0)} µs`,
        `${(idle[at] ?? 0).toFixed(0)} MB`,
        `${rssMb(pid).toFixed(0)} MB`,
      ]);
    }
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
  return [
    "",
    "Workers on SQLite, all features on, whole calls of 15 KB, 64 at a time; the client and the upstream share the cores.",
    "",
    ...table(["workers", "calls/s", "CPU a call, all processes", "resident, idle", "after"], rows),
  ];
}
