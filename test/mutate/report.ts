/** What a run says: a line for each mutant, and at the end who survived, by room and by operator. */
import type { Judged } from "./judged.ts";
import type { Mutant } from "./mutant.ts";
import type { Result } from "./results.ts";

export interface Finding extends Result {
  readonly judged?: Judged;
}

const FREE = 0.05;

export const survives = ({ killed, judged }: Finding): boolean => !killed && !judged;

/** Of those that somebody would mind, how many may live. */
export const isEnough = (findings: readonly Finding[]): boolean => shareOf(findings) <= FREE;

function shareOf(findings: readonly Finding[]): number {
  const counted = findings.filter(({ judged }) => !judged).length;
  return counted === 0 ? 0 : findings.filter(survives).length / counted;
}

export function lineOf(finding: Finding): string {
  const { mutant, killed, judged, seconds } = finding;
  const end = killed ? `killed by ${killed.stage}: ${killed.why}` : (judged?.verdict ?? "SURVIVED");
  return `${mutant.file}:${mutant.line} ${mutant.operator} · ${end} · ${seconds.toFixed(0)} s`;
}

export const diffOf = ({ file, line, operator, source, mutated }: Mutant): string =>
  `${file}:${line} (${operator})\n  - ${source}\n  + ${mutated}`;

export function summaryOf(findings: readonly Finding[]): string {
  const survivors = findings.filter(survives);
  const percent = (shareOf(findings) * 100).toFixed(1);
  return [
    ...(survivors.length > 0 ? ["Survivors", ...survivors.map(({ mutant }) => diffOf(mutant)), ""] : []),
    table("room", findings, ({ mutant }) => mutant.room),
    table("operator", findings, ({ mutant }) => mutant.operator),
    table("killed by", findings, ({ killed }) => killed?.stage ?? "nobody"),
    `${findings.length} mutants, ${findings.filter(({ judged }) => judged).length} judged, ${survivors.length} survived: ${percent} % of those not judged; ${FREE * 100} % may.`,
  ].join("\n");
}

function table(title: string, findings: readonly Finding[], nameOf: (finding: Finding) => string): string {
  const names = [...new Set(findings.map(nameOf))].sort();
  const rows = names.map((name) => {
    const its = findings.filter((finding) => nameOf(finding) === name);
    const count = (holds: (finding: Finding) => boolean): string => String(its.filter(holds).length).padStart(9);
    return `${name.padEnd(24)}${count(({ killed }) => killed !== undefined)}${count(({ judged }) => judged !== undefined)}${count(survives)}`;
  });
  const head = `${title.padEnd(24)}${["killed", "judged", "survived"].map((word) => word.padStart(9)).join("")}`;
  return `${[head, ...rows].join("\n")}\n`;
}
