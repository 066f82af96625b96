/** Results of calls: right behind their calls, as text; media that a tool message cannot hold follow in one user message. */
import type { Content, MediaPart, ResultEntry, Tool, ToolRef } from "../../ir/request.ts";
import { isList, type Json, type JsonObject } from "../../wire/json.ts";
import { callId } from "./assistant-encode.ts";
import { encodeContent, encodePart, splitMedia, withMark } from "./parts-encode.ts";
import { hint, unread, type Writing } from "./writing.ts";

export function toolTurn(results: readonly ResultEntry[], writing: Writing): readonly JsonObject[] {
  const messages: JsonObject[] = [];
  const aside: JsonObject[] = [];
  for (const result of results) {
    const { content, media } = resultContent(result, writing);
    messages.push({
      role: "tool",
      tool_call_id: callId(result.callId, writing),
      content: withMark(content, result.mark, writing),
      ...unread(result, writing),
    });
    if (media.length > 0) aside.push(...outside(result, media, writing));
  }
  if (aside.length > 0) messages.push({ role: "user", content: aside });
  return messages;
}

interface Split {
  readonly content: Json;
  readonly media: readonly MediaPart[];
}

const SEE_BELOW = "(the result follows in the next message)";

function resultContent(result: ResultEntry, writing: Writing): Split {
  const content = partsOf(result, writing);
  const { kept, media } = writing.traits.imageResults ? { kept: content, media: [] } : splitMedia(content);
  const encoded = encodeContent(kept, writing);
  if (result.isError) return { content: told(encoded, writing.said.place(result), writing), media };
  return { content: encoded === "" && media.length > 0 ? SEE_BELOW : encoded, media };
}

function partsOf(result: ResultEntry, writing: Writing): Exclude<Content, string> {
  const { content } = result;
  if (typeof content === "string") return [{ kind: "text", text: content }];
  if (!("tools" in content)) return content;
  const names = content.tools.flatMap((tool) => refsOf(tool)).map(writing.names.wireName);
  return [{ kind: "text", text: names.length > 0 ? `[Loaded tools: ${names.join(", ")}]` : "[No tools found]" }];
}

/** The model calls a found tool by the flat name under which it is declared. */
function refsOf(tool: Tool, namespace?: string): readonly ToolRef[] {
  if (tool.kind === "namespace") return tool.tools.flatMap((inner) => refsOf(inner, tool.name));
  if (tool.kind === "hosted") return [];
  const within = "namespace" in tool ? (tool.namespace ?? namespace) : namespace;
  return [{ via: tool.kind, name: tool.name, ...(within === undefined ? {} : { namespace: within }) }];
}

/** Chat cannot say that a call failed, but the model reads. */
function told(content: Json, at: string, writing: Writing): Json {
  hint(writing, "approximated", at, "result-error", "that a call failed is told in the text of its result");
  if (typeof content !== "string") return isList(content) ? [{ type: "text", text: "Error:" }, ...content] : content;
  return /^\s*error\b/i.test(content) ? content : `Error: ${content}`;
}

function outside(result: ResultEntry, media: readonly MediaPart[], writing: Writing): readonly JsonObject[] {
  const note = "images and files of a tool result follow in a user message";
  hint(writing, "emulated", writing.said.place(result), "result-media", note);
  const what = media.every((part) => part.media === "image") ? "Images" : "Files";
  const label = { type: "text", text: `[${what} of the result of tool call ${callId(result.callId, writing)}]` };
  return [label, ...media.flatMap((part) => encodePart(part, writing))];
}
