/** Results of calls, each in the item type that answers its call. */
import type { MediaPart, Part, ResultEntry, ToolRef } from "../../ir/request.ts";
import { isObject, type JsonObject, parseOr } from "../../wire/json.ts";
import { encodeParts, imageSource, plainText } from "./parts-encode.ts";
import { encodeTools } from "./tools-encode.ts";
import { type Builtin, builtinByName } from "./wire.ts";
import { builtinOf, callId, itemOf, loseMark, type Writing } from "./writing.ts";

/** Where images go that the upstream does not take inside a result: they follow in a user message. */
export interface HeldImages {
  hold(part: MediaPart): void;
}

export function encodeResult(entry: ResultEntry, images: HeldImages, w: Writing): JsonObject {
  loseMark(entry.mark, w);
  const tool = w.calls.get(entry.callId)?.tool;
  const builtin = tool ? builtinOf(tool, w) : namedBuiltin(entry, w);
  if (builtin) return builtinOutput(builtin, entry, w);
  const item = itemOf(outputType(entry, tool, w), entry, w);
  item.call_id = callId(entry.callId, w);
  item.output = encodeOutput(entry, images, w);
  return item;
}

/** Its call is in an earlier answer that the upstream keeps (previous_response_id). */
const namedBuiltin = (entry: ResultEntry, w: Writing): Builtin | undefined =>
  w.own && entry.via === "builtin" && entry.name !== undefined ? builtinByName(entry.name) : undefined;

const outputType = (entry: ResultEntry, tool: ToolRef | undefined, w: Writing): string =>
  (tool?.via ?? entry.via) === "custom" && w.to.traits.customTools ? "custom_tool_call_output" : "function_call_output";

function encodeOutput(entry: ResultEntry, images: HeldImages, w: Writing): string | readonly JsonObject[] {
  const content = contentOf(entry, w);
  // A list of texts is newer than most servers; one string says the same.
  if (typeof content === "string") return content;
  const plain = plainText(content);
  const whole = encodeParts(content, "tool", w);
  if (plain !== undefined && !w.own) return plain;
  if (w.to.traits.imageResults) return whole;
  const told = content.map((part): Part => {
    if (part.kind !== "media") return part;
    images.hold(part);
    return { kind: "text", text: `[${part.media}: see the next message]` };
  });
  if (told.some((part, at) => part !== content[at]))
    w.losses.hint(entry, "result-media", "emulated", "media of a tool result follow in a user message");
  return plainText(told) ?? encodeParts(told, "tool", w);
}

function contentOf(entry: ResultEntry, w: Writing): string | readonly Part[] {
  const content =
    typeof entry.content === "object" && "tools" in entry.content ? toolNames(entry.content.tools) : entry.content;
  if (entry.isError !== true) return content;
  w.losses.hint(entry, "result-error", "approximated", "that a tool failed is told in its text");
  return typeof content === "string" ? ERROR_MARK + content : [{ kind: "text", text: ERROR_MARK.trim() }, ...content];
}
const ERROR_MARK = "[the tool failed] ";

const toolNames = (tools: readonly { readonly name: string }[]): string =>
  `Tools loaded: ${tools.map((tool) => tool.name).join(", ")}`;

function builtinOutput(builtin: Builtin, entry: ResultEntry, w: Writing): JsonObject {
  const { content } = entry;
  const text = typeof content === "string" ? content : "tools" in content ? "" : (plainText(content) ?? "");
  const frame = { ...itemOf(builtin.output, entry, w), call_id: callId(entry.callId, w) };
  switch (builtin.name) {
    case "tool_search": {
      const tools = typeof content === "object" && "tools" in content ? content.tools : [];
      return { status: "completed", ...frame, execution: "client", tools: encodeTools(tools, w) };
    }
    case "apply_patch":
      return { status: entry.isError ? "failed" : "completed", ...frame, ...(text !== "" && { output: text }) };
    case "local_shell":
      return { ...frame, output: text };
    case "computer":
      return { ...frame, ...computerOutput(entry, w) };
    case "mcp_approval":
      return {
        ...itemOf(builtin.output, entry, w),
        approval_request_id: entry.callId,
        ...reported(text, { approve: false }),
      };
    default:
      return {
        ...frame,
        ...reported(text, { output: [{ stdout: text, stderr: "", outcome: { type: "exit", exit_code: 0 } }] }),
      };
  }
}

/** What the client reported is kept as JSON; a text of ours (an unanswered call) is not. */
function reported(text: string, otherwise: JsonObject): JsonObject {
  const value = parseOr(text, null);
  return isObject(value) ? value : otherwise;
}

function computerOutput(entry: ResultEntry, w: Writing): JsonObject {
  const parts = typeof entry.content === "object" && !("tools" in entry.content) ? entry.content : [];
  const screen = parts.find((part) => part.kind === "media");
  const rest = parts.flatMap((part) => (part.kind === "opaque" && isObject(part.raw) ? [part.raw] : []));
  if (!screen)
    w.losses.meaning(entry, "computer-screenshot", "dropped", "a computer call was answered without a screenshot");
  return {
    output: { type: "computer_screenshot", ...(screen && imageSource(screen.source)) },
    ...Object.assign({}, ...rest),
  };
}
