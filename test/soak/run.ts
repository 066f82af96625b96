/** `npm run soak`: people and vendors around the real gateway for a while, and whether every word reached its own. bin/soak.js says what can be set. */
import { random } from "../fuzz/random.ts";
import { type Called, converse } from "./caller.ts";
import { FORBIDDEN, type Figures, type Running, startGateway } from "./gateway.ts";
import { judgeRecords } from "./records.ts";
import { type Seen, type Vendor, vendorOf } from "./vendor.ts";
import { WIRE_NAMES } from "./wires.ts";

const SECONDS = Number(process.env.SOAK_SECONDS);
/** Calls a second: two cores serve them and the callers and the vendors. */
const RATE = Number(process.env.SOAK_RATE);
const SEED = Number(process.env.SOAK_SEED);
/** A machine that cannot keep up is not flooded. */
const AT_ONCE_MAX = 200;
/** Beyond what the process has when it is warm: the memory of the vault fills, the heap breathes. */
const GROWTH_MB = 128;
/** What Bun keeps open for the next call to each vendor, and the callers to the gateway. */
const POOL = 64;
const HEALTH_MS = 5_000;

const KEYS = ["ann", "bob", "cyd"].map((name) => ({ name, key: `caller-key-of-${name}-0123456789` }));

async function main(): Promise<number> {
  const seen: Seen = { asked: [], wrong: [] };
  const names = WIRE_NAMES.flatMap((wire) => ["a", "b"].map((which) => ({ wire, name: `${wire}-${which}` })));
  const secrets = [...KEYS.map(({ key }) => key), ...names.map(({ name }) => vendorKey(name))];
  const vendors = await Promise.all(
    names.map(({ name, wire }) => vendorOf({ name, wire, key: vendorKey(name), secrets }, seen)),
  );
  const gateway = await startGateway(vendors, KEYS);
  console.log(`${SECONDS} s at ${RATE} calls a second with the seed ${SEED}, through ${gateway.url}`);
  const { calls, slowHealth, warm } = await crowd(gateway);
  const after = await atRest(gateway, vendors, warm);
  const code = await gateway.stop();
  for (const vendor of vendors) vendor.stop();
  const wrong = [
    ...seen.wrong,
    ...calls.filter((call) => call.end === "wrong" || isRefusedInError(call)).map((call) => JSON.stringify(call)),
    ...judgeRecords(gateway.lines, calls, seen.asked),
    ...slowHealth,
    ...judgeFigures(warm, after),
    ...(code === 0 ? [] : [`the gateway ended with ${code}`]),
  ];
  report(calls, seen, warm, after, wrong);
  return wrong.length === 0 && calls.length > 0 ? 0 : 1;
}

const vendorKey = (name: string): string => `vendor-key-of-${name}`;

const isRefusedInError = ({ end, status, model }: Called): boolean =>
  end === "refused" && !(status === 403 && model === FORBIDDEN);

interface Crowd {
  readonly calls: readonly Called[];
  /** A sentence for each time that /health was not there. */
  readonly slowHealth: readonly string[];
  /** When the first part was over. */
  readonly warm: Figures;
}

/** Conversations begin at an even pace, whatever becomes of those before them. */
async function crowd(gateway: Running): Promise<Crowd> {
  const calls: Called[] = [];
  const slowHealth: string[] = [];
  const open = new Set<Promise<void>>();
  const until = performance.now() + SECONDS * 1000;
  const begin = (one: Promise<void>): void => {
    open.add(one);
    void one.finally(() => open.delete(one));
  };
  let warm = gateway.figures();
  for (let count = 0, now = performance.now(); now < until; now = performance.now()) {
    if (open.size < AT_ONCE_MAX) {
      const number = SEED * 100_000 + count++;
      begin(converse({ url: gateway.url, keys: KEYS, dice: random(number), calls }, number));
      if (count % RATE === 0) begin(askHealth(gateway.url, slowHealth));
    }
    if (until - now > SECONDS * 750) warm = gateway.figures();
    // Each conversation is two calls.
    await Bun.sleep(2000 / RATE);
  }
  await Promise.all(open);
  return { calls, slowHealth, warm };
}

async function askHealth(url: string, slow: string[]): Promise<void> {
  const response = await fetch(`${url}/health`, { signal: AbortSignal.timeout(HEALTH_MS) }).catch(String);
  if (typeof response === "string" || !response.ok) slow.push(`/health did not answer well: ${String(response)}`);
}

interface AtRest extends Figures {
  readonly connections: number;
}

/** When nobody asks any more: what is still held. Waits a while for what is given back late. */
async function atRest(gateway: Running, vendors: readonly Vendor[], warm: Figures): Promise<AtRest> {
  for (let tries = 0; ; tries++) {
    const counts = await Promise.all(vendors.map((vendor) => vendor.connections()));
    const connections = counts.reduce((sum, count) => sum + count, 0);
    const after = { ...gateway.figures(), connections };
    if (tries === 20 || judgeFigures(warm, after).length === 0) return after;
    await Bun.sleep(1000);
  }
}

function judgeFigures(warm: Figures, { rssMb, descriptors, connections }: AtRest): string[] {
  return [
    ...(rssMb > warm.rssMb + GROWTH_MB ? [`${rssMb} MB at rest, and ${warm.rssMb} MB when it was warm`] : []),
    ...(descriptors > POOL ? [`${descriptors} descriptors at rest`] : []),
    ...(connections > POOL / 2 ? [`${connections} connections to vendors at rest`] : []),
  ];
}

function report(
  calls: readonly Called[],
  { asked }: Seen,
  warm: Figures,
  after: AtRest,
  wrong: readonly string[],
): void {
  const countBy = <T>(list: readonly T[], nameOf: (one: T) => string): string =>
    Object.entries(Object.groupBy(list, nameOf))
      .map(([name, its = []]) => `${its.length} ${name}`)
      .join(", ");
  const thoughts = asked.filter(({ thought }) => thought !== "none");
  console.log(`calls: ${calls.length}: ${countBy(calls, ({ end }) => end)}`);
  console.log(`vendors were asked ${asked.length} times: ${countBy(asked, ({ fault }) => fault)}`);
  console.log(`thinking of the first turn in the second: ${countBy(thoughts, ({ thought }) => thought)}`);
  console.log(
    `memory ${warm.rssMb} MB warm, ${after.rssMb} MB at rest; descriptors ${warm.descriptors}, ${after.descriptors}; connections to vendors ${after.connections}`,
  );
  for (const sentence of wrong.slice(0, 20)) console.log(`WRONG: ${sentence.slice(0, 2000)}`);
  console.log(wrong.length === 0 ? "Every word reached its own." : `${wrong.length} things were wrong.`);
}

process.exit(await main());
