/** Rows as other programs read them. Parquet is read back by hyparquet, which shares no code with its writer. */
import { expect, test } from "bun:test";
import { parquetReadObjects } from "hyparquet";
import { callRecord, rowOf } from "../../test/fixtures/call-record.ts";
import type { CallRow } from "../store/call-row.ts";
import { explain } from "./explain.ts";
import { exported } from "./export.ts";

const row = (more: Partial<CallRow> = {}, id = "a"): CallRow => ({ ...rowOf(callRecord(id)), ...more });

async function* each(rows: Iterable<CallRow>): AsyncGenerator<CallRow> {
  yield* rows;
}
async function written(format: "jsonl" | "csv" | "parquet", rows: Iterable<CallRow>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  await exported(format, each(rows), async (bytes) => void chunks.push(bytes));
  return Buffer.concat(chunks);
}

test("JSON: a row a line, as it is", async () => {
  const rows = [row(), row({ session: 'a\n"b"' }, "b")];
  const lines = (await written("jsonl", rows)).toString().split("\n");
  expect(lines.slice(0, -1).map((line) => JSON.parse(line) as CallRow)).toEqual(rows);
});

/** By the rules of RFC 4180, and nothing of ours. */
function cellsOf(line: string): string[] {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^",]*))/g)].map(
    ([, quoted, bare]) => quoted?.replaceAll('""', '"') ?? bare ?? "",
  );
}

test("CSV: cells that a table program would take for a formula are harmless, numbers stay numbers", async () => {
  const [head = "", line = ""] = (
    await written("csv", [
      row({
        key: '=HYPERLINK("http://x","y")',
        session: "@sum",
        branch: "-1+1",
        repo: "+a",
        client: "a,b",
        cost_nano: null,
      }),
    ])
  )
    .toString()
    .split("\r\n");
  const cells = Object.fromEntries(cellsOf(head).map((name, at) => [name, cellsOf(line)[at]]));
  expect(cells).toMatchObject({
    key: `'=HYPERLINK("http://x","y")`,
    session: "'@sum",
    branch: "'-1+1",
    repo: "'+a",
    client: "a,b",
    cost_nano: "",
    tokens_input: "3200",
    stream: "true",
  });
  expect(Object.keys(cells)).toEqual(Object.keys(row()));
  expect(JSON.parse(cells["attempts"] ?? "")).toEqual(row().attempts);
});

test("Parquet: another reader reads what was written, types and nulls among it", async () => {
  const rows = Array.from({ length: 12_000 }, (_, at) =>
    row(
      { cost_nano: at % 2 === 0 ? null : at, session: at % 3 === 0 ? null : `s-${at}`, overhead_ms: at / 4 },
      `id-${at}`,
    ),
  );
  const bytes = await written("parquet", rows);
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  const read = await parquetReadObjects({ file });
  expect(Object.keys(read[0] ?? {})).toEqual(Object.keys(row()));
  expect(read).toHaveLength(12_000);
  expect(read[7]).toMatchObject({
    id: "id-7",
    cost_nano: 7n,
    overhead_ms: 1.75,
    session: "s-7",
    stream: true,
    tags: { team: "search" },
    started_at: new Date(rows[7]?.started_at ?? 0),
  });
  expect(read[6]).toMatchObject({ cost_nano: null, session: null });
  expect(read.map(({ cost_nano }) => cost_nano as unknown)).toEqual(
    rows.map(({ cost_nano }) => (cost_nano === null ? null : BigInt(cost_nano))),
  );
});

test("Parquet: no rows are a file of no rows", async () => {
  const bytes = await written("parquet", []);
  expect(
    await parquetReadObjects({
      file: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer,
    }),
  ).toEqual([]);
});

test("memory does not grow with the rows: each is let go before the next comes", async () => {
  let open = 0;
  let most = 0;
  async function* many(): AsyncGenerator<CallRow> {
    for (let at = 0; at < 20_000; at++) {
      open++;
      yield row({}, `id-${at}`);
    }
  }
  await exported("jsonl", many(), async (bytes) => {
    most = Math.max(most, open);
    open = 0;
    expect(bytes.byteLength).toBeLessThan(256 * 1024);
  });
  expect(most).toBeLessThan(200);
});

test("whoever reads from the pipe may have enough: no word of it", () => {
  const gone = Object.assign(new Error("EPIPE: broken pipe, write"), { code: "EPIPE", syscall: "write" });
  expect(explain(gone)).toBe("");
});
