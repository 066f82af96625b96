/** What speaks of a row, and what may pass. */
import { expect, test } from "bun:test";
import { isRefusal } from "./into-store.ts";
import { sendInParts } from "./into-parts.ts";
import { storable } from "./row-text.ts";

const failed = (code: string, message = "no"): Error => Object.assign(new Error(message), { code });

test.each([
  "22P02",
  "22P05",
  "22003",
  "23502",
  "23514",
  "SQLITE_CONSTRAINT_NOTNULL",
  "SQLITE_MISMATCH",
  "SQLITE_TOOBIG",
])("%s is a row's own fault", (code) => {
  expect(isRefusal(failed(code))).toBe(true);
});

test.each([
  "ECONNREFUSED",
  "57P01",
  "53100",
  "42P01",
  "08006",
  "40001",
  "SQLITE_FULL",
  "SQLITE_BUSY",
  "SQLITE_IOERR_WRITE",
  "SQLITE_READONLY",
  "SQLITE_CORRUPT",
  "",
])("%p may pass", (code) => {
  expect(isRefusal(failed(code))).toBe(false);
});

test("JSON that SQLite cannot read is a row's own fault", () => {
  expect(isRefusal(failed("SQLITE_ERROR", "malformed JSON"))).toBe(true);
  expect(isRefusal(failed("SQLITE_ERROR", "no such table: calls"))).toBe(false);
});

test("of many rows only those at fault are left out, and all others are sent in order", async () => {
  const sent: string[] = [];
  const refused: string[] = [];
  const rows = Array.from({ length: 50 }, (_, at) => String(at));
  await sendInParts(rows, {
    send: async (part) => {
      if (part.some((row) => row === "7" || row === "8" || row === "49")) throw failed("22P02");
      sent.push(...part);
    },
    isRefusal,
    refused: (row) => refused.push(row),
  });
  expect(refused).toEqual(["7", "8", "49"]);
  expect(sent).toEqual(rows.filter((row) => !refused.includes(row)));
});

test("what is no refusal stops at once: nothing is set aside for a database that went away", async () => {
  const refused: string[] = [];
  let times = 0;
  const parts = {
    send: async () => {
      throw failed(times++ === 0 ? "22P02" : "57P01");
    },
    isRefusal,
    refused: (row: string) => void refused.push(row),
  };
  await expect(sendInParts(["a", "b", "c"], parts)).rejects.toThrow("no");
  expect(refused).toEqual([]);
});

test.each([
  ["a\u0000b", "a\ufffdb"],
  ["\ud800", "\ufffd"],
  ["x\udfffy", "x\ufffdy"],
  ["\\u0000", "\\u0000"],
  ["\\\u0000", "\\\ufffd"],
  ["\u0001\u001f🧠", "\u0001\u001f🧠"],
])("%j is stored as %j", (text, stored) => {
  expect(JSON.parse(storable(JSON.stringify({ [text]: [text] })))).toEqual({ [stored]: [stored] });
});
