/** A list of prices from a file or an address, in our format or LiteLLM's. */
import { readFile, stat } from "node:fs/promises";
import { bundledPrices } from "../cost/bundled.ts";
import { readPriceFile } from "../cost/price-file.ts";
import type { PriceTable } from "../cost/price-table.ts";
import { LIMITS } from "../wire/limits.ts";
import { isLitellm, litellmRows } from "./litellm-prices.ts";
import { Failure } from "./usage.ts";

export async function priceSource(from: string, ms: number = LIMITS.priceFileMs): Promise<PriceTable> {
  const text = /^https?:\/\//.test(from) ? await fetched(from, ms) : await fileText(from);
  try {
    const parsed = parsedOf(text);
    const { table } = bundledPrices();
    return isLitellm(parsed) ? { ...table, rows: litellmRows(parsed) } : readPriceFile(text, table).table;
  } catch (error) {
    throw new Failure(`${from} ${(error as Error).message}`);
  }
}

/** undefined: it may be a row a line. */
function parsedOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function fileText(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile()) throw new Failure(`${path} is no file that can be read. Name one, or an address.`);
  if (found.size > LIMITS.priceFileBytesMax) throw new Failure(tooLarge(path));
  return readFile(path, "utf8");
}

/** Bounded in bytes and time, whatever the address says of its length. */
async function fetched(url: string, ms: number): Promise<string> {
  const signal = AbortSignal.timeout(ms);
  try {
    const response = await fetch(url, { signal });
    if (!response.ok) throw new Failure(`${url} answers ${response.status}.`);
    const parts: Uint8Array[] = [];
    let bytes = 0;
    for await (const part of response.body ?? []) {
      bytes += part.byteLength;
      if (bytes > LIMITS.priceFileBytesMax) throw new Failure(tooLarge(url));
      parts.push(part);
    }
    return Buffer.concat(parts).toString("utf8");
  } catch (error) {
    if (error instanceof Failure) throw error;
    const why = signal.aborted ? `did not end within ${ms / 1000} s` : "cannot be reached";
    throw new Failure(`${url} ${why}.`);
  }
}
const tooLarge = (from: string): string => `${from} has more than ${LIMITS.priceFileBytesMax} bytes.`;
