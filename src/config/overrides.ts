/** What wins over the file: flags, then CODESWITCH_* variables, then PORT and HOST. */
import { isIP } from "node:net";
import { isLoopback } from "../wire/host.ts";
import { didYouMean, nearest } from "./nearest.ts";
import { ConfigError, showValue, type Place } from "./problem.ts";
import { LOG_FORMATS, type LogFormat } from "./schema/schema.ts";
import { readVariable, type Variables } from "./substitute.ts";

export interface Flags {
  readonly host?: string;
  readonly port?: string;
  readonly logFormat?: string;
}

export interface Override<T> {
  readonly value: T;
  /** What a flag said is shown; what a variable holds never is. */
  readonly from: Place;
}

export interface Overrides {
  readonly host?: Override<string>;
  readonly port?: Override<number>;
  readonly logFormat?: Override<LogFormat>;
}

export function readOverrides(flags: Flags, variables: Variables): Overrides {
  const host = first(flags.host, "--host", variables, ["CODESWITCH_HOST", ...(hostIsOurs(variables) ? ["HOST"] : [])]);
  const port = first(flags.port, "--port", variables, ["CODESWITCH_PORT", "PORT"]);
  const logFormat = first(flags.logFormat, "--log-format", variables, ["CODESWITCH_LOG_FORMAT"]);
  return {
    ...(host && { host }),
    ...(port && { port: { ...port, value: readPort(port) } }),
    ...(logFormat && { logFormat: { ...logFormat, value: readLogFormat(logFormat) } }),
  };
}

/** Shells put the machine's name into HOST, and build tools its kind (`x86_64-conda-linux-gnu`): only an address is meant for us. */
const hostIsOurs = (variables: Variables): boolean => {
  const host = readVariable(variables, "HOST") ?? "";
  return isIP(host.replace(/^\[(.*)\]$/, "$1")) !== 0 || isLoopback(host);
};

/** A HOST that does nothing. */
export const unreadHost = (variables: Variables): string[] =>
  readVariable(variables, "HOST") === undefined ||
  readVariable(variables, "CODESWITCH_HOST") !== undefined ||
  hostIsOurs(variables)
    ? []
    : ["HOST is no address, so that it is not read. To listen on a name of this machine: CODESWITCH_HOST."];

function first(
  flag: string | undefined,
  name: string,
  variables: Variables,
  names: readonly string[],
): Override<string> | undefined {
  if (flag !== undefined) return { value: flag, from: { file: "command line", key: name, value: showValue(flag) } };
  const set = names.find((one) => readVariable(variables, one) !== undefined);
  return set === undefined
    ? undefined
    : { value: readVariable(variables, set) ?? "", from: { file: "environment", key: set } };
}

function readPort({ value, from }: Override<string>): number {
  const port = /^\d{1,5}$/.test(value.trim()) ? Number(value) : NaN;
  if (port <= 65_535) return port;
  throw new ConfigError({
    ...from,
    fault: "is not a port",
    fix: "Ports are numbers from 1 to 65535; 0 takes any free one.",
  });
}

function readLogFormat({ value, from }: Override<string>): LogFormat {
  const known = LOG_FORMATS.find((format) => format === value.trim().toLowerCase());
  if (known) return known;
  throw new ConfigError({
    ...from,
    fault: "is not a log format",
    fix: `${didYouMean(value, LOG_FORMATS)}One of: ${LOG_FORMATS.join(", ")}.`,
  });
}

/** A misspelt CODESWITCH_ variable would otherwise do nothing, in silence. */
export function unknownOwnVariables(variables: Variables, known: readonly string[]): string[] {
  const strangers = Object.keys(variables).filter((name) => name.startsWith("CODESWITCH_") && !known.includes(name));
  return strangers.map((name) => {
    const guess = nearest(name, known);
    return `${name} is not a variable of codeswitch and does nothing.${guess ? ` Did you mean ${guess}?` : ""}`;
  });
}
