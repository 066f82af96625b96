/** Responses, asked and read by hand. https://platform.openai.com/docs/api-reference/responses */
import { cachedTokens, countedLine } from "../counters.ts";
import { bearer, list, object, PIXELS, type Probe, text, TOOL_DESCRIPTION, TOOL_NAME, TOOL_SCHEMA } from "../probe.ts";

export const probe: Probe = {
  path: () => "/v1/responses",
  headers: bearer,
  ask: ({ model, prompt, stream, tool, image, extra }) => ({
    model,
    input: [{ role: "user", content: [{ type: "input_text", text: prompt }, ...(image ? [IMAGE] : [])] }],
    store: false,
    include: ["reasoning.encrypted_content"],
    ...(tool && { tools: [TOOL], tool_choice: { type: "function", name: TOOL_NAME } }),
    ...(stream && { stream: true }),
    ...extra,
  }),
  answerCall: (asked, answer, result) => {
    const { tool_choice: _forced, ...rest } = asked;
    const output = list(answer.output);
    const results = output
      .filter(({ type }) => type === "function_call")
      .map(({ call_id }) => ({ type: "function_call_output", call_id, output: result }));
    return { ...rest, input: [...list(asked.input), ...output, ...results] };
  },
  read: (answer) => {
    const output = list(answer.output);
    const id = output.find(({ type }) => type === "function_call")?.call_id;
    const said = output.flatMap(({ type, content }) => (type === "message" ? list(content) : []));
    const usage = object(answer.usage);
    return {
      text: said.map((part) => text(part.text)).join(""),
      thought: output.some(({ type }) => type === "reasoning"),
      ...(typeof id === "string" && { call: { id } }),
      ...(cachedTokens(usage) !== undefined && { cachedTokens: countedLine(usage).cacheRead }),
    };
  },
  terminal: /response\.completed/,
  fields: {
    effort: (effort) => ({ reasoning: { effort, summary: "auto" } }),
    withoutThinking: () => ({}),
    verbosity: (verbosity) => ({ text: { verbosity } }),
    outputLimit: (tokens) => ({ max_output_tokens: tokens }),
  },
};

const TOOL = {
  type: "function",
  name: TOOL_NAME,
  description: TOOL_DESCRIPTION,
  parameters: TOOL_SCHEMA,
  strict: true,
};
const IMAGE = { type: "input_image", image_url: `data:image/png;base64,${PIXELS}`, detail: "auto" };
