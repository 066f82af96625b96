/** The request that a client of each wire would have sent for a recording: a question, and the tools that the recorded answer calls. */
import type { Fold } from "./fold.ts";
import type { Recording, Wire } from "./recordings.ts";

type Fields = Readonly<Record<string, unknown>>;
export interface DeclaredTool {
  readonly name: string;
  readonly custom: boolean;
}

/**
 * Custom tools come only from the tools that a recorded response echoes: xAI dresses searches that it runs itself as
 * `custom_tool_call`, and no caller declared those.
 */
export function customToolsOf(recording: Recording): ReadonlySet<string> {
  if (recording.wire !== "responses") return new Set();
  const tools = recording.events.flatMap((event) => {
    const body = JSON.parse(event) as Fields;
    const response = (recording.streamed ? body["response"] : body) as Fields | undefined;
    return Array.isArray(response?.["tools"]) ? (response["tools"] as Fields[]) : [];
  });
  return new Set(tools.filter((tool) => tool["type"] === "custom").map((tool) => String(tool["name"])));
}

export function toolsOf(expected: Fold): readonly DeclaredTool[] {
  const tools = new Map(expected.calls.map((call) => [call.name, { name: call.name, custom: call.custom === true }]));
  return [...tools.values()];
}

export function bodyFor(wire: Wire, model: string, stream: boolean, tools: readonly DeclaredTool[]): Fields {
  const declared = tools.length > 0 ? { tools: tools.map(TOOL[wire]) } : {};
  const question = [{ role: "user", content: "Please answer." }];
  switch (wire) {
    case "chat":
      return {
        model,
        messages: question,
        stream,
        ...(stream ? { stream_options: { include_usage: true } } : {}),
        ...declared,
      };
    case "responses":
      return { model, input: question, stream, ...declared };
    case "messages":
      return { model, max_tokens: 4096, messages: question, stream, ...declared };
  }
}

const SCHEMA = { type: "object", properties: {}, additionalProperties: true };
const TOOL: Readonly<Record<Wire, (tool: DeclaredTool) => Fields>> = {
  chat: ({ name, custom }) =>
    custom ? { type: "custom", custom: { name } } : { type: "function", function: { name, parameters: SCHEMA } },
  responses: ({ name, custom }) =>
    custom ? { type: "custom", name } : { type: "function", name, parameters: SCHEMA, strict: false },
  messages: ({ name }) => ({ name, input_schema: SCHEMA }),
};
