/** What a list of budgets may hold in the right shape and mean nothing all the same, wherever it is written. */
import type { BudgetConfig, TaggedBudget } from "./config.ts";

export interface BudgetFault {
  /** In the list. */
  readonly path: readonly (string | number)[];
  readonly value: string;
  /** Finishes the sentence "budgets[0].zone …". */
  readonly fault: string;
  readonly fix: string;
}

export function budgetFaults(budgets: readonly Budget[]): readonly BudgetFault[] {
  const firsts = new Map<string, number>();
  return budgets.flatMap((budget, at) => {
    const { tag, per, zone = "UTC" } = budget;
    const same = JSON.stringify([tag, per.replaceAll(/\s/g, ""), zone]);
    const twin = firsts.get(same) ?? at;
    firsts.set(same, twin);
    const twins =
      twin < at ? [{ path: [], value: per, fault: `has the same window as number ${twin + 1}`, fix: TWIN_FIX }] : [];
    return [...ofWindow(budget), ...ofMarks(budget), ...twins].map((one) => ({ ...one, path: [at, ...one.path] }));
  });
}

/** Whether this machine knows the time zone, by its IANA name. */
export function isZone(zone: string): boolean {
  try {
    // Throws for a name that is no zone.
    return Boolean(Intl.DateTimeFormat("en", { timeZone: zone }));
  } catch {
    return false;
  }
}

type Budget = BudgetConfig & Pick<TaggedBudget, "tag">;

const TWIN_FIX = "Keep the lower one.";
const ZONE_FIX = "Write it as the IANA calls it: Europe/Berlin, America/New_York, UTC.";

function ofWindow({ per, zone, tag }: Budget): readonly BudgetFault[] {
  const found: BudgetFault[] = [];
  if (/^0+\s*[hd]$/.test(per))
    found.push({ path: ["per"], value: per, fault: "is no time at all", fix: "Write 24h or 30d, or month." });
  if (zone !== undefined && !isZone(zone))
    found.push({ path: ["zone"], value: zone, fault: "is no time zone", fix: ZONE_FIX });
  if (tag !== undefined && !/^[^=]+=/.test(tag))
    found.push({ path: ["tag"], value: tag, fault: "names no tag and its value", fix: "Write both: team=search." });
  return found;
}

function ofMarks({ soft, degrade }: Budget): readonly BudgetFault[] {
  const unordered = (name: string, marks: readonly number[]): readonly BudgetFault[] =>
    marks.flatMap((mark, at) => {
      const before = marks[at - 1];
      if (before === undefined || mark > before) return [];
      const fault = `is not above the mark before it (${before})`;
      return [{ path: [name, at], value: String(mark), fault, fix: "Write the marks in order, each once." }];
    });
  const idle = degrade.flatMap(({ at: share, effort, model }, at) =>
    (effort ?? model) === undefined
      ? [
          {
            path: ["degrade", at],
            value: `at ${share}`,
            fault: "changes nothing",
            fix: "Name an effort, a model or both.",
          },
        ]
      : [],
  );
  const shares = degrade.map(({ at }) => at);
  return [...unordered("soft", soft), ...unordered("degrade", shares), ...idle];
}
