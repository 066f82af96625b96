/** What is wrong with a configuration: where, which value, and what to do. The first hundred are told at once, in the order of the file. */
import type { Excerpt } from "./yaml/excerpt.ts";

export interface Problem {
  /** A file's path as a person would type it, or "environment", "command line". */
  readonly file: string;
  /** From 1; absent where there are no lines. */
  readonly line?: number;
  /** From 1; told where the line alone would not do. */
  readonly column?: number;
  /** `providers.azure.kind`, a variable's name, or a flag. "" for the file itself. */
  readonly key: string;
  /** As written, secrets already masked; absent when there is none to show. */
  readonly value?: string;
  /** Finishes the sentence "<key> …": `is not a port`. */
  readonly fault: string;
  /** A whole sentence. */
  readonly fix: string;
  readonly excerpt?: Excerpt;
}

/** Where it is. */
export type Place = Pick<Problem, "file" | "line" | "key" | "value" | "excerpt">;

/** The message is a line for each problem. */
export class ConfigError extends Error {
  readonly problems: readonly Problem[];
  constructor(...problems: readonly Problem[]) {
    super([...problems].sort(byLine).map(printProblem).join("\n"));
    this.name = "ConfigError";
    this.problems = problems;
  }

  /** For a person: each with its line of the file, and a caret below. */
  report(): string {
    const count = this.problems.length;
    const sentences = [...this.problems].sort(byLine).map((problem) => {
      const excerpt = problem.excerpt?.(problem.value);
      return excerpt === undefined ? printProblem(problem) : `${printProblem(problem)}\n${excerpt}`;
    });
    return [`The configuration has ${count === 1 ? "a problem" : `${count} problems`}:`, ...sentences].join("\n");
  }
}

export interface Problems {
  add(problem: Problem): void;
  throwIfAny(): void;
}

/** More than anybody reads: the rest is not looked for. */
export const PROBLEMS_MAX = 100;

/** Throws ConfigError at the hundredth, and when it is asked to. */
export function problems(): Problems {
  const found: Problem[] = [];
  const throwIfAny = (): void => {
    if (found.length > 0) throw new ConfigError(...found);
  };
  return {
    add: (problem) => {
      if (found.push(problem) === PROBLEMS_MAX) throwIfAny();
    },
    throwIfAny,
  };
}

export function printProblem(problem: Problem): string {
  const place = [problem.file, problem.line, problem.column].filter((part) => part !== undefined).join(":");
  const value = problem.value === undefined ? "" : ` (${problem.value})`;
  return `${place}: ${problem.key}${value} ${problem.fault}. ${problem.fix}`.replace(":  ", ": ");
}

const byLine = (a: Problem, b: Problem): number => (a.line ?? 0) - (b.line ?? 0);

/** A value as it may stand in a sentence. */
export function showValue(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length <= 80 ? text : `${text.slice(0, 77)}…`;
}

/** Names as a sentence lists them: the first of many. */
export function showNames(names: readonly string[]): string {
  const rest = names.length - NAMES_MAX;
  return rest > 0 ? `${names.slice(0, NAMES_MAX).join(", ")} and ${rest} more` : names.join(", ");
}
const NAMES_MAX = 20;

/** `providers.azure.kind`, `models["kimi-*"].targets[0]`: as one would look for it. */
export function printPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === "number") return `${text}[${step}]`;
    const name = String(step);
    if (!/^[\w-]+$/.test(name)) return `${text}[${JSON.stringify(name)}]`;
    return text === "" ? name : `${text}.${name}`;
  }, "");
}
