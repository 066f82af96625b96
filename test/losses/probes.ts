/** One body per feature and client dialect: the smallest call that uses it. What happens to it is measured, not claimed. */
import type { DialectId } from "../../src/ir/dialect-id.ts";
import type { Json, JsonObject } from "../../src/wire/json.ts";

export interface Probe {
  /** As the table names it. */
  readonly feature: string;
  /** Absent: the dialect has no words for it. */
  readonly bodies: Readonly<Partial<Record<DialectId, JsonObject>>>;
  /** May never be lost, whatever the pair. */
  readonly sacred?: true;
}

const PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const PDF = "JVBERi0xLjQK";
const SCHEMA = {
  type: "object",
  properties: { path: { type: "string" } },
  required: ["path"],
  additionalProperties: false,
};

const BOUNDED = {
  ...SCHEMA,
  properties: { path: { type: "string" }, lines: { type: "integer", minimum: 1 } },
  required: ["path", "lines"],
};
const OPTIONAL = { ...SCHEMA, required: [] };
const MAP = { ...SCHEMA, properties: { path: { type: "object", additionalProperties: { type: "string" } } } };
const EITHER = {
  type: "object",
  anyOf: [SCHEMA, { ...SCHEMA, properties: { url: { type: "string" } }, required: ["url"] }],
};

const user = (content: Json): JsonObject => ({ role: "user", content });
const hello = user("hello");

const chat = (fields: JsonObject, messages: readonly Json[] = [hello]): JsonObject => ({
  model: "m",
  messages,
  ...fields,
});
const responses = (fields: JsonObject, input: readonly Json[] = [hello]): JsonObject => ({
  model: "m",
  input,
  ...fields,
});
const messages = (fields: JsonObject, turns: readonly Json[] = [hello]): JsonObject => ({
  model: "m",
  max_tokens: 2048,
  messages: turns,
  ...fields,
});

const chatTool = { type: "function", function: { name: "read", description: "Reads a file.", parameters: SCHEMA } };
const responsesTool = { type: "function", name: "read", description: "Reads a file.", parameters: SCHEMA };
const messagesTool = { name: "read", description: "Reads a file.", input_schema: SCHEMA };

/** The same top-level fields in all three. */
const everywhere = (feature: string, fields: JsonObject): Probe => ({
  feature,
  bodies: {
    "openai-chat": chat(fields),
    "openai-responses": responses(fields),
    "anthropic-messages": messages(fields),
  },
});
const inBoth = (feature: string, fields: JsonObject): Probe => ({
  feature,
  bodies: { "openai-chat": chat(fields), "openai-responses": responses(fields) },
});

/** An answer of this schema. Messages have no word for strict: what is asked for there is enforced. */
const answering = (feature: string, schema: JsonObject, strict: JsonObject): Probe => ({
  feature,
  bodies: {
    "openai-chat": chat({
      response_format: { type: "json_schema", json_schema: { name: "answer", schema, ...strict } },
    }),
    "openai-responses": responses({ text: { format: { type: "json_schema", name: "answer", schema, ...strict } } }),
    "anthropic-messages": messages({ output_config: { format: { type: "json_schema", schema } } }),
  },
});
const withoutMessages = ({ bodies: { "anthropic-messages": _, ...bodies }, ...probe }: Probe): Probe => ({
  ...probe,
  bodies,
});

/** A tool loop: question, call, result. `result` is what the tool said. */
const chatLoop = (result: Json, fields: JsonObject = {}): JsonObject =>
  chat({ tools: [chatTool], ...fields }, [
    hello,
    {
      role: "assistant",
      content: "Reading.",
      tool_calls: [{ id: "call_1", type: "function", function: { name: "read", arguments: '{"path":"a"}' } }],
    },
    { role: "tool", tool_call_id: "call_1", content: result },
  ]);
const responsesLoop = (output: Json, fields: JsonObject = {}): JsonObject =>
  responses({ tools: [responsesTool], ...fields }, [
    hello,
    { type: "message", role: "assistant", content: [{ type: "output_text", text: "Reading.", annotations: [] }] },
    { type: "function_call", call_id: "call_1", name: "read", arguments: '{"path":"a"}' },
    { type: "function_call_output", call_id: "call_1", output },
  ]);
const messagesLoop = (result: JsonObject, thinking: readonly Json[] = [], fields: JsonObject = {}): JsonObject =>
  messages({ tools: [messagesTool], ...fields }, [
    hello,
    {
      role: "assistant",
      content: [
        ...thinking,
        { type: "text", text: "Reading." },
        { type: "tool_use", id: "call_1", name: "read", input: { path: "a" } },
      ],
    },
    user([{ type: "tool_result", tool_use_id: "call_1", ...result }]),
  ]);

const dataUrl = `data:image/png;base64,${PNG}`;
const imageBlock = { type: "image", source: { type: "base64", media_type: "image/png", data: PNG } };

export const PROBES: readonly Probe[] = [
  {
    feature: "text",
    sacred: true,
    bodies: { "openai-chat": chat({}), "openai-responses": responses({}), "anthropic-messages": messages({}) },
  },
  {
    feature: "system text",
    sacred: true,
    bodies: {
      "openai-chat": chat({}, [{ role: "system", content: "Be brief." }, hello]),
      "openai-responses": responses({ instructions: "Be brief." }),
      "anthropic-messages": messages({ system: "Be brief." }),
    },
  },
  {
    feature: "system turn in mid-conversation",
    bodies: {
      "openai-chat": chat({}, [
        hello,
        { role: "assistant", content: "Hi." },
        { role: "system", content: "Now French." },
        hello,
      ]),
      "openai-responses": responses({}, [
        hello,
        { role: "assistant", content: "Hi." },
        { role: "developer", content: "Now French." },
        hello,
      ]),
      "anthropic-messages": messages({}, [hello, { role: "system", content: "Now French." }]),
    },
  },
  {
    feature: "image, data",
    bodies: {
      "openai-chat": chat({}, [user([{ type: "image_url", image_url: { url: dataUrl } }])]),
      "openai-responses": responses({}, [user([{ type: "input_image", image_url: dataUrl, detail: "auto" }])]),
      "anthropic-messages": messages({}, [user([imageBlock])]),
    },
  },
  {
    feature: "image, URL",
    bodies: {
      "openai-chat": chat({}, [user([{ type: "image_url", image_url: { url: "https://example.com/a.png" } }])]),
      "openai-responses": responses({}, [
        user([{ type: "input_image", image_url: "https://example.com/a.png", detail: "auto" }]),
      ]),
      "anthropic-messages": messages({}, [
        user([{ type: "image", source: { type: "url", url: "https://example.com/a.png" } }]),
      ]),
    },
  },
  {
    feature: "image, file id of the vendor",
    bodies: {
      "openai-responses": responses({}, [user([{ type: "input_image", file_id: "file_1", detail: "auto" }])]),
      "anthropic-messages": messages({}, [user([{ type: "image", source: { type: "file", file_id: "file_1" } }])]),
    },
  },
  {
    feature: "document (PDF)",
    bodies: {
      "openai-chat": chat({}, [
        user([{ type: "file", file: { filename: "a.pdf", file_data: `data:application/pdf;base64,${PDF}` } }]),
      ]),
      "openai-responses": responses({}, [
        user([{ type: "input_file", filename: "a.pdf", file_data: `data:application/pdf;base64,${PDF}` }]),
      ]),
      "anthropic-messages": messages({}, [
        user([{ type: "document", source: { type: "base64", media_type: "application/pdf", data: PDF } }]),
      ]),
    },
  },
  {
    feature: "audio",
    bodies: {
      "openai-chat": chat({}, [user([{ type: "input_audio", input_audio: { data: "AAAA", format: "wav" } }])]),
    },
  },
  {
    feature: "function tools",
    sacred: true,
    bodies: {
      "openai-chat": chat({ tools: [chatTool] }),
      "openai-responses": responses({ tools: [responsesTool] }),
      "anthropic-messages": messages({ tools: [messagesTool] }),
    },
  },
  {
    feature: "strict function tools",
    bodies: {
      "openai-chat": chat({ tools: [{ type: "function", function: { ...chatTool.function, strict: true } }] }),
      "openai-responses": responses({ tools: [{ ...responsesTool, strict: true }] }),
      "anthropic-messages": messages({ tools: [{ ...messagesTool, strict: true }] }),
    },
  },
  {
    feature: "strict function tools with an optional field",
    bodies: { "anthropic-messages": messages({ tools: [{ ...messagesTool, input_schema: OPTIONAL, strict: true }] }) },
  },
  {
    feature: "strict function tools with bounds (minimum, maxLength)",
    bodies: {
      "openai-chat": chat({
        tools: [{ type: "function", function: { ...chatTool.function, parameters: BOUNDED, strict: true } }],
      }),
      "openai-responses": responses({ tools: [{ ...responsesTool, parameters: BOUNDED, strict: true }] }),
    },
  },
  {
    feature: "function tools with alternatives at the top (anyOf)",
    bodies: {
      "openai-chat": chat({ tools: [{ type: "function", function: { ...chatTool.function, parameters: EITHER } }] }),
      "openai-responses": responses({ tools: [{ ...responsesTool, parameters: EITHER }] }),
      "anthropic-messages": messages({ tools: [{ ...messagesTool, input_schema: EITHER }] }),
    },
  },
  {
    feature: "freeform tool with a grammar",
    bodies: {
      "openai-chat": chat({
        tools: [
          {
            type: "custom",
            custom: {
              name: "patch",
              format: { type: "grammar", grammar: { syntax: "lark", definition: "start: /.+/" } },
            },
          },
        ],
      }),
      "openai-responses": responses({
        tools: [
          { type: "custom", name: "patch", format: { type: "grammar", syntax: "lark", definition: "start: /.+/" } },
        ],
      }),
    },
  },
  {
    feature: "namespace of tools",
    bodies: {
      "openai-responses": responses({
        tools: [{ type: "namespace", name: "files", description: "Files.", tools: [responsesTool] }],
      }),
    },
  },
  {
    feature: "web search run by the vendor",
    bodies: {
      "openai-responses": responses({ tools: [{ type: "web_search" }] }),
      "anthropic-messages": messages({ tools: [{ type: "web_search_20250305", name: "web_search", max_uses: 2 }] }),
    },
  },
  {
    feature: "code run by the vendor",
    bodies: {
      "openai-responses": responses({ tools: [{ type: "code_interpreter", container: { type: "auto" } }] }),
      "anthropic-messages": messages({ tools: [{ type: "code_execution_20250825", name: "code_execution" }] }),
    },
  },
  {
    feature: "tool that the client runs by the vendor's definition",
    bodies: {
      "openai-responses": responses({ tools: [{ type: "local_shell" }] }),
      "anthropic-messages": messages({ tools: [{ type: "bash_20250124", name: "bash" }] }),
    },
  },
  {
    feature: "tool choice: required",
    bodies: {
      "openai-chat": chat({ tools: [chatTool], tool_choice: "required" }),
      "openai-responses": responses({ tools: [responsesTool], tool_choice: "required" }),
      "anthropic-messages": messages({ tools: [messagesTool], tool_choice: { type: "any" } }),
    },
  },
  {
    feature: "tool choice: one tool",
    bodies: {
      "openai-chat": chat({ tools: [chatTool], tool_choice: { type: "function", function: { name: "read" } } }),
      "openai-responses": responses({ tools: [responsesTool], tool_choice: { type: "function", name: "read" } }),
      "anthropic-messages": messages({ tools: [messagesTool], tool_choice: { type: "tool", name: "read" } }),
    },
  },
  {
    feature: "one call at a time",
    bodies: {
      "openai-chat": chat({ tools: [chatTool], parallel_tool_calls: false }),
      "openai-responses": responses({ tools: [responsesTool], parallel_tool_calls: false }),
      "anthropic-messages": messages({
        tools: [messagesTool],
        tool_choice: { type: "auto", disable_parallel_tool_use: true },
      }),
    },
  },
  {
    feature: "call and result",
    sacred: true,
    bodies: {
      "openai-chat": chatLoop("text"),
      "openai-responses": responsesLoop("text"),
      "anthropic-messages": messagesLoop({ content: "text" }),
    },
  },
  {
    feature: "image in a tool result",
    bodies: {
      "openai-responses": responsesLoop([{ type: "input_image", image_url: dataUrl, detail: "auto" }]),
      "anthropic-messages": messagesLoop({ content: [imageBlock] }),
    },
  },
  {
    feature: "failed tool result (is_error)",
    bodies: { "anthropic-messages": messagesLoop({ content: "no such file", is_error: true }) },
  },
  {
    feature: "earlier reasoning, sealed by another vendor",
    bodies: {
      "openai-responses": responses({}, [
        hello,
        {
          type: "reasoning",
          id: "rs_1",
          summary: [{ type: "summary_text", text: "Hm." }],
          encrypted_content: "gAAAAB",
        },
        { type: "message", role: "assistant", content: [{ type: "output_text", text: "Hi.", annotations: [] }] },
        hello,
      ]),
      "anthropic-messages": messagesLoop({ content: "text" }, [
        { type: "thinking", thinking: "Hm.", signature: "EqQB" },
      ]),
    },
  },
  {
    feature: "earlier reasoning, plain",
    bodies: {
      "openai-chat": chat({}, [hello, { role: "assistant", content: "Hi.", reasoning_content: "Hm." }, hello]),
    },
  },
  {
    feature: "reasoning effort",
    bodies: {
      "openai-chat": chat({ reasoning_effort: "high" }),
      "openai-responses": responses({ reasoning: { effort: "high", summary: "auto" } }),
      "anthropic-messages": messages({ thinking: { type: "adaptive" }, output_config: { effort: "high" } }),
    },
  },
  {
    feature: "thinking budget",
    bodies: {
      "anthropic-messages": { ...messages({ thinking: { type: "enabled", budget_tokens: 4096 } }), max_tokens: 8192 },
    },
  },
  answering("structured output", SCHEMA, { strict: true }),
  answering("structured output with an optional field", OPTIONAL, { strict: false }),
  // Anthropic's own callers cannot ask for it.
  withoutMessages(answering("structured output with bounds (minimum, maxLength)", BOUNDED, { strict: true })),
  withoutMessages(answering("structured output with a map, whose names are open", MAP, { strict: false })),
  {
    feature: "any JSON object (json_object)",
    bodies: {
      "openai-chat": chat({ response_format: { type: "json_object" } }),
      "openai-responses": responses({ text: { format: { type: "json_object" } } }),
    },
  },
  {
    feature: "output limit",
    bodies: {
      "openai-chat": chat({ max_completion_tokens: 1000 }),
      "openai-responses": responses({ max_output_tokens: 1000 }),
      "anthropic-messages": messages({ max_tokens: 1000 }),
    },
  },
  everywhere("temperature", { temperature: 0.2 }),
  everywhere("top_p", { top_p: 0.9 }),
  { feature: "top_k", bodies: { "anthropic-messages": messages({ top_k: 40 }) } },
  {
    feature: "stop sequences",
    bodies: { "openai-chat": chat({ stop: ["END"] }), "anthropic-messages": messages({ stop_sequences: ["END"] }) },
  },
  { feature: "penalties", bodies: { "openai-chat": chat({ frequency_penalty: 0.5, presence_penalty: 0.5 }) } },
  { feature: "seed", bodies: { "openai-chat": chat({ seed: 7 }) } },
  { feature: "log probabilities", bodies: { "openai-chat": chat({ logprobs: true, top_logprobs: 2 }) } },
  { feature: "several choices (n)", bodies: { "openai-chat": chat({ n: 2 }) } },
  {
    feature: "verbosity",
    bodies: {
      "openai-chat": chat({ verbosity: "low" }),
      "openai-responses": responses({ text: { verbosity: "low" } }),
    },
  },
  everywhere("service tier", { service_tier: "auto" }),
  inBoth("cache key", { prompt_cache_key: "conversation-1" }),
  {
    feature: "cache breakpoint",
    bodies: {
      "anthropic-messages": messages({
        system: [{ type: "text", text: "Be brief.", cache_control: { type: "ephemeral" } }],
      }),
    },
  },
  inBoth("user", { user: "u-1" }),
  {
    feature: "metadata",
    bodies: {
      "openai-chat": chat({ metadata: { team: "a" } }),
      "openai-responses": responses({ metadata: { team: "a" } }),
      "anthropic-messages": messages({ metadata: { user_id: "u-1" } }),
    },
  },
  { feature: "truncation", bodies: { "openai-responses": responses({ truncation: "auto" }) } },
  {
    feature: "thread that the vendor holds",
    bodies: { "anthropic-messages": messages({ thread: { type: "create" } }) },
  },
  {
    feature: "context edits by the vendor",
    bodies: {
      "anthropic-messages": messages({ context_management: { edits: [{ type: "clear_tool_uses_20250919" }] } }),
    },
  },
];
