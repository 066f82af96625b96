/** Content blocks of a system prompt, a user turn or a tool result, read. */
import type { Content, MediaPart, MediaSource, Part, TextPart } from "../../ir/request.ts";
import { type Draft, placed, withMark, withUnread } from "../../ir/draft.ts";
import {
  isList,
  isObject,
  type Json,
  type JsonObject,
  objectAt,
  objectIn,
  pathOf,
  requiredString,
  ShapeError,
  textIn,
} from "../../wire/json.ts";
import { ANTHROPIC_MESSAGES } from "./id.ts";

export function decodeContent(value: Json | undefined, at: string): Content {
  if (typeof value === "string") return value;
  if (value === undefined || value === null) return [];
  if (!isList(value)) throw new ShapeError(at, "a string or a list of content blocks", value);
  return value.map((block, index) => {
    const where = pathOf(at, index);
    return decodePart(objectAt(block, where), where);
  });
}

export const decodePart = (block: JsonObject, at: string): Part => placed(partOf(block, at), at);

function partOf(block: JsonObject, at: string): Part {
  switch (block.type) {
    case "text":
      return decodeText(block, at);
    case "image":
      return decodeImage(block, at) ?? opaquePart(block);
    case "document":
      return decodeDocument(block, at) ?? opaquePart(block);
    case "search_result":
      return decodeSearchResult(block, at);
    case "tool_reference":
      return withUnread({ kind: "tool-ref", name: requiredString(block, "tool_name", at) }, block, REF_KEYS);
    default:
      requiredString(block, "type", at);
      return opaquePart(block);
  }
}

const opaquePart = (raw: JsonObject): Part => ({ kind: "opaque", dialect: ANTHROPIC_MESSAGES, raw });

const REF_KEYS = new Set(["type", "tool_name"]);
const TEXT_KEYS = new Set(["type", "text", "citations", "cache_control"]);

/** `citations: null` is what an SDK replays of an answer; it is not the same as absent. */
function decodeText(block: JsonObject, at: string): TextPart {
  const part: Draft<TextPart> = { kind: "text", text: requiredString(block, "text", at) };
  if (block.citations !== undefined) part.annotations = block.citations;
  return withUnread(withMark(part, block, at), block, TEXT_KEYS);
}

const MEDIA_KEYS = new Set(["type", "source", "title", "context", "cache_control"]);

function media(
  kind: "image" | "document",
  block: JsonObject,
  source: MediaSource,
  at: string,
  read: ReadonlySet<string> = MEDIA_KEYS,
): Draft<MediaPart> {
  const part: Draft<MediaPart> = { kind: "media", media: kind, source };
  if (typeof block.title === "string") part.name = block.title;
  if (typeof block.context === "string") part.context = block.context;
  return withUnread(withMark(part, block, at), block, read);
}

function decodeImage(block: JsonObject, at: string): Part | undefined {
  const source = sourceOf(block, at);
  return source && "text" in source ? undefined : source && media("image", block, source, at);
}

function decodeDocument(block: JsonObject, at: string): Part | undefined {
  const raw = objectIn(block, "source") ?? {};
  const source = raw.type === "content" ? textSource(raw.content, pathOf(at, "source")) : sourceOf(block, at);
  const part = source && media("document", block, source, at);
  if (part && raw.type === "content") part.raw = block;
  return part;
}

const SEARCH_RESULT_KEYS = new Set(["type", "content", "title", "cache_control"]);

/** The text of a result of the caller's own search crosses; what cites it returns only to Anthropic. */
function decodeSearchResult(block: JsonObject, at: string): Part {
  const part = media("document", block, textSource(block.content, pathOf(at, "content")), at, SEARCH_RESULT_KEYS);
  part.raw = block;
  return part;
}

const textSource = (content: Json | undefined, at: string): MediaSource => ({
  text: textOfBlocks(content),
  mime: "text/plain",
  at,
});

function sourceOf(block: JsonObject, path: string): MediaSource | undefined {
  const at = pathOf(path, "source");
  const source = objectAt(block.source, at);
  switch (source.type) {
    case "base64":
      return { data: requiredString(source, "data", at), mime: requiredString(source, "media_type", at), at };
    case "text":
      return { text: requiredString(source, "data", at), mime: textIn(source, "media_type") || "text/plain", at };
    case "url":
      return { url: requiredString(source, "url", at), at };
    case "file":
      return { fileId: requiredString(source, "file_id", at), at };
    default:
      return undefined;
  }
}

function textOfBlocks(content: Json | undefined): string {
  if (typeof content === "string") return content;
  if (!isList(content)) return "";
  return content
    .filter(isObject)
    .map((block) => textIn(block, "text"))
    .filter(Boolean)
    .join("\n");
}
