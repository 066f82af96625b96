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

export interface Overrides {
  readonly host?: string;
  /** Where that host is said. */
  readonly hostFrom?: Place;
  readonly port?: number;
  readonly logFormat?: LogFormat;
}

export function readOverrides(flags: Flags, variables: Variables): Overrides {
  const host = said("--host", flags.host, variables, ["CODESWITCH_HOST", ...(hostIsOurs(variables) ? ["HOST"] : [])]);
  const port = said("--port", flags.port, variables, ["CODESWITCH_PORT", "PORT"]);
  const logFormat = said("--log-format", flags.logFormat, variables, ["CODESWITCH_LOG_FORMAT"]);
  return {
    host: host?.value,
    hostFrom: host?.from,
    port: port && readPort(port),
    logFormat: logFormat && readLogFormat(logFormat),
  };
}

/** Shells put the machine's name into HOST, and build tools its kind (`x86_64-conda-linux-gnu`): only an address is meant for us. */
const hostIsOurs = (variables: Variables): boolean => {
  const host = readVariable(variables, "HOST") ?? "";
  return isIP(host.replace(/^\[(.*)\]$/, "$1")) !== 0 || isLoopback(host);
};

interface Said {
  readonly value: string;
  /** The value of a flag is shown; what a variable holds never is. */
  readonly from: Place;
}

/** The flag, else the first of these variables that is set. */
function said(
  flag: string,
  value: string | undefined,
  variables: Variables,
  names: readonly string[],
): Said | undefined {
  if (value !== undefined) return { value, from: { file: "command line", key: flag, value: showValue(value) } };
  for (const key of names) {
    const found = readVariable(variables, key);
    if (found !== undefined) return { value: found, from: { file: "environment", key } };
  }
  return undefined;
}

function readPort({ value, from }: Said): number {
  const port = /^\d{1,5}$/.test(value.trim()) ? Number(value) : NaN;
  if (port <= 65_535) return port;
  throw new ConfigError({
    ...from,
    fault: "is not a port",
    fix: "Ports are numbers from 1 to 65535; 0 takes any free one.",
  });
}

function readLogFormat({ value, from }: Said): LogFormat {
  const known = LOG_FORMATS.find((format) => format === value.trim().toLowerCase());
  if (known) return known;
  throw new ConfigError({
    ...from,
    fault: "is not a log format",
    fix: `${didYouMean(value, LOG_FORMATS)}One of: ${LOG_FORMATS.join(", ")}.`,
  });
}

/** What would otherwise do nothing, in silence: a misspelt CODESWITCH_ variable, and a HOST that is not read. */
export function variableWarnings(variables: Variables, known: readonly string[]): string[] {
  const strangers = Object.keys(variables).filter((name) => name.startsWith("CODESWITCH_") && !known.includes(name));
  const isUnread = ["CODESWITCH_HOST", "HOST"].find((name) => readVariable(variables, name) !== undefined) === "HOST";
  return [
    ...strangers.map((name) => {
      const guess = nearest(name, known);
      return `${name} is not a variable of codeswitch and does nothing.${guess ? ` Did you mean ${guess}?` : ""}`;
    }),
    ...(isUnread && !hostIsOurs(variables)
      ? ["HOST is no address, so that it is not read. To listen on a name of this machine: CODESWITCH_HOST."]
      : []),
  ];
}
