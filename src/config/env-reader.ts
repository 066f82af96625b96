/** Single variables, read with a sentence for what is wrong with them. Blank is unset. */
import { maskSecret } from "./keys.ts";
import { didYouMean } from "./nearest.ts";
import { ConfigError, showValue, type Problem } from "./problem.ts";
import { readVariable, type Variables } from "./substitute.ts";

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
  refuse(name: string, value: string | undefined, fault: string, fix: string): void;
  refuseSecret(name: string, value: string, fault: string, fix: string): void;
  warn(sentence: string): void;
  readonly warnings: readonly string[];
  /** Throws ConfigError if anything was refused. */
  finish(): void;
}

export function envReader(variables: Variables): EnvReader {
  const problems: Problem[] = [];
  const warnings: string[] = [];
  const value = (name: string): string | undefined => readVariable(variables, name);
  const refuse: EnvReader["refuse"] = (name, text, fault, fix) => {
    problems.push({
      file: "environment",
      key: name,
      ...(text !== undefined && { value: showValue(text) }),
      fault,
      fix,
    });
  };
  return {
    value,
    refuse,
    refuseSecret: (name, secret, fault, fix) => refuse(name, maskSecret(secret), fault, fix),
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
          text,
          "is not one of the choices",
          `${didYouMean(text, choices)}One of: ${choices.join(", ")}; or leave it blank.`,
        );
      return known;
    },
    warn: (sentence) => void warnings.push(sentence),
    warnings,
    finish: () => {
      if (problems.length > 0) throw new ConfigError(problems);
    },
  };
}
