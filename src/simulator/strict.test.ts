/** Each rule of the strict checker: what passes, and what is refused with the vendor's words. */
import { describe, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { JsonObject } from "../wire/json.ts";
import type { SimDialect } from "./asked.ts";
import { TRUSTING, createSeals } from "./seals.ts";
import { checkRequest } from "./strict.ts";
import type { StrictContext } from "./strict-context.ts";

const seals = createSeals();
type Case = readonly [claim: string, body: JsonObject, refusal: RegExp | undefined, context?: Partial<StrictContext>];

function cases(dialect: SimDialect, table: readonly Case[]): void {
  for (const [claim, body, refusal, context] of table)
    test(`${refusal === undefined ? "accepts" : "refuses"} ${claim}`, () => {
      const said = checkRequest(dialect, body, context);
      if (refusal === undefined) expect(said).toBeUndefined();
      else expect(said).toMatch(refusal);
    });
}

const schema = { type: "object", properties: { city: { type: "string" } }, required: ["city"] };
const closed = { ...schema, additionalProperties: false };
const PNG = "iVBORw0KGgo=";

describe("Chat Completions", () => {
  const user = { role: "user", content: "hi" };
  const chat = (more: JsonObject = {}, ...messages: JsonObject[]): JsonObject => ({
    model: "m",
    messages: [user, ...messages],
    ...more,
  });
  const call = (id: string): JsonObject => ({ id, type: "function", function: { name: "f", arguments: "{}" } });
  const calls = (...ids: string[]): JsonObject => ({ role: "assistant", content: null, tool_calls: ids.map(call) });
  const result = (id: string): JsonObject => ({ role: "tool", tool_call_id: id, content: "1" });
  const said = (content: JsonObject["x"], role = "user"): JsonObject => ({ model: "m", messages: [{ role, content }] });
  const tool = (more: JsonObject = {}): JsonObject => ({
    type: "function",
    function: { name: "f", parameters: schema, ...more },
  });
  const thought = { ...calls("a"), reasoning_content: "hm" };
  cases("openai-chat", [
    ["a tool turn", chat({ tools: [tool()] }, calls("a", "b"), result("b"), result("a")), undefined],
    ["an unknown parameter", chat({ max_output_tokens: 1 }), /Unknown parameter: 'max_output_tokens'/],
    ["Kimi's thinking switch at a compatible vendor", chat({ thinking: { type: "disabled" } }), undefined],
    [
      "Kimi's thinking switch at OpenAI",
      chat({ thinking: { type: "disabled" } }),
      /Unknown parameter: 'thinking'/,
      { vendor: "openai" },
    ],
    [
      "reasoning_content at OpenAI",
      chat({}, { role: "assistant", content: "x", reasoning_content: "y" }),
      /Unknown parameter: 'messages\[1\].reasoning_content'/,
      { vendor: "openai" },
    ],
    ["no messages", { model: "m" }, /Missing required parameter: 'messages'/],
    ["an empty list of messages", { model: "m", messages: [] }, /Invalid 'messages': empty array/],
    ["null content of a user", said(null), /expected a string, got null/],
    [
      "null content of an assistant without calls",
      chat({}, { role: "assistant", content: null }),
      /expected a string, got null/,
    ],
    ["an empty list of content", said([]), /empty array/],
    ["a result without its call", chat({}, result("a")), /must be a response to a preceeding message/],
    ["a call without its result", chat({}, calls("a", "b"), result("a")), /did not have response messages: b/],
    ["a turn between call and result", chat({}, calls("a"), user, result("a")), /must be followed by tool messages/],
    ["two calls of one id", chat({}, calls("a", "a"), result("a")), /Duplicate value/],
    ["two results of one id", chat({}, calls("a"), result("a"), result("a")), /Duplicate value/],
    ["the same id in two turns", chat({}, calls("a"), result("a"), calls("a"), result("a")), undefined],
    [
      "a call id of 65 characters",
      chat({}, calls("x".repeat(65)), result("x".repeat(65))),
      /maximum length 64, but got a string with length 65/,
    ],
    [
      "a call id of 41 characters at OpenAI",
      chat({}, calls("x".repeat(41)), result("x".repeat(41))),
      /maximum length 40/,
      { vendor: "openai" },
    ],
    [
      "an empty list of calls",
      chat({}, { role: "assistant", content: "x", tool_calls: [] }),
      /tool_calls': empty array/,
    ],
    [
      "arguments that are no string",
      chat(
        {},
        { role: "assistant", tool_calls: [{ id: "a", type: "function", function: { name: "f", arguments: {} } }] },
      ),
      /expected a string, but got an object/,
    ],
    ["an empty list of tools", chat({ tools: [] }), /Invalid 'tools': empty array/],
    ["a flat tool", chat({ tools: [{ type: "function", name: "f" }] }), /Unknown parameter: 'tools\[0\].name'/],
    ["a tool name with a dot", chat({ tools: [tool({ name: "a.b" })] }), /does not match pattern/],
    ["a tool name of 65 characters", chat({ tools: [tool({ name: "x".repeat(65) })] }), /maximum length 64/],
    ["two tools of one name", chat({ tools: [tool(), tool()] }), /must be unique/],
    [
      "a strict tool that is not closed",
      chat({ tools: [tool({ strict: true })] }),
      /'additionalProperties' is required/,
    ],
    ["a strict tool that is closed", chat({ tools: [tool({ strict: true, parameters: closed })] }), undefined],
    ["a tool without properties, at a compatible vendor", chat({ tools: [tool({ parameters: {} })] }), undefined],
    [
      "a tool without properties, at OpenAI",
      chat({ tools: [tool({ parameters: { type: "object" } })] }),
      /Invalid schema for function 'f': In context=\(\), object schema missing properties\./,
      { vendor: "openai" },
    ],
    [
      "a tool without a type, at OpenAI",
      chat({ tools: [tool({ parameters: { properties: {} } })] }),
      /schema must be a JSON Schema of 'type: "object"', got 'type: "None"'/,
      { vendor: "openai" },
    ],
    ...["oneOf", "anyOf", "allOf", "enum", "not"].map((key): Case => [
      `${key} at the top of a tool, at OpenAI`,
      chat({ tools: [tool({ parameters: { ...schema, [key]: [] } })] }),
      /schema must have type 'object' and not have 'oneOf'\/'anyOf'\/'allOf'\/'enum'\/'not' at the top level\./,
      { vendor: "openai" },
    ]),
    [
      "a list without items inside a tool, at OpenAI",
      chat({ tools: [tool({ parameters: { ...schema, properties: { a: { type: "array" } } } })] }),
      /In context=\('properties', 'a'\), array schema missing items\./,
      { vendor: "openai" },
    ],
    [
      "a custom tool with a grammar",
      chat({
        tools: [
          {
            type: "custom",
            custom: { name: "p", format: { type: "grammar", grammar: { syntax: "lark", definition: "x" } } },
          },
        ],
      }),
      undefined,
    ],
    [
      "a flat grammar",
      chat({
        tools: [
          { type: "custom", custom: { name: "p", format: { type: "grammar", syntax: "lark", definition: "x" } } },
        ],
      }),
      /Missing required parameter: 'tools\[0\].custom.format.grammar'/,
    ],
    ["tool_choice without tools", chat({ tool_choice: "auto" }), /only allowed when 'tools' are specified/],
    [
      "parallel_tool_calls without tools",
      chat({ parallel_tool_calls: true }),
      /only allowed when 'tools' are specified/,
    ],
    [
      "a choice of a tool that is not there",
      chat({ tools: [tool()], tool_choice: { type: "function", function: { name: "g" } } }),
      /not found in 'tools'/,
    ],
    ["Anthropic's tool choice", chat({ tools: [tool()], tool_choice: { type: "any" } }), /Supported values are/],
    ["an image", said([{ type: "image_url", image_url: { url: `data:image/png;base64,${PNG}` } }]), undefined],
    [
      "an image that is a string",
      said([{ type: "image_url", image_url: "https://x/y.png" }]),
      /expected an object, but got a string/,
    ],
    ["an image without a scheme", said([{ type: "image_url", image_url: { url: PNG } }]), /Expected a valid URL/],
    [
      "an image in a tool result",
      chat({}, calls("a"), {
        role: "tool",
        tool_call_id: "a",
        content: [{ type: "image_url", image_url: { url: "https://x/y.png" } }],
      }),
      /only allowed for messages with role 'user'/,
    ],
    ["a part of Responses", said([{ type: "input_text", text: "x" }]), /Invalid value: 'input_text'/],
    ["a role of nobody", said("x", "robot"), /Invalid value: 'robot'/],
    [
      "response_format without its name",
      chat({ response_format: { type: "json_schema", json_schema: { schema } } }),
      /Missing required parameter: 'response_format.json_schema.name'/,
    ],
    [
      "a flat response_format",
      chat({ response_format: { type: "json_schema", name: "x", schema } }),
      /Missing required parameter: 'response_format.json_schema'/,
    ],
    [
      "json_object without the word",
      chat({ response_format: { type: "json_object" } }),
      /must contain the word 'json'/,
    ],
    ["both limits", chat({ max_tokens: 1, max_completion_tokens: 1 }), /at the same time/],
    ["five stop sequences", chat({ stop: ["a", "b", "c", "d", "e"] }), /maximum length 4/],
    [
      "stream_options without stream",
      chat({ stream_options: { include_usage: true } }),
      /only allowed when 'stream' is enabled/,
    ],
    ["metadata without store", chat({ metadata: { a: "b" } }), /only allowed when 'store' is enabled/],
    ["metadata that is nested", chat({ store: true, metadata: { a: {} } }), /expected a string/],
    ["a cache key of 65 characters", chat({ prompt_cache_key: "x".repeat(65) }), /maximum length 64/],
    ["temperature above 2", chat({ temperature: 3 }), /above maximum/],
    ["an effort of another dialect", chat({ reasoning_effort: "adaptive" }), /Invalid value: 'adaptive'/],
    [
      "a Kimi tool turn without its reasoning",
      { ...chat({}, calls("a"), result("a")), model: "sim-kimi" },
      /reasoning_content is missing in assistant tool call message at index 1/,
    ],
    [
      "a Kimi that must call while it thinks",
      { ...chat({ tools: [tool()], tool_choice: "required" }), model: "sim-kimi" },
      /tool_choice 'required' is incompatible with thinking enabled/,
    ],
    [
      "a Kimi that must call one tool while it thinks",
      {
        ...chat({ tools: [tool()], tool_choice: { type: "function", function: { name: "f" } } }),
        model: "kimi-k3:sim-kimi",
      },
      /tool_choice 'specified' is incompatible with thinking enabled/,
    ],
    [
      "a Kimi that must call and does not think",
      { ...chat({ tools: [tool()], tool_choice: "required", thinking: { type: "disabled" } }), model: "sim-kimi" },
      undefined,
    ],
    [
      "a K3 that must call while it thinks",
      { ...chat({ tools: [tool()], tool_choice: "required" }), model: "kimi-k3:sim-kimi" },
      undefined,
    ],
    ["a Kimi tool turn with its reasoning", { ...chat({}, thought, result("a")), model: "sim-kimi-tool" }, undefined],
    [
      "a Kimi tool turn without reasoning, thinking off",
      { ...chat({ thinking: { type: "disabled" } }, calls("a"), result("a")), model: "sim-kimi" },
      undefined,
    ],
    ["temperature at gpt-5", { ...chat({ temperature: 0 }), model: "gpt-5" }, /'temperature' does not support 0/],
    [
      "max_tokens at gpt-5 behind a scenario",
      { ...chat({ max_tokens: 9 }), model: "gpt-5:sim-tool" },
      /Use 'max_completion_tokens'/,
    ],
    [
      "minimal effort at gpt-5.1",
      { ...chat({ reasoning_effort: "minimal" }), model: "gpt-5.1" },
      /'minimal' is not supported with the 'gpt-5.1' model/,
    ],
  ]);
});

describe("Responses", () => {
  const user = { role: "user", content: "hi" };
  const ask = (more: JsonObject = {}, ...items: JsonObject[]): JsonObject => ({
    model: "m",
    input: [user, ...items],
    ...more,
  });
  const call = (call_id: string, more: JsonObject = {}): JsonObject => ({
    type: "function_call",
    call_id,
    name: "f",
    arguments: "{}",
    ...more,
  });
  const output = (call_id: string, more: JsonObject = {}): JsonObject => ({
    type: "function_call_output",
    call_id,
    output: "1",
    ...more,
  });
  const rs = "rs_1";
  const reasoning = (more: JsonObject = {}): JsonObject => ({
    type: "reasoning",
    id: rs,
    summary: [],
    encrypted_content: seals.seal(rs),
    ...more,
  });
  const said = (content: JsonObject["x"], role = "user"): JsonObject => ({ model: "m", input: [{ role, content }] });
  const fn = { type: "function", name: "f", parameters: schema };
  const reasoned = `fc_r${"0".repeat(48)}`;
  cases("openai-responses", [
    ["a tool turn with its reasoning", ask({ store: false }, reasoning(), call("a"), output("a")), undefined],
    ["a plain string", { model: "m", input: "hi" }, undefined],
    ["no input", { model: "m" }, /must be provided/],
    ["stop", ask({ stop: ["x"] }), /Unknown parameter: 'stop'/],
    ["messages", ask({ messages: [] }), /'messages'. In the Responses API, this parameter has moved to 'input'/],
    ["max_tokens", ask({ max_tokens: 99 }), /moved to 'max_output_tokens'/],
    ["reasoning_effort", ask({ reasoning_effort: "low" }), /moved to 'reasoning.effort'/],
    ["response_format", ask({ response_format: { type: "text" } }), /moved to 'text.format'/],
    [
      "include_usage",
      ask({ stream: true, stream_options: { include_usage: true } }),
      /Unknown parameter: 'stream_options.include_usage'/,
    ],
    ["include_obfuscation", ask({ stream: true, stream_options: { include_obfuscation: false } }), undefined],
    ["an output without its call", ask({}, output("a")), /No tool call found for function call output with call_id a/],
    ["an output after previous_response_id", ask({ previous_response_id: "resp_1" }, output("a")), undefined],
    ["a call without its output", ask({}, call("a")), /No tool output found for function call a/],
    ["an output before its call", ask({}, output("a"), call("a")), /No tool call found/],
    [
      "a custom output for a function call",
      ask({}, call("a"), { type: "custom_tool_call_output", call_id: "a", output: "1" }),
      /No tool (call|output) found/,
    ],
    ["a call id twice", ask({}, call("a"), call("a"), output("a")), /Duplicate function call/],
    [
      "a call id of 65 characters",
      ask({}, call("x".repeat(65)), output("x".repeat(65))),
      /'input\[1\].call_id': string too long/,
    ],
    ["an item id of another kind", ask({}, call("a", { id: "call_1" }), output("a")), /begins with 'fc'/],
    [
      "an item id with a dot",
      ask({}, call("a", { id: "fc_a.b" }), output("a")),
      /letters, numbers, underscores, or dashes/,
    ],
    [
      "an altered encrypted_content",
      ask({}, reasoning({ encrypted_content: `${seals.seal(rs)}A` }), call("a"), output("a")),
      /could not be verified/,
    ],
    [
      "a foreign encrypted_content",
      ask({}, reasoning({ encrypted_content: createSeals("other").seal(rs) }), call("a"), output("a")),
      /could not be verified/,
    ],
    ["a seal under another id", ask({}, reasoning({ id: "rs_2" }), call("a"), output("a")), /item_id did not match/],
    [
      "a seal without an id",
      ask({}, { type: "reasoning", summary: [], encrypted_content: seals.seal(rs) }, call("a"), output("a")),
      undefined,
    ],
    [
      "a reasoning item without a summary",
      ask({}, { type: "reasoning", encrypted_content: seals.seal(rs) }, call("a"), output("a")),
      /Missing required parameter: 'input\[1\].summary'/,
    ],
    [
      "a bare reasoning item, nothing stored",
      ask({ store: false }, { type: "reasoning", id: rs, summary: [] }, call("a"), output("a")),
      /Items are not persisted/,
    ],
    ["reasoning that leads nowhere", ask({}, reasoning()), /without its required following item/],
    [
      "a reasoned call without its reasoning",
      ask({}, call("a", { id: reasoned }), output("a")),
      /without its required 'reasoning' item/,
    ],
    ["a reasoned call behind its reasoning", ask({}, reasoning(), call("a", { id: reasoned }), output("a")), undefined],
    ["output_text of a user", said([{ type: "output_text", text: "x" }]), /Invalid value: 'output_text'/],
    [
      "input_text of an assistant",
      said([{ type: "input_text", text: "x" }], "assistant"),
      /Supported values are: 'output_text'/,
    ],
    ["a part of Chat", said([{ type: "text", text: "x" }]), /Invalid value: 'text'/],
    ["a tool role", said("x", "tool"), /Invalid value: 'tool'/],
    ["null content", said(null), /but got null instead/],
    [
      "tool_calls on a message",
      { model: "m", input: [{ role: "assistant", content: "x", tool_calls: [] }] },
      /Unknown parameter: 'input\[0\].tool_calls'/,
    ],
    ["an image", said([{ type: "input_image", image_url: "https://x/y.png", detail: "auto" }]), undefined],
    [
      "an image as an object",
      said([{ type: "input_image", image_url: { url: "https://x/y.png" } }]),
      /expected a string, but got an object/,
    ],
    [
      "an image in a tool output",
      ask({}, call("a"), output("a", { output: [{ type: "input_image", image_url: `data:image/png;base64,${PNG}` }] })),
      undefined,
    ],
    [
      "an output that is an object",
      ask({}, call("a"), output("a", { output: {} })),
      /expected one of an array of objects or string/,
    ],
    ["a flat tool", ask({ tools: [fn] }), undefined],
    [
      "a nested tool",
      ask({ tools: [{ type: "function", function: { name: "f" } }] }),
      /Missing required parameter: 'tools\[0\].name'/,
    ],
    ["a bad tool name", ask({ tools: [{ ...fn, name: "a b" }] }), /does not match pattern/],
    ...(
      [
        ["an optional field", { required: [] }, /Missing 'city'/],
        ["a required field without a description", { required: ["city", "b"] }, /Extra required key 'b' supplied/],
        ["a default", { properties: { city: { type: "string", default: "x" } } }, /'default' is not permitted/],
        ["a field without a type", { properties: { city: { enum: ["x"] } } }, /schema must have a 'type' key/],
        ["a format", { properties: { city: { type: "string", format: "uri" } } }, /'uri' is not a valid format/],
        [
          "a description beside a reference",
          { properties: { city: { $ref: "#/$defs/C", description: "d" } }, $defs: { C: { type: "string" } } },
          /\$ref cannot have keywords \{'description'\}/,
        ],
        ["a reference", { properties: { city: { $ref: "#/$defs/C" } }, $defs: { C: { type: "string" } } }, undefined],
        [
          "a definition that is open",
          { properties: { city: { $ref: "#/$defs/C" } }, $defs: { C: schema } },
          /In context=\('\$defs', 'C'\), 'additionalProperties' is required/,
        ],
      ] as const
    ).map(([what, more, refusal]): Case => [
      `${what} in a strict answer`,
      ask({ text: { format: { type: "json_schema", name: "x", strict: true, schema: { ...closed, ...more } } } }),
      refusal,
    ]),
    [
      "a strict tool that is not closed",
      ask({ tools: [{ ...fn, strict: true }] }),
      /'additionalProperties' is required/,
    ],
    [
      "a nested tool choice",
      ask({ tools: [fn], tool_choice: { type: "function", function: { name: "f" } } }),
      /Unknown parameter: 'tool_choice.function'/,
    ],
    [
      "a choice of a tool that is not there",
      ask({ tools: [fn], tool_choice: { type: "function", name: "g" } }),
      /not found in 'tools'/,
    ],
    [
      "a format without its name",
      ask({ text: { format: { type: "json_schema", schema } } }),
      /Missing required parameter: 'text.format.name'/,
    ],
    [
      "a nested format",
      ask({ text: { format: { type: "json_schema", json_schema: { name: "x", schema } } } }),
      /Unknown parameter: 'text.format.json_schema'/,
    ],
    ["an unknown include", ask({ include: ["everything"] }), /Invalid value: 'everything'/],
    ["15 output tokens", ask({ max_output_tokens: 15 }), /Expected a value >= 16, but got 15/],
    ["summary none", ask({ reasoning: { summary: "none" } }), /Invalid value: 'none'/],
    ["a cache key of 65 characters", ask({ prompt_cache_key: "x".repeat(65) }), /maximum length 64/],
    [
      "temperature at gpt-5",
      { ...ask({ temperature: 1 }), model: "gpt-5" },
      /'temperature' is not supported with this model/,
    ],
    [
      "low verbosity at gpt-5-codex",
      { ...ask({ text: { verbosity: "low" } }), model: "gpt-5-codex" },
      /'low' is not supported with the 'gpt-5-codex' model/,
    ],
  ]);
});

describe("Messages", () => {
  const user = { role: "user", content: "hi" };
  const ask = (more: JsonObject = {}, ...messages: JsonObject[]): JsonObject => ({
    model: "m",
    max_tokens: 4_000,
    messages: [user, ...messages],
    ...more,
  });
  const use = (id: string, more: JsonObject = {}): JsonObject => ({
    type: "tool_use",
    id,
    name: "f",
    input: {},
    ...more,
  });
  const result = (id: string, more: JsonObject = {}): JsonObject => ({
    type: "tool_result",
    tool_use_id: id,
    content: "1",
    ...more,
  });
  const assistant = (...content: JsonObject[]): JsonObject => ({ role: "assistant", content });
  const answer = (...content: JsonObject[]): JsonObject => ({ role: "user", content });
  const thinking = (text: string, signature = seals.sign(text)): JsonObject => ({
    type: "thinking",
    thinking: text,
    signature,
  });
  const text = (said: string, more: JsonObject = {}): JsonObject => ({ type: "text", text: said, ...more });
  const mark = { cache_control: { type: "ephemeral" } };
  const tool = { name: "f", input_schema: schema };
  const budget = { thinking: { type: "enabled", budget_tokens: 1_024 } };
  const adaptive = { thinking: { type: "adaptive" } };
  cases("anthropic-messages", [
    ["a signed tool turn", ask(budget, assistant(thinking("hm"), use("a")), answer(result("a"))), undefined],
    ["no max_tokens", { model: "m", messages: [user] }, /max_tokens: Field required/],
    ["an unknown parameter", ask({ max_output_tokens: 1 }), /max_output_tokens: Extra inputs are not permitted/],
    ["no messages", { model: "m", max_tokens: 1, messages: [] }, /at least one message/],
    [
      "consecutive turns of a role",
      ask({}, user, { role: "assistant", content: "a" }, { role: "assistant", content: "b" }, user),
      undefined,
    ],
    ["a system turn in the middle", ask({}, { role: "system", content: "be brief" }), undefined],
    ["a tool role", ask({}, { role: "tool", content: "x" }), /Unexpected role "tool"/],
    [
      "a result without its call",
      ask({}, answer(result("a"))),
      /unexpected `tool_use_id` found in `tool_result` blocks: a/,
    ],
    [
      "a call without its result",
      ask({}, assistant(use("a"), use("b")), answer(result("a"))),
      /without `tool_result` blocks immediately after: b/,
    ],
    ["a call at the end", ask({}, assistant(use("a"))), /without `tool_result` blocks/],
    [
      "text before a result",
      ask({}, assistant(use("a")), answer(text("x"), result("a"))),
      /without `tool_result` blocks immediately after: a/,
    ],
    ["text after a result", ask({}, assistant(use("a")), answer(result("a"), text("x"))), undefined],
    [
      "results in two user messages",
      ask({}, assistant(use("a"), use("b")), answer(result("a")), answer(result("b"))),
      undefined,
    ],
    ["a call id twice", ask({}, assistant(use("a"), use("a")), answer(result("a"))), /ids must be unique/],
    ["two results of one call", ask({}, assistant(use("a")), answer(result("a"), result("a"))), /single result/],
    ["a call id with a dot", ask({}, assistant(use("f.0:1")), answer(result("f.0:1"))), /should match pattern/],
    [
      "a call id of 65 characters",
      ask({}, assistant(use("x".repeat(65))), answer(result("x".repeat(65)))),
      /at most 64/,
    ],
    [
      "input that is a string",
      ask({}, assistant(use("a", { input: "{}" })), answer(result("a"))),
      /input: Input should be a valid dictionary/,
    ],
    ["is_error null", ask({}, assistant(use("a")), answer(result("a", { is_error: null }))), /valid boolean/],
    [
      "an OpenAI image in a result",
      ask({}, assistant(use("a")), answer(result("a", { content: [{ type: "image_url" }] }))),
      /Input tag 'image_url'/,
    ],
    ["an empty text block", ask({}, answer(text(""))), /text content blocks must be non-empty/],
    ["a blank text block", ask({}, answer(text(" \n"))), /non-whitespace/],
    ["an empty string", ask({}, { role: "user", content: "" }), /must have non-empty content/],
    ["an empty system block", ask({ system: [text("")] }), /system: text content blocks must be non-empty/],
    ["null content", ask({}, { role: "user", content: null }), /Input should be a valid list/],
    ["trailing whitespace at the end", ask({}, { role: "assistant", content: "Well, " }), /trailing whitespace/],
    ["a prefill", ask({}, { role: "assistant", content: "Well," }), undefined],
    [
      "a prefill at claude-opus-4-6",
      { ...ask({}, { role: "assistant", content: "Well," }), model: "claude-opus-4-6" },
      /does not support assistant message prefill/,
    ],
    [
      "altered thinking",
      ask(adaptive, assistant({ ...thinking("hm"), thinking: "hm!" }, use("a")), answer(result("a"))),
      /Invalid `signature` in `thinking` block/,
    ],
    [
      "a foreign signature",
      ask(adaptive, assistant(thinking("hm", createSeals("other").sign("hm")), use("a")), answer(result("a"))),
      /Invalid `signature`/,
    ],
    [
      "an empty signature",
      ask(adaptive, assistant(thinking("hm", ""), use("a")), answer(result("a"))),
      /Invalid `signature`/,
    ],
    [
      "no signature",
      ask(adaptive, assistant({ type: "thinking", thinking: "hm" }, use("a")), answer(result("a"))),
      /signature: Field required/,
    ],
    [
      "omitted thinking with its signature",
      ask(adaptive, assistant(thinking(""), use("a")), answer(result("a"))),
      undefined,
    ],
    [
      "altered redacted thinking",
      ask(adaptive, assistant({ type: "redacted_thinking", data: "EXAMPLE" }, use("a")), answer(result("a"))),
      /Invalid `data`/,
    ],
    [
      "a budget and no thinking before the call",
      ask(budget, assistant(use("a")), answer(result("a"))),
      /Expected `thinking` or `redacted_thinking`, but found `tool_use`/,
    ],
    ["adaptive and no thinking before the call", ask(adaptive, assistant(use("a")), answer(result("a"))), undefined],
    ["thinking off and no thinking before the call", ask({}, assistant(use("a")), answer(result("a"))), undefined],
    [
      "a budget of 1,000",
      ask({ thinking: { type: "enabled", budget_tokens: 1_000 } }),
      /greater than or equal to 1024/,
    ],
    [
      "a budget as large as the limit",
      ask({ thinking: { type: "enabled", budget_tokens: 4_000 } }),
      /`max_tokens` must be greater than/,
    ],
    [
      "adaptive with a budget",
      ask({ thinking: { type: "adaptive", budget_tokens: 2_000 } }),
      /thinking.adaptive.budget_tokens: Extra inputs/,
    ],
    ["adaptive at claude-sonnet-4-5", { ...ask(adaptive), model: "claude-sonnet-4-5" }, /not supported on this model/],
    ["temperature with thinking", ask({ ...adaptive, temperature: 0 }), /`temperature` may only be set to 1/],
    ["top_k with thinking", ask({ ...adaptive, top_k: 5 }), /`top_k` must be unset/],
    [
      "a forced tool with thinking",
      ask({ ...adaptive, tools: [tool], tool_choice: { type: "any" } }),
      /may not be enabled when tool_choice forces/,
    ],
    ["temperature above 1", ask({ temperature: 1.5 }), /range: 0..1/],
    [
      "five cache marks",
      ask(
        { tools: [{ ...tool, ...mark }], system: [text("s", mark)] },
        answer(text("a", mark), text("b", mark), text("c", mark)),
      ),
      /A maximum of 4 blocks with cache_control may be provided. Found 5/,
    ],
    [
      "four cache marks",
      ask({ tools: [{ ...tool, ...mark }], system: [text("s", mark)] }, answer(text("a", mark), text("b", mark))),
      undefined,
    ],
    [
      "an hour behind five minutes",
      ask({ system: [text("s", mark)] }, answer(text("a", { cache_control: { type: "ephemeral", ttl: "1h" } }))),
      /must not come after/,
    ],
    [
      "a cache mark on thinking",
      ask(adaptive, assistant({ ...thinking("hm"), ...mark }, text("x"))),
      /thinking.cache_control: Extra inputs/,
    ],
    ["a tool name with a dot", ask({ tools: [{ ...tool, name: "a.b" }] }), /should match pattern/],
    ["two tools of one name", ask({ tools: [tool, tool] }), /must be unique/],
    ["OpenAI's parameters", ask({ tools: [{ name: "f", parameters: schema }] }), /parameters: Extra inputs/],
    [
      "a schema without its type",
      ask({ tools: [{ name: "f", input_schema: {} }] }),
      /input_schema.type: Field required/,
    ],
    [
      "anyOf at the top of a schema",
      ask({ tools: [{ name: "f", input_schema: { type: "object", anyOf: [{}] } }] }),
      /does not support oneOf, allOf, or anyOf/,
    ],
    ["tool_choice without tools", ask({ tool_choice: { type: "auto" } }), /while providing tools/],
    ["tool_choice as a string", ask({ tools: [tool], tool_choice: "auto" }), /valid dictionary/],
    [
      "an image of no known type",
      ask({}, answer({ type: "image", source: { type: "base64", media_type: "image/bmp", data: PNG } })),
      /media_type: Input should be/,
    ],
    [
      "an image",
      ask({}, answer({ type: "image", source: { type: "base64", media_type: "image/png", data: PNG } })),
      undefined,
    ],
    [
      "an image of an assistant",
      ask({}, assistant({ type: "image", source: { type: "url", url: "https://x/y.png" } })),
      /can only be in `user` messages/,
    ],
    [
      "an OpenAI part",
      ask({}, answer({ type: "image_url", image_url: { url: "https://x" } })),
      /Input tag 'image_url'/,
    ],
    ["metadata of OpenAI", ask({ metadata: { session: "x" } }), /metadata.session: Extra inputs/],
    ["a blank stop sequence", ask({ stop_sequences: ["\n"] }), /must contain non-whitespace/],
    ["effort minimal", ask({ output_config: { effort: "minimal" } }), /output_config.effort/],
  ]);

  const object = (properties: JsonObject): JsonObject => ({ type: "object", properties, additionalProperties: false });
  const enforced = (schema: JsonObject): JsonObject =>
    ask({ output_config: { format: { type: "json_schema", schema } } });
  const held = (a: JsonObject, more: JsonObject = {}): JsonObject => enforced({ ...object({ a }), ...more });
  const item = object({ b: { type: "string" } });
  const many = (count: number, of: JsonObject): JsonObject =>
    Object.fromEntries(Array.from({ length: count }, (_, at) => [`f${at}`, of]));
  cases("anthropic-messages", [
    ["an answer's schema", held({ type: "array", items: { anyOf: [item, { type: "null" }] }, minItems: 1 }), undefined],
    ["values without a type, and one value", held({ enum: ["x", null] }, { $defs: { C: { const: 1 } } }), undefined],
    ["references to definitions", held({ $ref: "#/$defs/C" }, { $defs: { C: item } }), undefined],
    [
      "an open object",
      enforced(schema),
      /output_config.format.schema: For 'object' type, 'additionalProperties' must be explicitly set to false/,
    ],
    [
      "a map",
      held({ type: "object", additionalProperties: { type: "string" } }),
      /'additionalProperties: {"type":"string"}' is not supported\. Please set 'additionalProperties' to false/,
    ],
    [
      "bounds",
      held({ type: "integer", minimum: 0, maximum: 5 }),
      /For 'integer' type, properties maximum, minimum are not supported/,
    ],
    ["a length", held({ type: "string", maxLength: 5 }), /For 'string' type, property 'maxLength' is not supported/],
    [
      "items beyond one",
      held({ type: "array", items: item, minItems: 2 }),
      /'minItems' values other than 0 or 1 are not supported/,
    ],
    ["a format", held({ type: "string", format: "binary" }), /format 'binary' is not supported/],
    ["oneOf", held({ oneOf: [item] }), /Schema type 'oneOf' is not supported/],
    ["allOf of a reference", held({ allOf: [{ $ref: "#/$defs/C" }] }, { $defs: { C: item } }), /'allOf' with '\$ref'/],
    ["a value of any type", held({}), /Schema must have a 'type'/],
    [
      "values beside a list of types",
      held({ enum: ["low"], type: ["string", "null"] }),
      /Enum value 'low' does not match declared type '\["string","null"\]'/,
    ],
    ["a reference to nothing", held({ $ref: "#/$defs/None" }), /cannot be resolved/],
    [
      "a circle",
      held({ $ref: "#/$defs/C" }, { $defs: { C: object({ c: { $ref: "#/$defs/C" } }) } }),
      /Circular reference detected in schema definitions: C -> C\./,
    ],
    ["25 optional fields", enforced(object(many(25, { type: "null" }))), /too many optional parameters \(25\)/],
    [
      "17 fields with alternatives",
      enforced({ ...object(many(17, { type: ["string", "null"] })), required: Object.keys(many(17, {})) }),
      /too many parameters with union types \(17/,
    ],
    ["a strict tool that is open", ask({ tools: [{ ...tool, strict: true }] }), /tools.0.custom: For 'object' type/],
    ["a strict tool that is closed", ask({ tools: [{ ...tool, input_schema: closed, strict: true }] }), undefined],
    [
      "21 strict tools",
      ask({ tools: Object.keys(many(21, {})).map((name) => ({ name, input_schema: closed, strict: true })) }),
      /Too many strict tools \(21\)/,
    ],
  ]);
});

const captures = process.env.CODESWITCH_CAPTURES ?? join(import.meta.dir, "../../../shared/captures");
test("what real clients sent is accepted", async () => {
  const files = readable(captures).filter((file) => file.endsWith(".json"));
  let ran = 0;
  for (const file of files) {
    const { url = "", body } = (await Bun.file(join(captures, file)).json()) as { url?: string; body?: JsonObject };
    const dialect = dialectOf(url);
    if (dialect === undefined || body === undefined || body["model"] === undefined) continue;
    expect(`${file}: ${checkRequest(dialect, body, { seals: TRUSTING })}`).toBe(`${file}: undefined`);
    ran += 1;
  }
  console.log(`strict checker: ${ran} captured requests of real clients`);
  if (files.length > 0) expect(ran).toBeGreaterThan(25);
});

function readable(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function dialectOf(url: string): SimDialect | undefined {
  const { pathname } = new URL(url, "http://localhost");
  if (pathname.endsWith("/chat/completions")) return "openai-chat";
  if (pathname.endsWith("/responses")) return "openai-responses";
  return pathname.endsWith("/messages") ? "anthropic-messages" : undefined;
}
