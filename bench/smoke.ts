/** A few lanes, quickly: whether a change made the gateway much slower than results.json says. For CI, which no clock may fail. */
import { compared, type Lane, TRIES, whyNotComparable, WORSE_BY } from "./compare.ts";
import { SMOKE } from "./loads.ts";
import { cpuFigures, type Field } from "./measure.ts";
import { table } from "./table.ts";
import type { Results } from "./results.ts";

/** Enough rounds for a middle, each of as many requests as interleave within seconds. */
const EFFORT = { rounds: 5, share: 0.2 } as const;

/** The exit code. `now`: this machine. */
export async function smoke(
  { nginx, gateway }: Field,
  last: Results | undefined,
  now: Pick<Results, "machine" | "yardstickMicros">,
): Promise<number> {
  if (!gateway) return 1;
  const reason = whyNotComparable(last, now);
  const lanes = await compared(
    SMOKE.map(({ id }) => id),
    last?.ratios ?? {},
    async (ids) => {
      const ratios = new Map<string, number>();
      for (const load of SMOKE.filter(({ id }) => ids.includes(id))) {
        const failures = new Set<string>();
        const found = await cpuFigures(load, [nginx, gateway], EFFORT, failures);
        if (failures.size > 0) throw new Error(`${load.title}: ${[...failures].join("; ")}`);
        ratios.set(load.id, found.get("gateway")?.ratio ?? Number.NaN);
      }
      return ratios;
    },
  );
  console.log(`CPU, times nginx's in the same run:\n${table(["load", "last", "now", ""], lanes.map(row)).join("\n")}`);
  const worse = lanes.filter((lane) => lane.isWorse);
  if (reason !== undefined) console.log(`Nothing is judged. ${reason}`);
  else if (worse.length > 0)
    console.log(
      `${TRIES} tries agree: more than ${WORSE_BY * 100} % above the last ratio. npm run bench tells more; if it has to be so, npm run bench -- --write makes it the new one.`,
    );
  return reason === undefined && worse.length > 0 ? 1 : 0;
}

const row = ({ id, last, tries, isWorse }: Lane): readonly string[] => [
  SMOKE.find((load) => load.id === id)?.title ?? id,
  last === undefined ? "–" : `${last.toFixed(1)} ×`,
  tries.map((ratio) => `${ratio.toFixed(1)} ×`).join(", "),
  last === undefined ? "never measured" : isWorse ? "worse" : "ok",
];
