/** Held against OpenAI's own tokenizer, over texts that nobody wrote for this test. */
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Glob } from "bun";
import { Tiktoken } from "js-tiktoken/lite";
import o200k from "js-tiktoken/ranks/o200k_base";
import { tokensIn } from "./text-tokens.ts";

const ROOT = join(import.meta.dir, "../..");
const tokenizer = new Tiktoken(o200k);
const count = (text: string): number => tokenizer.encode(text, [], []).length;
const off = (text: string): number => tokensIn(text) / count(text) - 1;

/** Prose, code, tables and JSON of this repository. */
const FILES = ["docs/**/*.md", "src/**/*.ts", "test/e2e/*.ts", "bench/*.json"].flatMap((glob) => [
  ...new Glob(glob).scanSync(ROOT),
]);
/** One of so many, for the tokenizer takes its time. */
const EVERY = 5;
const pieces = FILES.sort()
  .filter((_, at) => at % EVERY === 0)
  .flatMap((file) => {
    const text = readFileSync(join(ROOT, file), "utf8");
    const middle = Math.floor(text.length / 2);
    return [text.slice(0, 2_000), text.slice(middle, middle + 2_000)].filter((piece) => piece.length > 1_500);
  });

test("of the texts here nearly all are within a tenth of the tokenizer's count, and together they are nearer", () => {
  expect(pieces.length).toBeGreaterThan(100);
  const near = pieces.filter((piece) => Math.abs(off(piece)) <= 0.1).length;
  expect(near / pieces.length).toBeGreaterThan(0.95);
  expect(Math.abs(off(pieces.join("\n")))).toBeLessThan(0.05);
});

test.each([
  [
    "Chinese",
    "网关记录每一次调用:谁发起的,用了哪个模型,花了多少钱。如果连接中断,系统会根据已经发送的文字估算令牌数量,并且明确标注这是估算值。",
  ],
  [
    "Japanese",
    "ゲートウェイはすべての呼び出しを記録します。接続が途中で切れた場合は、送信済みのテキストからトークン数を推定します。",
  ],
  [
    "Russian",
    "Шлюз записывает каждый вызов: кто его сделал, какой моделью он был обработан и сколько он стоил. Если поток прерван, число токенов оценивается по уже отправленному тексту.",
  ],
  [
    "German",
    "Das Gateway schreibt jeden Aufruf auf: wer ihn gemacht hat, welches Modell geantwortet hat und was er gekostet hat. Bricht ein Strom ab, wird geschätzt.",
  ],
])("a text in %s is within a fifth", (_language, text) => {
  expect(Math.abs(off(text))).toBeLessThan(0.2);
});

test("nothing has no tokens, and a text of one kind of character is read in one go", () => {
  expect(tokensIn("")).toBe(0);
  for (const text of [" ", "a", "A", "1", "-", "\n", "日", "е", "é", "\u0301", "🧠", "\ud800"]) {
    const from = performance.now();
    expect(tokensIn(text.repeat(200_000))).toBeGreaterThanOrEqual(0);
    expect(performance.now() - from).toBeLessThan(1_000);
  }
});
