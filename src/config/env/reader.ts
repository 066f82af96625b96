/** Single variables, read with a sentence for what is wrong with them. Blank is unset. */
import { didYouMean } from "../nearest.ts";
import { ConfigError, type Problem } from "../problem.ts";
import { readVariable, type Variables } from "../substitute.ts";

export interface Found {
  /** The variable that held it. */
  readonly name: string;
  readonly value: string;
}

export interface EnvReader {
  /** The first of these that is set. */
  first(...names: readonly string[]): Found | undefined;
  value(name: string): string | undefined;
  /** One of a few words, in any case. */
  choice<T extends string>(name: string, choices: readonly T[]): T | undefined;
  /** By the name of the variable: what it holds is never shown, whatever it is for. */
  refuse(name: string, fault: string, fix: string): void;
  warn(sentence: string): void;
  /** A provider that was meant and cannot answer; `why` is a whole sentence. */
  switchOff(provider: string, why: string): void;
  readonly off: ReadonlyMap<string, string>;
  readonly warnings: readonly string[];
  /** Throws ConfigError if anything was refused. */
  finish(): void;
}

export function envReader(variables: Variables): EnvReader {
  const problems: Problem[] = [];
  const warnings: string[] = [];
  const off = new Map<string, string>();
  const value = (name: string): string | undefined => readVariable(variables, name);
  const refuse: EnvReader["refuse"] = (name, fault, fix) =>
    void problems.push({ file: "environment", key: name, fault, fix });
  return {
    value,
    refuse,
    first: (...names) => {
      const name = names.find((one) => value(one) !== undefined);
      return name === undefined ? undefined : { name, value: value(name) ?? "" };
    },
    choice: (name, choices) => {
      const text = value(name);
      const known = choices.find((choice) => choice === text?.toLowerCase());
      if (text !== undefined && known === undefined)
        refuse(
          name,
          "is not one of the choices",
          `${didYouMean(text, choices)}One of: ${choices.join(", ")}; or leave it blank.`,
        );
      return known;
    },
    warn: (sentence) => void warnings.push(sentence),
    switchOff: (provider, why) => void off.set(provider, why),
    off,
    warnings,
    finish: () => {
      if (problems.length > 0) throw new ConfigError(...problems);
    },
  };
}
