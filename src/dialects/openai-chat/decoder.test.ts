import { describe, expect, test } from "bun:test";
import { collect } from "../../ir/collect.ts";
import { type JsonObject, textOf } from "../../wire/json.ts";
import { answerOf, chunk, decoded, ending } from "../../../test/fixtures/chat.ts";
import { openaiChat } from "./index.ts";
import { decodeWhole } from "./response.ts";
import { ask, checked } from "../../../test/fixtures/chat.ts";

const call = (entry: Record<string, unknown>) => chunk({ tool_calls: [entry as never] });
const inputs = (answer: ReturnType<typeof answerOf>) =>
  answer.blocks.flatMap(({ block, input }) => (block.kind === "call" ? [[block.callId, block.tool.name, input]] : []));

describe("what vendors send", () => {
  test("Mistral's calls have no index and come whole in the finish chunk", () => {
    const answer = answerOf([
      chunk({ role: "assistant", content: "" }),
      {
        ...chunk(
          {
            content: null,
            tool_calls: [
              { id: "aaaaaaaaa", function: { name: "weather", arguments: '{"a":1}' } },
              { id: "bbbbbbbbb", function: { name: "weather", arguments: '{"a":2}' } },
            ],
          },
          { finish_reason: "tool_calls" },
        ),
        usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 },
      },
    ]);
    expect(inputs(answer)).toEqual([
      ["aaaaaaaaa", "weather", '{"a":1}'],
      ["bbbbbbbbb", "weather", '{"a":2}'],
    ]);
    expect(answer.finish?.reason).toBe("tool");
    expect(answer.usage?.lines[0]).toMatchObject({ input: 3, output: 2 });
  });

  test("a piece that names neither index nor id belongs to the call before it", () => {
    const answer = answerOf([
      call({ id: "a", function: { name: "one", arguments: "" } }),
      call({ function: { arguments: '{"x":' } }),
      call({ function: { arguments: "1}" } }),
      call({ id: "b", function: { name: "two", arguments: "{" } }),
      call({ function: { arguments: "}" } }),
      ending("tool_calls"),
      "[DONE]",
    ]);
    expect(inputs(answer)).toEqual([
      ["a", "one", '{"x":1}'],
      ["b", "two", "{}"],
    ]);
  });

  test("Mistral thinks in a list inside content", () => {
    const answer = answerOf([
      chunk({ content: [{ type: "thinking", thinking: [{ type: "text", text: "Hm" }] }] }),
      chunk({ content: [{ type: "thinking", thinking: [{ type: "text", text: "." }] }] }),
      chunk({ content: [{ type: "text", text: "4" }] }),
      ending("stop"),
      "[DONE]",
    ]);
    expect(answer.blocks.map(({ block, text }) => [block.kind, text])).toEqual([
      ["reasoning", "Hm."],
      ["text", "4"],
    ]);
  });

  test("empty ids and names of later deltas overwrite nothing", () => {
    const answer = answerOf([
      call({ index: 0, id: "call_a", type: "function", function: { name: "weather", arguments: "" } }),
      call({ index: 0, id: "", type: "function", function: { name: "", arguments: '{"c":' } }),
      call({ index: 0, id: "", function: { arguments: "1}" } }),
      ending("tool_calls"),
    ]);
    expect(inputs(answer)).toEqual([["call_a", "weather", '{"c":1}']]);
  });

  test("interleaved calls go to their own block by index", () => {
    const answer = answerOf([
      chunk({ content: "Both." }),
      call({ index: 0, id: "a", function: { name: "weather", arguments: '{"x"' } }),
      call({ index: 1, id: "b", function: { name: "weather", arguments: '{"y"' } }),
      call({ index: 0, function: { arguments: ":1}" } }),
      call({ index: 1, function: { arguments: ":2}" } }),
      ending("tool_calls"),
    ]);
    expect(inputs(answer)).toEqual([
      ["a", "weather", '{"x":1}'],
      ["b", "weather", '{"y":2}'],
    ]);
    expect(answer.blocks[0]?.text).toBe("Both.");
  });

  test("an index that is used twice is two calls", () => {
    const answer = answerOf([
      call({ index: 0, id: "a", function: { name: "weather", arguments: "{}" } }),
      call({ index: 0, id: "b", function: { name: "weather", arguments: '{"z"' } }),
      call({ index: 0, function: { arguments: ":1}" } }),
      ending("stop"),
    ]);
    expect(inputs(answer)).toEqual([
      ["a", "weather", "{}"],
      ["b", "weather", '{"z":1}'],
    ]);
    expect(answer.finish?.reason).toBe("tool");
  });

  test("calls that share a number go on by their ids, and pieces with ids of their own go to the call at their number", () => {
    const answer = answerOf([
      call({ index: 0, id: "a", function: { name: "weather", arguments: "" } }),
      call({ index: 0, id: "b", function: { name: "weather", arguments: "" } }),
      call({ index: 0, id: "a", function: { arguments: "{1}" } }),
      call({ index: 0, id: "b", function: { arguments: "{" } }),
      call({ index: 0, id: "strange", function: { arguments: "2}" } }),
      ending("stop"),
    ]);
    expect(inputs(answer)).toEqual([
      ["a", "weather", "{1}"],
      ["b", "weather", "{2}"],
    ]);
  });

  test("a name that comes late opens the call late, and arguments that are an object are written out", () => {
    const answer = answerOf([
      call({ index: 0, id: "a", function: { arguments: "" } }),
      call({ index: 0, function: { name: "weather", arguments: { b: 1, a: 2 } } }),
      ending("tool_calls"),
    ]);
    expect(inputs(answer)).toEqual([["a", "weather", '{"b":1,"a":2}']]);
  });

  test("a call without an id gets one of the reply's own", () => {
    const answer = answerOf([
      chunk({ function_call: { name: "weather", arguments: '{"a"' } }),
      chunk({ function_call: { arguments: ":1}" } }),
      ending("function_call"),
    ]);
    expect(inputs(answer)).toEqual([["call_r1_0", "weather", '{"a":1}']]);
    expect(answer.finish?.reason).toBe("tool");
  });

  test("a lowered freeform tool is unwrapped, a native one is not, an unknown one stays a call", () => {
    const answer = answerOf([
      call({ index: 0, id: "a", function: { name: "ApplyPatch", arguments: '{"inp' } }),
      call({ index: 0, function: { arguments: 'ut":"*** Be\\' } }),
      call({ index: 0, function: { arguments: 'ngin"}' } }),
      call({ index: 1, id: "b", type: "custom", custom: { name: "ApplyPatch", input: '{"input":"kept"}' } }),
      call({ index: 2, id: "c", function: { name: "invented", arguments: "{}" } }),
      call({ index: 3, id: "d", function: { name: "clock__now", arguments: "{}" } }),
      ending("tool_calls"),
    ]);
    expect(inputs(answer)).toEqual([
      ["a", "ApplyPatch", "*** Be\ngin"],
      ["b", "ApplyPatch", '{"input":"kept"}'],
      ["c", "invented", "{}"],
      ["d", "now", "{}"],
    ]);
    expect(answer.blocks.map(({ block }) => (block.kind === "call" ? block.tool : undefined))).toEqual([
      { via: "custom", name: "ApplyPatch" },
      { via: "custom", name: "ApplyPatch" },
      { via: "function", name: "invented" },
      { via: "function", name: "now", namespace: "clock" },
    ]);
  });

  test("Groq and OpenRouter say reasoning; text that resumes is a new block", () => {
    const answer = answerOf([
      chunk({ reasoning: "A", reasoning_details: [{ type: "reasoning.text", text: "A" }] }),
      chunk({ content: "1" }),
      chunk({ reasoning_details: [{ type: "reasoning.summary", summary: "B" }] }),
      chunk({ content: "2" }),
      ending("stop"),
    ]);
    expect(answer.blocks.map(({ text }) => text)).toEqual(["A", "1", "B", "2"]);
  });

  test("nothing starts from Azure's first chunk; what the filter said is a notice", () => {
    const events = decoded([
      { id: "", model: "", object: "", choices: [], prompt_filter_results: [{ prompt_index: 0 }] },
      chunk({ role: "assistant", content: "", refusal: null }),
      ending("stop"),
      "[DONE]",
    ]);
    expect(events.map(({ type }) => type)).toEqual(["notice", "start", "finish"]);
    expect(events[1]).toEqual({ type: "start", id: "c1", model: "m" });
  });

  test("the finish waits for usage behind it, and usage null is none", () => {
    const events = decoded([
      { ...chunk({ content: "x" }), usage: null },
      { ...ending("stop"), usage: null, service_tier: "flex" },
      {
        id: "c1",
        choices: [],
        usage: {
          prompt_tokens: 10,
          completion_tokens: 4,
          total_tokens: 14,
          prompt_tokens_details: { cached_tokens: 6, cache_write_tokens: 1 },
        },
      },
      "[DONE]",
    ]);
    const last = events.at(-1);
    expect(last?.type === "finish" ? last.usage : undefined).toEqual({
      lines: [
        {
          kind: "message",
          input: 3,
          cacheRead: 6,
          cacheWrite5m: 1,
          cacheWrite1h: 0,
          cacheWrite12h: 0,
          output: 4,
          reasoning: 0,
        },
      ],
      hostedCalls: {},
      serviceTier: "flex",
      source: "reported",
    });
  });

  test("xAI counts reasoning beside the completion, everybody else inside", () => {
    const usage = (completion_tokens: number, total_tokens: number) => ({
      prompt_tokens: 12,
      completion_tokens,
      total_tokens,
      completion_tokens_details: { reasoning_tokens: 340 },
    });
    const line = (wire: object) => answerOf([{ ...ending("stop"), usage: wire as never }]).usage?.lines[0];
    expect(line(usage(2, 354))).toMatchObject({ output: 342, reasoning: 340 });
    expect(line(usage(342, 354))).toMatchObject({ output: 342, reasoning: 340 });
  });

  test("Kimi's usage stands in the choice, Groq's under x_groq, DeepSeek's cache in words of its own", () => {
    const counted = { prompt_tokens: 5, completion_tokens: 1, total_tokens: 6, prompt_cache_hit_tokens: 4 };
    expect(answerOf([chunk({}, { finish_reason: "stop", usage: counted })]).usage?.lines[0]).toMatchObject({
      input: 1,
      cacheRead: 4,
    });
    expect(answerOf([{ ...ending("stop"), x_groq: { usage: counted } }]).usage?.lines[0]).toMatchObject({
      input: 1,
      cacheRead: 4,
    });
  });

  test("only the first of several choices is read", () => {
    const answer = answerOf([
      {
        id: "c",
        choices: [
          { index: 1, delta: { content: "no" } },
          { index: 0, delta: { content: "yes" } },
        ],
      },
      { id: "c", choices: [{ index: 1, delta: { content: "no" } }] },
      ending("stop"),
    ]);
    expect(answer.blocks.map(({ text }) => text)).toEqual(["yes"]);
  });

  test("a refusal with stop is a refusal", () => {
    const answer = answerOf([chunk({ refusal: "I " }), chunk({ refusal: "won't." }), ending("stop")]);
    expect(answer.blocks).toMatchObject([{ block: { kind: "refusal" }, text: "I won't." }]);
    expect(answer.finish?.reason).toBe("refusal");
  });

  test("annotations and bare sources are citations of the text", () => {
    const cited = {
      type: "url_citation",
      url_citation: { url: "https://a.example", title: "A", start_index: 0, end_index: 2 },
    };
    const answer = answerOf([
      chunk({ content: "Hi" }),
      chunk({ annotations: [cited] }),
      { ...ending("stop"), citations: ["https://b.example"] },
    ]);
    expect(answer.blocks[0]?.annotations).toMatchObject([
      { kind: "url", url: "https://a.example", title: "A", start: 0, end: 2 },
      { kind: "url", url: "https://b.example" },
    ]);
  });

  test("half a surrogate pair is kept as it came", () => {
    const events = decoded([
      '{"choices":[{"index":0,"delta":{"content":"\\ud83d"}}]}',
      '{"choices":[{"index":0,"delta":{"content":"\\udce6"}}]}',
      ending("stop"),
    ]);
    const texts = events.flatMap((event) =>
      event.type === "block-delta" && "text" in event.delta ? [event.delta.text] : [],
    );
    expect(texts.map(({ json }) => json)).toEqual(['"\\ud83d"', '"\\udce6"']);
    expect(texts.map(textOf).join("")).toBe("📦");
  });

  test("Gemini's thought signature is the seal of its call", () => {
    const extra = { google: { thought_signature: "s" } };
    const answer = answerOf([
      call({ index: 0, id: "a", function: { name: "weather", arguments: "{}" }, extra_content: extra }),
      ending("tool_calls"),
    ]);
    expect(answer.blocks[0]?.seal).toEqual({
      dialect: "openai-chat",
      issuer: "vendor:1",
      family: "family",
      value: JSON.stringify(extra),
    });
  });

  test("spoken answers are opaque", () => {
    const events = decoded([chunk({ audio: { id: "a", data: "AAAA" } }), ending("stop")]);
    expect(events[1]).toMatchObject({ type: "block-start", block: { kind: "opaque", wire: "audio" } });
  });
});

describe("how answers end", () => {
  test("eof without [DONE] is an end when a reason was given", () => {
    expect(answerOf([chunk({ content: "x" }), ending("length")]).finish?.reason).toBe("length");
  });
  test("a cut is an error even then", () => {
    expect(answerOf([chunk({ content: "x" }), ending("stop")], "cut").error?.kind).toBe("upstream-cut");
  });
  test("eof before a reason is an error, and so is nothing at all", () => {
    expect(answerOf([chunk({ content: "x" })]).error?.kind).toBe("upstream-cut");
    expect(answerOf([]).error?.kind).toBe("upstream-cut");
    expect(answerOf(["[DONE]"]).error?.kind).toBe("upstream-cut");
  });
  test("[DONE] behind nothing is told at once, and not when the connection ends", () => {
    const types: string[] = [];
    openaiChat.stream.decoder(ask()).push({ event: "", data: "[DONE]" }, ({ type }) => types.push(type));
    expect(types).toEqual(["error"]);
  });
  test("[DONE] ends an answer that gave no reason", () => {
    expect(answerOf([chunk({ content: "x" }), "[DONE]"]).finish?.reason).toBe("stop");
  });
  test("what follows the end is ignored", () => {
    expect(
      answerOf([ending("stop"), "[DONE]", chunk({ content: "late" }), { error: { message: "late" } }]).blocks,
    ).toEqual([]);
  });
  for (const [said, kind] of [
    [{ error: { message: "Slow down", type: "rate_limit_error", code: "rate_limit_exceeded" } }, "rate-limited"],
    [{ error: { message: "Provider failed", code: 502 } }, "upstream-failed"],
    [{ error: "overloaded" }, "upstream-failed"],
    [[{ error: { message: "No", status: "RESOURCE_EXHAUSTED" } }], "rate-limited"],
    [{ object: "error", message: "This model's maximum context length is 10 tokens", code: 400 }, "context-overflow"],
  ] as const)
    test(`an error inside a 200 is an error: ${JSON.stringify(said)}`, () => {
      expect(answerOf([chunk({ content: "x" }), JSON.stringify(said)]).error?.kind).toBe(kind);
    });
  test("error: null in a good chunk is none", () => {
    expect(answerOf([{ ...chunk({ content: "x" }), error: null }, ending("stop")]).error).toBeUndefined();
  });
  test("DeepSeek's and OpenRouter's failing finishes are errors", () => {
    expect(answerOf([ending("insufficient_system_resource")]).error?.kind).toBe("overloaded");
    expect(answerOf([ending("error")]).error?.kind).toBe("upstream-failed");
  });
  test("a frame that is no JSON is an error, not a crash", () => {
    expect(answerOf([chunk({ content: "x" }), "<html>"]).error?.kind).toBe("upstream-failed");
  });
});

test("odd types anywhere in a chunk crash nothing", () => {
  const odd = [null, 1, "x", true, [], {}, [null], [{}], { a: 1 }];
  for (const value of odd)
    for (const shape of [
      { choices: value },
      { choices: [value] },
      { choices: [{ delta: value }] },
      { choices: [{ delta: { content: value, tool_calls: value, reasoning_details: value, annotations: value } }] },
      { choices: [{ delta: { tool_calls: [value], function_call: value, audio: value } }] },
      { choices: [{ delta: { tool_calls: [{ index: value, id: value, function: value }] }, finish_reason: value }] },
      {
        choices: [{ delta: { tool_calls: [{ id: "a", function: { name: value, arguments: value }, custom: value }] } }],
        usage: value,
        citations: value,
      },
    ])
      decoded([JSON.stringify(shape), ending("stop")]);
});

test("a whole answer runs through the same decoder", () => {
  const body = {
    id: "w",
    model: "m",
    choices: [
      {
        index: 0,
        message: {
          role: "assistant",
          content: "Hi",
          reasoning_content: "Hm",
          tool_calls: [{ id: "a", type: "function", function: { name: "weather", arguments: "{}" } }],
        },
        finish_reason: "tool_calls",
      },
    ],
    usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
  };
  const kinds = checked(decodeWhole(body, ask())).flatMap((event) =>
    event.type === "block-start" ? [event.block.kind] : [],
  );
  expect(kinds).toEqual(["reasoning", "text", "call"]);
});

test("a second call of one id and a call without any never get the same one", () => {
  const entry = (id: string, args: string) => ({ id, function: { name: "weather", arguments: args } });
  const message = { content: "Two looks.", tool_calls: [entry("a", "{1}"), entry("a", "{2}"), entry("", "{3}")] };
  const body = { id: "x", choices: [{ message, finish_reason: "tool_calls" }] };
  const calls = inputs(collect(openaiChat.response.decode(body, ask())));
  expect(calls.length).toBe(3);
  expect(new Set(calls.map(([id]) => id)).size).toBe(3);
});

test("in a whole answer each entry is a call: without numbers, all numbered 0, and of one id", () => {
  const entry = (id: string, args: string, more: JsonObject = {}) => ({
    id,
    function: { name: "weather", arguments: args },
    ...more,
  });
  const whole = (...calls: readonly JsonObject[]) =>
    inputs(
      collect(
        openaiChat.response.decode(
          { id: "x", choices: [{ message: { role: "assistant", tool_calls: calls }, finish_reason: "tool_calls" }] },
          ask(),
        ),
      ),
    );
  const BOTH = [
    ["a", "weather", "{1}"],
    ["b", "weather", "{2}"],
  ];
  expect(whole(entry("a", "{1}"), entry("b", "{2}"))).toEqual(BOTH);
  expect(whole(entry("a", "{1}", { index: 0 }), entry("b", "{2}", { index: 0 }))).toEqual(BOTH);
  expect(whole(entry("a", "{1}"), entry("a", "{1}"))).toEqual([["a", "weather", "{1}"]]);
  expect(whole(entry("a", "{1}"), entry("a", "{2}"))).toEqual([
    ["a", "weather", "{1}"],
    ["call_r1_twin1", "weather", "{2}"],
  ]);
  expect(whole(entry("", "{1}"), entry("", "{2}"))).toEqual([
    ["call_r1_0", "weather", "{1}"],
    ["call_r1_1", "weather", "{2}"],
  ]);
});
