import { describe, expect, test } from "bun:test";
import { type JsonObject, parseExactly } from "../../wire/json.ts";
import type { Traits } from "../traits.ts";
import { anthropicMessages } from "./index.ts";
import { body, decode, to } from "../../../test/fixtures/messages.ts";

/** Out and in again for its own vendor. */
const again = (rest: JsonObject, traits: Partial<Traits> = {}) =>
  anthropicMessages.request.encode(decode(rest), { ...to(traits), model: "claude" });

describe("its own bodies return as they came", () => {
  const mark = { type: "ephemeral", ttl: "1h" };
  const KEPT: [string, JsonObject][] = [
    ["system as a string", { system: "be kind" }],
    [
      "system as blocks with breakpoints",
      {
        system: [
          { type: "text", text: "a", cache_control: mark },
          { type: "text", text: "b" },
        ],
      },
    ],
    [
      "images and documents of every source",
      {
        messages: [
          {
            role: "user",
            content: [
              { type: "image", source: { type: "base64", media_type: "image/png", data: "AA==" } },
              { type: "image", source: { type: "url", url: "https://x/y.png" } },
              { type: "image", source: { type: "file", file_id: "file_1" }, cache_control: mark },
              { type: "document", source: { type: "base64", media_type: "application/pdf", data: "AA==" }, title: "T" },
              {
                type: "document",
                source: { type: "text", media_type: "text/plain", data: "words" },
                citations: { enabled: true },
                context: "c",
              },
              { type: "document", source: { type: "url", url: "https://x/y.pdf" } },
              { type: "document", source: { type: "file", file_id: "file_2" } },
              { type: "document", source: { type: "content", content: [{ type: "text", text: "part" }] } },
              {
                type: "search_result",
                source: "s",
                title: "t",
                content: [{ type: "text", text: "found" }],
                citations: { enabled: true },
              },
              { type: "container_upload", file_id: "file_3" },
              { type: "block_of_tomorrow", a: 1 },
            ],
          },
        ],
      },
    ],
    [
      "an assistant turn of everything, in order",
      {
        messages: [
          { role: "user", content: "hi" },
          {
            role: "assistant",
            content: [
              { type: "thinking", thinking: "t", signature: "s" },
              { type: "redacted_thinking", data: "d" },
              { type: "text", text: "before", citations: [{ type: "char_location" }] },
              { type: "server_tool_use", id: "srv", name: "web_search", input: { query: "q" } },
              { type: "web_search_tool_result", tool_use_id: "srv", content: [] },
              { type: "text", text: "between", citations: null },
              { type: "mcp_tool_use", id: "m", name: "n", server_name: "s", input: {} },
              { type: "mcp_tool_result", tool_use_id: "m", is_error: false, content: [] },
              { type: "compaction", content: "sum" },
              { type: "fallback", from: { model: "a" }, to: { model: "b" } },
              {
                type: "tool_use",
                id: "c",
                name: "f",
                input: { a: [1] },
                caller: { type: "direct" },
                toolset_name: "x",
                cache_control: mark,
              },
            ],
          },
          {
            role: "user",
            content: [
              {
                type: "tool_result",
                tool_use_id: "c",
                content: [
                  { type: "text", text: "r" },
                  { type: "image", source: { type: "url", url: "https://x" } },
                  { type: "tool_reference", tool_name: "g" },
                ],
                is_error: true,
                cache_control: mark,
              },
              { type: "text", text: "and now?" },
            ],
          },
        ],
      },
    ],
    [
      "a system turn in mid-conversation with its own effort",
      {
        messages: [
          { role: "user", content: "hi" },
          {
            role: "system",
            content: [{ type: "text", text: "news" }],
            clear_at: "next_user_message",
            output_config: { effort: "low" },
          },
          { role: "assistant", content: "ok" },
          { role: "system", output_config: { effort: "high" } },
          { role: "user", content: "go" },
        ],
      },
    ],
    [
      "tools of every kind",
      {
        tools: [
          {
            name: "a",
            description: "d",
            input_schema: { type: "object", oneOf: [] },
            strict: true,
            defer_loading: true,
            eager_input_streaming: true,
            cache_control: mark,
          },
          { type: "custom", name: "b", input_schema: { type: "object" } },
          { type: "bash_20250124", name: "bash" },
          { type: "text_editor_20250728", name: "str_replace_based_edit_tool", max_characters: 1 },
          { type: "memory_20250818", name: "memory" },
          { type: "computer_20251124", name: "computer", display_width_px: 1, display_height_px: 1 },
          { type: "web_search_20250305", name: "web_search", max_uses: 8 },
          { type: "code_execution_20250825", name: "code_execution" },
          { type: "tool_search_tool_regex_20251119", name: "tool_search_tool_regex" },
          { type: "mcp_toolset", mcp_server_name: "s" },
        ],
      },
    ],
    [
      "a choice without parallel calls",
      {
        tools: [{ name: "a", input_schema: { type: "object" } }],
        tool_choice: { type: "tool", name: "a", disable_parallel_tool_use: true },
      },
    ],
    [
      "adaptive thinking",
      {
        thinking: { type: "adaptive", display: "omitted" },
        output_config: {
          effort: "medium",
          format: { type: "json_schema", schema: { type: "object" } },
          task_budget: { type: "tokens", total: 1 },
        },
      },
    ],
    ["thinking with a budget", { thinking: { type: "enabled", budget_tokens: 2000, display: "summarized" } }],
    ["thinking switched off", { thinking: { type: "disabled" } }],
    ["thinking of tomorrow", { thinking: { type: "between_tools" } }],
    ["a display of tomorrow", { thinking: { type: "adaptive", display: "updates", block_binding: "x" } }],
    [
      "everything else",
      {
        temperature: 0.5,
        top_p: 0.9,
        top_k: 4,
        stop_sequences: ["END"],
        stream: true,
        metadata: { user_id: "u" },
        service_tier: "standard_only",
        container: { id: "c", skills: [] },
        context_management: { edits: [] },
        mcp_servers: [],
        cache_control: { type: "ephemeral" },
        key_of_tomorrow: { a: null },
      },
    ],
  ];
  test.each(KEPT)("%s", (_name, rest) => {
    const { value, losses } = again(rest);
    expect(value).toEqual(body(rest));
    expect(losses).toEqual([]);
  });

  test("arguments past 2^53 keep their digits", () => {
    const messages =
      '[{"role":"user","content":"hi"},{"role":"assistant","content":[{"type":"tool_use","id":"c","name":"f","input":{"n":9007199254740993}}]}]';
    expect(JSON.stringify(again({ messages: parseExactly(messages) }).value)).toContain(
      '"input":{"n":9007199254740993}',
    );
  });

  test("the same input gives the same bytes", () => {
    for (const [, rest] of KEPT) expect(JSON.stringify(again(rest).value)).toBe(JSON.stringify(again(rest).value));
  });
});
