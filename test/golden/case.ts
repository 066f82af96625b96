/** The format of a golden: one story, then named sections. Adding a case is adding a file. */
import type { ProviderConfig, TargetConfig } from "../../src/config/config.ts";
import type { ReplyStyle } from "../../src/dialects/dialect.ts";

/** What a case may set beside its bodies. Everything has a default that the runner fills in. */
export interface CaseOptions {
  /** How the client wants what its dialect leaves open; `relay/outbound.ts` decides it in production. */
  readonly style?: Partial<ReplyStyle>;
  /** The target, as the configuration would say it: model, effort, summary… */
  readonly target?: Partial<TargetConfig>;
  /** Fields of the provider: kind, vendor. */
  readonly provider?: Partial<ProviderConfig>;
  /** An effort in the name that the caller picked. */
  readonly forcedEffort?: string;
  /** Of the upstream's whole reply; the default is 200. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** The connection breaks after the last line of the stream. */
  readonly cut?: true;
}

export interface Case {
  readonly story: string;
  readonly options: CaseOptions;
  /** By title, without the line break at the end. */
  readonly sections: ReadonlyMap<string, string>;
}

const ORDER = [
  "options",
  "client request",
  "upstream request",
  "upstream stream",
  "upstream reply",
  "client stream",
  "client reply",
  "usage",
  "losses",
];
/** Written by hand; the rest is what the gateway makes of them. */
export const INPUTS: ReadonlySet<string> = new Set(["options", "client request", "upstream stream", "upstream reply"]);

export function parseCase(text: string): Case {
  const [story, ...rest] = text.split(/^== (.+) ==$/m);
  const sections = new Map<string, string>();
  for (let at = 0; at < rest.length; at += 2) {
    const title = rest[at] ?? "";
    if (!ORDER.includes(title)) throw new Error(`unknown section "${title}": use one of ${ORDER.join(", ")}`);
    sections.set(title, (rest[at + 1] ?? "").replace(/^\n|\n+$/g, ""));
  }
  if (!story?.trim()) throw new Error("a case begins with its story, in one line or a few");
  if (!sections.has("client request")) throw new Error('a case needs "== client request =="');
  return { story: story.trim(), options: JSON.parse(sections.get("options") ?? "{}") as CaseOptions, sections };
}

export function printCase(story: string, sections: ReadonlyMap<string, string>): string {
  const parts = ORDER.flatMap((title) => {
    const content = sections.get(title);
    return content === undefined ? [] : [`== ${title} ==\n${content}\n`];
  });
  return `${story}\n${parts.join("")}`;
}

const LINE_LENGTH_MAX = 120;

/** JSON as a person reads it: what fits on a line stands on one. */
export function pretty(value: unknown, indent = ""): string {
  const line = JSON.stringify(value);
  const isScalar = typeof value !== "object" || value === null || !/^[[{]/.test(line);
  if (isScalar || indent.length + line.length <= LINE_LENGTH_MAX) return line;
  const inner = `${indent}  `;
  const parts = Array.isArray(value)
    ? value.map((item) => inner + pretty(item, inner))
    : Object.entries(value).flatMap(([key, item]) =>
        item === undefined ? [] : [`${inner}${JSON.stringify(key)}: ${pretty(item, inner)}`],
      );
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  return `${open}\n${parts.join(",\n")}\n${indent}${close}`;
}

/**
 * A stream in a case: one frame's data a line, or raw server-sent events as soon as one line begins like a field.
 * `event:` lines are added as the dialect's vendor sends them.
 */
export function streamBytes(section: string, named: boolean): Uint8Array {
  const lines = section.split("\n");
  if (lines.some((line) => /^(data|event|id|retry)?:/.test(line))) return new TextEncoder().encode(section);
  return new TextEncoder().encode(lines.map((data) => `${named ? eventLine(data) : ""}data: ${data}\n\n`).join(""));
}

const eventLine = (data: string): string => {
  const type = /"type":\s*"([\w.]+)"/.exec(data)?.[1];
  return type ? `event: ${type}\n` : "";
};
