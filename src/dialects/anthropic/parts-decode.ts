/** Content blocks of a system prompt, a user turn or a tool result, read. */
import type { Content, MediaPart, Part } from "../../ir/request.ts";
import {
  isList,
  isObject,
  type Json,
  type JsonObject,
  objectAt,
  pathOf,
  requiredString,
  ShapeError,
  without,
} from "../../wire/json.ts";
import { DIALECT, markOf, objectIn, textIn } from "./wire.ts";

export function decodeContent(value: Json | undefined, at: string): Content {
  if (typeof value === "string") return value;
  if (value === undefined || value === null) return [];
  if (!isList(value)) throw new ShapeError(at, "a string or a list of content blocks", value);
  return value.map((block, index) => decodePart(objectAt(block, pathOf(at, index)), pathOf(at, index)));
}

export function decodePart(block: JsonObject, at: string): Part {
  switch (block.type) {
    case "text":
      return decodeText(block, at);
    case "image":
      return decodeImage(block, at) ?? opaquePart(block);
    case "document":
      return decodeDocument(block, at) ?? opaquePart(block);
    case "search_result":
      return decodeSearchResult(block);
    case "tool_reference":
      return { kind: "tool-ref", name: requiredString(block, "tool_name", at) };
    default:
      requiredString(block, "type", at);
      return opaquePart(block);
  }
}

const opaquePart = (raw: JsonObject): Part => ({ kind: "opaque", dialect: DIALECT, raw });

/** `citations: null` is what an SDK replays of an answer; it is not the same as absent. */
function decodeText(block: JsonObject, at: string): Part {
  const mark = markOf(block);
  return {
    kind: "text",
    text: requiredString(block, "text", at),
    ...(mark && { mark }),
    ...(block.citations !== undefined && { annotations: block.citations }),
  };
}

const MEDIA_KEYS = new Set(["type", "source", "title", "cache_control"]);

/** `hints` keeps what only Anthropic reads of a document: citations, context, and a source of blocks as it was. */
function media(
  kind: "image" | "document",
  block: JsonObject,
  source: MediaPart["source"],
  hints: JsonObject = {},
): MediaPart {
  const mark = markOf(block);
  const kept = { ...without(block, MEDIA_KEYS), ...hints };
  return {
    kind: "media",
    media: kind,
    source,
    ...(typeof block.title === "string" && { name: block.title }),
    ...(mark && { mark }),
    ...(Object.keys(kept).length > 0 && { hints: kept }),
  };
}

function decodeImage(block: JsonObject, at: string): Part | undefined {
  const source = sourceOf(block, at);
  return source && "text" in source ? undefined : source && media("image", block, source);
}

function decodeDocument(block: JsonObject, at: string): Part | undefined {
  const raw = objectIn(block, "source") ?? {};
  if (raw.type !== "content") {
    const source = sourceOf(block, at);
    return source && media("document", block, source);
  }
  return media("document", block, { text: textOfBlocks(raw.content), mime: "text/plain" }, { source: raw });
}

/** The text of a result of the caller's own search crosses; what cites it returns only to Anthropic. */
function decodeSearchResult(block: JsonObject): Part {
  const part = media("document", block, { text: textOfBlocks(block.content), mime: "text/plain" });
  return { ...part, hints: { search_result: block } };
}

function sourceOf(block: JsonObject, at: string): MediaPart["source"] | undefined {
  const path = pathOf(at, "source");
  const source = objectAt(block.source, path);
  switch (source.type) {
    case "base64":
      return { data: requiredString(source, "data", path), mime: requiredString(source, "media_type", path) };
    case "text":
      return { text: requiredString(source, "data", path), mime: textIn(source, "media_type") || "text/plain" };
    case "url":
      return { url: requiredString(source, "url", path) };
    case "file":
      return { fileId: requiredString(source, "file_id", path) };
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
