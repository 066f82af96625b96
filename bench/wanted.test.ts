/** The command line of the bench. */
import { describe, expect, test } from "bun:test";
import { BENCH_KEY, modelAt, pathAt } from "./contenders.ts";
import { loadOf, LOADS, SMOKE } from "./loads.ts";
import { read } from "./wanted.ts";

test("without options everything is measured, and nothing written", () =>
  expect(read([])).toEqual({
    mode: "measure",
    quick: false,
    loads: LOADS,
    effort: { rounds: 5, share: 1 },
    peers: [],
    upstreamPort: 0,
    calls: 60_000,
  }));

test.each([
  [["--write"], { mode: "write" }],
  [["--smoke", "--upstream-port", "9100"], { mode: "smoke", upstreamPort: 9100 }],
  [["--quick", "--only", "whole,large"], { quick: true, loads: [loadOf("whole"), loadOf("large")] }],
])("%p", (args, expected) => expect(read(args)).toMatchObject(expected));

test.each([
  [["--nope"], "--nope"],
  [["--only", "hole"], 'no load "hole"'],
  [["--write", "--only", "whole"], "--write needs every load"],
  [["--smoke", "--write"], "--smoke takes no other option"],
  [["--smoke", "--peer", "a=http://127.0.0.1:1"], "--smoke takes no other option"],
  [["--upstream-port", "many"], "is not a port"],
  [["--peer", "http://127.0.0.1:8080"], "expected NAME=URL"],
  [["--peer", "a=localhost:8080"], "plain HTTP"],
  [["--peer", "a=https://127.0.0.1"], "plain HTTP"],
  [["--peer", "a=http://127.0.0.1,pid=none"], "not a process id"],
  [["--peer", "a=http://127.0.0.1,cpu=1"], '"cpu=1" was not expected'],
  [["--peer", "nginx=http://127.0.0.1"], "a contender of the bench's own"],
  [["--peer", "a=http://127.0.0.1:1", "--peer", "a=http://127.0.0.1:2"], "Two peers are called a"],
])("%p is a sentence", (args, words) => expect(() => read(args)).toThrow(words));

describe("a peer", () => {
  const whole = loadOf("messages-chat-whole");
  const [plain, full] = read([
    "--peer",
    "a=http://127.0.0.1:8080",
    "--peer",
    "b-2=http://localhost/openai/,pid=123,key=sk-1,model=openai/{model}",
  ]).peers;

  test("is asked in the caller's dialect, with the bench's own key and names", () => {
    expect(plain).toMatchObject({ name: "a", host: "127.0.0.1", port: 8080, key: BENCH_KEY });
    expect(plain).not.toHaveProperty("pid");
    expect(plain && [pathAt(whole, plain), modelAt(whole, plain)]).toEqual(["/v1/messages", "bench-whole-openai-chat"]);
  });

  test("may have a path, a process, a key and names of its own", () => {
    expect(full).toMatchObject({ name: "b-2", host: "localhost", port: 80, key: "sk-1", pid: 123 });
    expect(full && [pathAt(whole, full), modelAt(whole, full)]).toEqual([
      "/openai/v1/messages",
      "openai/bench-whole-openai-chat",
    ]);
  });
});

test("the smoke has a native and a translated lane, whole and streamed", () =>
  expect(SMOKE.map(({ scenario, from, to }) => [scenario, from === to])).toEqual([
    ["whole", true],
    ["whole", false],
    ["eight", true],
    ["eight", false],
  ]));
