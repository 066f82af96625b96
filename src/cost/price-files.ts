/** The price book of a gateway: the bundled table, and over it the operator's files, read again when they change. */
import { readFile, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { Config } from "../config/config.ts";
import { ConfigError } from "../config/problem.ts";
import { LIMITS } from "../wire/limits.ts";
import { bundledPrices } from "./bundled.ts";
import { type LeveledTable, priceBook, type PriceBook } from "./price-book.ts";
import { readPriceFile } from "./price-file.ts";
import type { PriceIndex } from "./price-index.ts";
import type { PriceLevel } from "./model-prices.ts";

export interface PriceFiles {
  /** `prices_file` of the configuration, from where the configuration stands. */
  readonly file?: string;
  /** The configuration that names it. */
  readonly source?: string;
  /** Where `codeswitch prices update` leaves what it found. */
  readonly dataDir?: string;
}

/** A relative path starts where the configuration stands. */
export const pricesPath = ({ pricesFile, source }: Pick<Config, "pricesFile" | "source">): PriceFiles =>
  pricesFile === undefined ? {} : { file: resolve(dirname(source), pricesFile), source };

export const updatedFile = (dataDir: string): string => join(dataDir, "prices.json");

interface Watched {
  readonly level: PriceLevel;
  readonly path: string;
  /** When it was last read, as the file says; undefined: it was not there. */
  mtimeMs: number | undefined;
  index: PriceIndex | undefined;
  /** What was last wrong with it, which is told once. */
  fault?: string;
}

export interface OpenPrices {
  readonly book: PriceBook;
  levels(): readonly LeveledTable[];
  /** Reads what has changed. */
  look(): Promise<void>;
}

/** Throws where the operator's own file cannot be read: a price that was meant and is not there would be a wrong bill. What an update left is passed over with a warning. */
export async function openPrices(files: PriceFiles, warn: (message: string) => void): Promise<OpenPrices> {
  const watched: readonly Watched[] = [
    ...(files.file === undefined ? [] : [watch("file", files.file)]),
    ...(files.dataDir === undefined ? [] : [watch("updated", updatedFile(files.dataDir))]),
  ];
  for (const one of watched)
    await readAgain(one).catch((error: Error) => {
      if (one.level === "file") throw configError(files, one.path, error.message);
      warn(`${one.path} ${error.message} Its prices are not used.`);
    });
  const levels = (): readonly LeveledTable[] => [
    ...watched.flatMap(({ level, index }) => (index ? [{ level, index }] : [])),
    { level: "bundled", index: bundledPrices() },
  ];
  let book = priceBook(levels);
  return {
    book: { of: (target) => book.of(target) },
    levels,
    look: async () => {
      for (const one of watched)
        try {
          // What was looked up is forgotten.
          if (await readAgain(one)) book = priceBook(levels);
        } catch (error) {
          const { message } = error as Error;
          if (one.fault !== message) warn(`${one.path} ${message} The prices that were read before stay.`);
          one.fault = message;
        }
    },
  };
}

const configError = ({ source = "the configuration" }: PriceFiles, path: string, fault: string): ConfigError =>
  new ConfigError({
    file: source,
    key: "prices_file",
    value: path,
    fault: fault.replace(/\.$/, ""),
    fix: "Correct the path or the file, or leave the key out.",
  });

const watch = (level: PriceLevel, path: string): Watched => ({ level, path, mtimeMs: undefined, index: undefined });

/** Whether it has changed. */
async function readAgain(one: Watched): Promise<boolean> {
  const found = await stat(one.path).catch(() => undefined);
  if (found?.mtimeMs === one.mtimeMs && (found || one.level !== "file")) return false;
  one.mtimeMs = found?.mtimeMs;
  if (!found) {
    if (one.level === "file") throw new Error("is not there.");
    one.index = undefined;
    return true;
  }
  if (found.size > LIMITS.priceFileBytesMax)
    throw new Error(`has ${found.size} bytes, more than ${LIMITS.priceFileBytesMax}.`);
  one.fault = undefined;
  one.index = readPriceFile(await readFile(one.path, "utf8"), bundledPrices().table);
  return true;
}
