/** Results of calls: right behind their calls, as text; media that a tool message cannot hold follow in one user message. */
import type { Content, MediaPart, ResultEntry, Tool, ToolRef } from "../../ir/request.ts";
import { withHints } from "../../ir/unread.ts";
import { isList, type Json, type JsonObject } from "../../wire/json.ts";
import { callId } from "./assistant-encode.ts";
import { encodeContent, encodePart, splitMedia, withMark } from "./parts-encode.ts";
import type { Writing } from "./writing.ts";

export function toolTurn(results: readonly ResultEntry[], messages: JsonObject[], writing: Writing): void {
  const aside: JsonObject[] = [];
  for (const result of results) {
    const { content, media } = resultContent(result, writing);
    const marked = withMark(content, result.mark, writing);
    const message = { role: "tool", tool_call_id: callId(result.callId, writing), content: marked };
    messages.push(withHints(message, result, writing));
    if (media.length > 0) outside(result, media, aside, writing);
  }
  if (aside.length > 0) messages.push({ role: "user", content: aside });
}

interface Split {
  readonly content: Json;
  readonly media: readonly MediaPart[];
}

const SEE_BELOW = "(the result follows in the next message)";

function resultContent(result: ResultEntry, writing: Writing): Split {
  const content = contentOf(result, writing);
  const isWhole = typeof content === "string" || writing.traits.imageResults;
  const { kept, media } = isWhole ? { kept: content, media: [] } : splitMedia(content);
  const encoded = encodeContent(kept, writing);
  if (result.isError) return { content: told(encoded, writing.said.place(result), writing), media };
  return { content: encoded === "" && media.length > 0 ? SEE_BELOW : encoded, media };
}

function contentOf({ content }: ResultEntry, writing: Writing): Content {
  if (typeof content === "string" || !("tools" in content)) return content;
  const names = content.tools.flatMap((tool) => refsOf(tool)).map(writing.names.wireName);
  return names.length > 0 ? `[Loaded tools: ${names.join(", ")}]` : "[No tools found]";
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
  writing.losses.hint(at, "result-error", "approximated", "that a call failed is told in the text of its result");
  if (typeof content !== "string") return isList(content) ? [{ type: "text", text: "Error:" }, ...content] : content;
  return /^\s*error\b/i.test(content) ? content : `Error: ${content}`;
}

function outside(result: ResultEntry, media: readonly MediaPart[], aside: JsonObject[], writing: Writing): void {
  writing.losses.hint(result, "result-media", "emulated", "images and files of a tool result follow in a user message");
  const what = media.every((part) => part.media === "image") ? "Images" : "Files";
  aside.push({ type: "text", text: `[${what} of the result of tool call ${callId(result.callId, writing)}]` });
  for (const part of media) encodePart(part, writing, aside);
}
