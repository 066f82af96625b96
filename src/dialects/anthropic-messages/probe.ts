/** Messages, asked and read by hand. https://docs.claude.com/en/api/messages */
import { countIn } from "../counters.ts";
import { bearer, list, PIXELS, type Probe, text, TOOL_DESCRIPTION, TOOL_NAME, TOOL_SCHEMA } from "../probe.ts";

export const probe: Probe = {
  path: () => "/v1/messages",
  headers: (key) => ({ ...bearer(key), "anthropic-version": "2023-06-01" }),
  ask: ({ model, prompt, stream, tool, image, extra }) => ({
    model,
    max_tokens: 2_048,
    messages: [{ role: "user", content: [...(image ? [IMAGE] : []), { type: "text", text: prompt }] }],
    ...(tool && { tools: [TOOL], tool_choice: { type: "tool", name: TOOL_NAME } }),
    ...(stream && { stream: true }),
    ...extra,
  }),
  answerCall: (asked, answer, result) => {
    const { tool_choice: _forced, ...rest } = asked;
    const content = list(answer.content);
    const results = content
      .filter(({ type }) => type === "tool_use")
      .map(({ id }) => ({ type: "tool_result", tool_use_id: id, content: result }));
    return {
      ...rest,
      messages: [...list(asked.messages), { role: "assistant", content }, { role: "user", content: results }],
    };
  },
  read: (answer) => {
    const content = list(answer.content);
    const id = content.find(({ type }) => type === "tool_use")?.id;
    const cached = countIn(answer.usage, "cache_read_input_tokens");
    return {
      text: content.map((block) => (block.type === "text" ? text(block.text) : "")).join(""),
      thought: content.some(({ type }) => type === "thinking" || type === "redacted_thinking"),
      ...(typeof id === "string" && { call: { id } }),
      ...(cached !== undefined && { cachedTokens: cached }),
    };
  },
  terminal: /message_stop/,
  fields: {
    // The adaptive form is how Claude Code asks models that it does not know (measured, 2.1.329).
    effort: (effort, { budget }) =>
      budget
        ? { thinking: { type: "enabled", budget_tokens: 1_024 } }
        : { thinking: { type: "adaptive" }, output_config: { effort } },
    withoutThinking: () => ({}),
    verbosity: () => undefined,
    outputLimit: (tokens) => ({ max_tokens: tokens }),
    cache: { cache_control: { type: "ephemeral" } },
  },
};

const TOOL = { name: TOOL_NAME, description: TOOL_DESCRIPTION, input_schema: TOOL_SCHEMA };
const IMAGE = { type: "image", source: { type: "base64", media_type: "image/png", data: PIXELS } };
