/** How much memory the contenders take while loads run. */
import type { Contender } from "./contenders.ts";
import { idleStreams, rssMb } from "./measure.ts";
import { members } from "./process.ts";

/** In MB. */
export interface Memory {
  readonly name: string;
  readonly idle: number;
  /** The most while all loads ran. */
  readonly loaded: number;
  readonly after: number;
  /** Above what it was, with IDLE_STREAMS open. Not asked of peers. */
  readonly streams?: number;
  /** What the idle value is made of. */
  readonly members: string;
}

const LOOK_MS = 50;
/** Long enough for a collector that works when nobody asks. */
const SETTLE_MS = 5_000;

/** Watches those whose process is known. */
export async function watchMemory<T>(
  contenders: readonly Contender[],
  work: (most: () => string) => Promise<T>,
): Promise<{ result: T; memory: readonly Memory[] }> {
  const watched = contenders.flatMap((to) => (to.pid === undefined ? [] : [{ to, pid: to.pid, most: 0 }]));
  await Bun.sleep(1_000);
  const before = watched.map(({ pid }) => ({ idle: rssMb(pid), members: madeOf(pid) }));
  const look = (): void => watched.forEach((one) => (one.most = Math.max(one.most, rssMb(one.pid))));
  const timer = setInterval(look, LOOK_MS);
  const result = await work(() => watched.map(({ to, most }) => `${to.name} ${most.toFixed(0)} MB`).join(", ")).finally(
    () => clearInterval(timer),
  );
  const memory: Memory[] = [];
  for (const [index, { to, pid, most }] of watched.entries()) {
    await Bun.sleep(SETTLE_MS);
    const after = rssMb(pid);
    const isPeer = to.name !== "gateway" && to.name !== "nginx";
    memory.push({
      name: to.name,
      ...(before[index] as { idle: number; members: string }),
      loaded: most,
      after,
      ...(!isPeer && { streams: await idleStreams(to, pid) }),
    });
  }
  return { result, memory };
}

const madeOf = (pid: number): string =>
  members(pid)
    .map(({ name, rssMb: mb }) => `${name} ${mb.toFixed(0)}`)
    .join(", ");
