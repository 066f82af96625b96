/** `codeswitch export`: remembered calls for other programs. */
import { closeSync, openSync, writeSync } from "node:fs";
import { extname } from "node:path";
import { defineCommand } from "citty";
import type { CallRow } from "../store/call-row.ts";
import { didYouMean } from "../config/nearest.ts";
import { eachCall, withCalls } from "./calls-here.ts";
import { csvLines, type ExportFormat, FORMATS, jsonLines, writeParquet } from "./export-formats.ts";
import { flag } from "./flags.ts";
import { momentOf } from "./moment.ts";
import { complain } from "./paint.ts";
import { CONFIG_ARG } from "./surroundings.ts";
import { Failure, UsageError } from "./usage.ts";
import { reasonOf } from "../wire/reason.ts";

export const exportCommand = defineCommand({
  meta: { name: "export", description: "Write the remembered calls for other programs: JSON lines, CSV or Parquet." },
  args: {
    config: CONFIG_ARG,
    since: flag("MOMENT", "From then on: 12h, 7d, 2026-11-01. Default: all."),
    until: flag("MOMENT", "Up to then."),
    format: flag(FORMATS.join("|"), "Default: by the name of the file, else jsonl."),
    out: { ...flag("FILE", "Where to. Default: stdout."), alias: "o" },
  },
  run: async ({ args }) => {
    const now = Date.now();
    const format = formatOf(args.format, args.out);
    const filter = {
      ...(args.since !== undefined && { from: momentOf("--since", args.since, now) }),
      ...(args.until !== undefined && { to: momentOf("--until", args.until, now) }),
    };
    if (format === "parquet" && args.out === undefined && process.stdout.isTTY)
      throw new UsageError("Parquet is no text for a terminal. Name a file: --out calls.parquet");
    await withCalls(args.config, async (calls) => {
      const to = args.out === undefined ? standardOut() : fileOut(args.out);
      const count = { rows: 0 };
      try {
        await exported(format, counted(eachCall(calls, filter), count), to.write);
      } finally {
        to.close();
      }
      if (args.out !== undefined) complain(`${count.rows} calls are in ${args.out}.`);
    });
  },
});

/** Newest first. */
export async function exported(
  format: ExportFormat,
  rows: AsyncIterable<CallRow>,
  write: (bytes: Uint8Array) => Promise<void>,
): Promise<void> {
  if (format === "parquet") return writeParquet(rows, write);
  let text = "";
  for await (const line of format === "csv" ? csvLines(rows) : jsonLines(rows)) {
    text += line;
    if (text.length < CHUNK_CHARS) continue;
    await write(Buffer.from(text));
    text = "";
  }
  await write(Buffer.from(text));
}
const CHUNK_CHARS = 64 * 1024;

async function* counted(rows: AsyncIterable<CallRow>, count: { rows: number }): AsyncGenerator<CallRow> {
  for await (const row of rows) {
    count.rows++;
    yield row;
  }
}

interface Out {
  write(bytes: Uint8Array): Promise<void>;
  close(): void;
}

function fileOut(path: string): Out {
  let fd: number;
  try {
    fd = openSync(path, "w", 0o600);
  } catch (error) {
    throw new Failure(`--out: ${path} cannot be written (${reasonOf(error)}).`);
  }
  return {
    write: async (bytes) => {
      for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done);
    },
    close: () => closeSync(fd),
  };
}

/** Waits for whoever reads it, so that nothing piles up here. */
const standardOut = (): Out => ({
  write: (bytes) =>
    new Promise((resolve, reject) => {
      process.stdout.write(bytes, (error) => (error ? reject(error) : resolve()));
    }),
  close: () => {},
});

function formatOf(typed: string | undefined, path = ""): ExportFormat {
  if (typed === undefined) return formatByName(path);
  const format = FORMATS.find((one) => one === typed);
  if (format === undefined)
    throw new UsageError(`--format: "${typed}" is none. ${didYouMean(typed, FORMATS)}There are ${FORMATS.join(", ")}.`);
  return format;
}

/** A file without an ending, such as /dev/null, has lines. */
function formatByName(path: string): ExportFormat {
  const ending = extname(path).slice(1);
  const format = FORMATS.find((one) => one === ending);
  if (format !== undefined || ending === "" || ending === "json" || ending === "ndjson") return format ?? "jsonl";
  throw new UsageError(`--out: what ends in .${ending} cannot be written. Choose --format ${FORMATS.join(", ")}.`);
}
