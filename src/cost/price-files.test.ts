/** Whose price holds, and how a file of prices is read, refused and read again. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LIMITS } from "../wire/limits.ts";
import { bundledPrices } from "./bundled.ts";
import { openPrices, pricesPath, updatedFile } from "./price-files.ts";
import { type PricedTarget, priceBook } from "./price-book.ts";
import { readPriceFile } from "./price-file.ts";

let dir: string;
beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), "prices-"))));
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const NOW = Date.parse("2026-11-22T12:00:00Z");
const TARGET: PricedTarget = {
  provider: { name: "openai", baseUrl: "https://api.openai.com/v1" },
  vendor: "openai",
  model: "gpt-5.1",
};
const priceFile = (input: number, more: object = {}): string =>
  JSON.stringify({ made: "2026-11-30", rows: [{ vendor: "openai", model: "gpt-5.1", in: input, out: 1, ...more }] });
const inputOf = (book: ReturnType<typeof priceBook>, target: PricedTarget = TARGET): unknown => {
  const own = book.of(target).own;
  return own && [own.level, own.at(NOW)?.mode(undefined).rates.in];
};
const warnings: string[] = [];
const warn = (message: string): void => void warnings.push(message);
beforeEach(() => void (warnings.length = 0));

describe("whose price holds", () => {
  test("the target's, then its provider's, then the file's, then the update's, then the bundled one", async () => {
    const file = join(dir, "mine.json");
    writeFileSync(file, priceFile(3));
    writeFileSync(updatedFile(dir), priceFile(4));
    const all = (await openPrices({ file, dataDir: dir }, warn)).book;
    const provider = { ...TARGET.provider, prices: { input: 2, output: 2 } };
    expect(inputOf(all, { ...TARGET, provider, prices: { input: 1, output: 1 } })).toEqual(["target", 1_000_000]);
    expect(inputOf(all, { ...TARGET, provider })).toEqual(["provider", 2_000_000]);
    expect(inputOf(all)).toEqual(["file", 3]);
    expect(inputOf((await openPrices({ dataDir: dir }, warn)).book)).toEqual(["updated", 4]);
    expect(inputOf((await openPrices({}, warn)).book)).toEqual(["bundled", 1_250_000]);
    expect(warnings).toEqual([]);
  });

  test("a model that the file does not name costs what the bundled table says", async () => {
    const file = join(dir, "mine.json");
    writeFileSync(file, priceFile(3));
    const { book } = await openPrices({ file }, warn);
    expect(inputOf(book, { ...TARGET, model: "gpt-5.4" })).toEqual(["bundled", 2_500_000]);
  });

  test("the version is the day and the beginning of a digest of what was read", async () => {
    const file = join(dir, "mine.json");
    writeFileSync(file, priceFile(3));
    const first = (await openPrices({ file }, warn)).book.of(TARGET).own?.version;
    writeFileSync(file, priceFile(4));
    const second = (await openPrices({ file }, warn)).book.of(TARGET).own?.version;
    expect(first).toMatch(/^2026-11-30-[\da-f]{8}$/);
    expect(second).toMatch(/^2026-11-30-[\da-f]{8}$/);
    expect(second).not.toBe(first);
  });

  test("base_model wins over a deployment's name, and a data zone in front of it multiplies", () => {
    const book = priceBook(() => [{ level: "bundled", index: bundledPrices() }]);
    const prod = { ...TARGET, vendor: "azure", model: "prod" };
    expect(inputOf(book, prod)).toBeUndefined();
    expect(inputOf(book, { ...prod, baseModel: "gpt-5.4" })).toEqual(["bundled", 2_500_000]);
    expect(inputOf(book, { ...prod, baseModel: "azure/eu/gpt-5.4" })).toEqual(["bundled", 2_750_000]);
    expect(inputOf(book, { ...prod, baseModel: "us/gpt-4o" })).toEqual(["bundled", 2_750_000]);
  });

  test("a host that keeps its calls in a region multiplies too", () => {
    const book = priceBook(() => [{ level: "bundled", index: bundledPrices() }]);
    const provider = { ...TARGET.provider, baseUrl: "https://eu.api.openai.com/v1" };
    expect(inputOf(book, { ...TARGET, provider, model: "gpt-5.4" })).toEqual(["bundled", 2_750_000]);
  });

  test.each([
    ["http://127.0.0.1:11434/v1", "ollama", 0],
    ["http://10.1.2.3:8000/v1", "vllm", 0],
    ["http://vllm:8000/v1", "vllm", 0],
    ["https://ollama.com/v1", "ollama", undefined],
    ["https://openrouter.ai/api/v1", "openrouter", undefined],
    ["https://vendor.example/v1", "generic", undefined],
    ["", "simulator", 0],
  ])(
    "%s of %s: what runs on one's own machines costs nothing, and what others run is not known",
    (baseUrl, vendor, expected) => {
      const book = priceBook(() => [{ level: "bundled", index: bundledPrices() }]);
      const own = book.of({ provider: { name: "x", baseUrl }, vendor, model: "llama" }).own;
      expect(own?.at(NOW)?.mode(undefined).rates.in).toBe(expected as number);
    },
  );

  test("a name that is only alike has no price; a date behind it, a mark or a prefix does not matter", () => {
    const book = priceBook(() => [{ level: "bundled", index: bundledPrices() }]);
    const known = (vendor: string, model: string): boolean => book.of({ ...TARGET, vendor, model }).own !== undefined;
    for (const model of ["openai/gpt-5.1", "GPT-5.1", "gpt-5.1-2025-11-13", "gpt-5.1[1m]"])
      expect([model, known("openai", model)]).toEqual([model, true]);
    for (const model of ["gpt-5.12", "gpt-5.1-turbo", "gpt", "", "constructor"])
      expect([model, known("openai", model)]).toEqual([model, false]);
    expect(known("openai", "ft:gpt-4o-mini-2024-07-18:acme::abc123")).toBe(true);
  });

  test("prices of one target's models are forgotten when there are too many", () => {
    let asked = 0;
    const book = priceBook(() => (asked++, [{ level: "bundled", index: bundledPrices() }]));
    for (let at = 0; at <= LIMITS.pricedModelsMax; at++) book.of({ ...TARGET, model: `made-up-${at}` });
    book.of({ ...TARGET, model: "made-up-0" });
    expect(asked).toBe(LIMITS.pricedModelsMax + 2);
  });
});

describe("a file of prices", () => {
  const read = (text: string) => () => readPriceFile(text, bundledPrices().table);

  test("is a table, or a row a line", () => {
    const row = { vendor: "openai", model: "GPT-99", in: 1, out: 2, level: "bundled" };
    expect(read(`${JSON.stringify(row)}\n\n${JSON.stringify(row)}\n`)().rowsOf("openai", "gpt-99")).toHaveLength(2);
    expect(read(JSON.stringify({ rows: [row] }))().rowsOf("openai", "gpt-99")).toHaveLength(1);
  });

  test.each([
    ["neither JSON nor lines", "prices: 1", "is neither JSON nor a JSON object a line."],
    ["a price below 0", priceFile(-1), "rows.0.in is wrong"],
    ["a price that is no whole number", priceFile(0.5), "rows.0.in is wrong"],
    ["a date that is none", priceFile(1, { from: "soon" }), "rows.0.from is wrong"],
    ["no rows", "{}", "rows is wrong"],
    ["a list", "[]", "it is wrong"],
  ])("%s is refused in words", (_, text, says) => {
    expect(read(text)).toThrow(says);
  });

  test("has at most so many rows", () => {
    const row = { vendor: "a", model: "b", in: 1, out: 1 };
    const rows = (count: number): string => JSON.stringify({ rows: Array.from({ length: count }, () => row) });
    expect(read(rows(LIMITS.priceRowsMax))().table.rows.length).toBe(LIMITS.priceRowsMax);
    expect(read(rows(LIMITS.priceRowsMax + 1))).toThrow("rows is wrong");
  });

  test("that is not there, or too large, keeps the gateway from starting", async () => {
    const file = join(dir, "mine.json");
    expect(openPrices({ file }, warn)).rejects.toThrow(/prices_file.* is not there/);
    writeFileSync(file, " ".repeat(LIMITS.priceFileBytesMax + 1));
    expect(openPrices({ file }, warn)).rejects.toThrow("bytes, more than");
  });

  test("stands where its configuration stands", () => {
    expect(pricesPath({ pricesFile: "prices.json", source: "/etc/gateway/codeswitch.yaml" })).toEqual({
      file: "/etc/gateway/prices.json",
      source: "/etc/gateway/codeswitch.yaml",
    });
    expect(pricesPath({ source: "the environment" })).toEqual({});
  });

  test("that an update left is passed over where it is broken, with a warning", async () => {
    writeFileSync(updatedFile(dir), "{");
    const { book } = await openPrices({ dataDir: dir }, warn);
    expect(inputOf(book)).toEqual(["bundled", 1_250_000]);
    expect(warnings).toEqual([
      `${updatedFile(dir)} is neither JSON nor a JSON object a line. Its prices are not used.`,
    ]);
  });

  test("is read again when it changes, and what is broken then changes nothing and is told once", async () => {
    const path = updatedFile(dir);
    const { book, look } = await openPrices({ dataDir: dir }, warn);
    expect(inputOf(book)).toEqual(["bundled", 1_250_000]);
    const write = async (text: string, second: number): Promise<unknown> => {
      writeFileSync(path, text);
      utimesSync(path, second, second);
      await look();
      await look();
      return inputOf(book);
    };
    expect(await write(priceFile(3), 1_000)).toEqual(["updated", 3]);
    expect(await write(priceFile(4), 2_000)).toEqual(["updated", 4]);
    expect(await write("{", 3_000)).toEqual(["updated", 4]);
    expect(warnings).toHaveLength(1);
    expect(await write(priceFile(5), 4_000)).toEqual(["updated", 5]);
    rmSync(path);
    await look();
    expect(inputOf(book)).toEqual(["bundled", 1_250_000]);
  });
});
