/** Content blocks of a system prompt, a user turn or a tool result, written. */
import type { Content, MediaPart, Part } from "../../ir/request.ts";
import { isList, isObject, type Json, type JsonObject, pathOf } from "../../wire/json.ts";
import type { Writing } from "./writing.ts";
import { compact, DIALECT, objectIn } from "./wire.ts";

/** Blocks that the vendor takes: it refuses a text block that is empty or nothing but white space. */
export function encodeContent(content: Content, at: string, writing: Writing): JsonObject[] {
  if (typeof content === "string") return isBlank(content) ? [] : [{ type: "text", text: content }];
  return content.flatMap((part, index) => encodePart(part, pathOf(at, index), writing));
}

export const isBlank = (text: string): boolean => text.trim() === "";

function encodePart(part: Part, at: string, writing: Writing): JsonObject[] {
  switch (part.kind) {
    case "text":
      return encodeText(part, at, writing);
    case "refusal":
      return isBlank(part.text) ? [] : [{ type: "text", text: part.text }];
    case "media":
      return [encodeMedia(part, at, writing)];
    case "tool-ref":
      return [{ type: "tool_reference", tool_name: part.name }];
    case "opaque":
      return encodeOpaque(part.dialect, part.raw, at, writing);
  }
}

/** What belongs to another dialect is for it alone. */
export function encodeOpaque(dialect: string, raw: Json, at: string, writing: Writing): JsonObject[] {
  if (dialect === DIALECT && isObject(raw)) return [writing.breakpoints.takeRaw(raw, at)];
  const what = isObject(raw) && typeof raw.type === "string" ? raw.type : "an item";
  writing.losses.add({
    path: at,
    feature: "foreign-item",
    how: "dropped",
    weight: "meaning",
    note: `${what} means nothing outside ${dialect}`,
  });
  return [];
}

function encodeText(part: Extract<Part, { kind: "text" }>, at: string, writing: Writing): JsonObject[] {
  if (isBlank(part.text)) return [];
  if (isList(part.annotations) && part.annotations.length > 0 && !writing.own)
    writing.losses.add({
      path: at,
      feature: "citations",
      how: "dropped",
      weight: "hint",
      note: "citations of another vendor cannot be told to Anthropic: they are sealed there",
    });
  return [
    compact({
      type: "text",
      text: part.text,
      citations: writing.own ? part.annotations : undefined,
      cache_control: writing.breakpoints.take(part.mark, at),
    }),
  ];
}

function encodeMedia(part: MediaPart, at: string, writing: Writing): JsonObject {
  const hints = writing.own && isObject(part.hints) ? part.hints : {};
  const found = objectIn(hints, "search_result");
  if (found) return writing.breakpoints.takeRaw(found, at);
  const source = objectIn(hints, "source") ?? sourceOf(part, at, writing);
  if (!source)
    return { type: "text", text: `[${part.media}${part.name === undefined ? "" : ` ${part.name}`} left out]` };
  if (part.detail !== undefined && part.detail !== "auto")
    writing.losses.add({
      path: at,
      feature: "image-detail",
      how: "dropped",
      weight: "hint",
      note: `Anthropic has no image detail such as ${part.detail}`,
    });
  return compact({
    type: part.media,
    source,
    title: part.media === "document" ? part.name : undefined,
    ...hints,
    cache_control: writing.breakpoints.take(part.mark, at),
  });
}

const IMAGE_TYPES = new Set(["image/jpeg", "image/png", "image/gif", "image/webp"]);

/** undefined: Anthropic cannot take it, and the loss is told; a note in brackets stands in its place. */
function sourceOf(part: MediaPart, at: string, writing: Writing): JsonObject | undefined {
  const lost = (feature: string, note: string): undefined =>
    void writing.losses.add({ path: at, feature, how: "dropped", weight: "meaning", note });
  const { source, media } = part;
  if (media === "audio" || media === "video") return lost(media, `Anthropic takes no ${media}`);
  if (media === "image" && !writing.to.traits.images) return lost("images", "this model takes no images");
  if ("url" in source) return { type: "url", url: source.url };
  if ("fileId" in source)
    return writing.own
      ? { type: "file", file_id: source.fileId }
      : lost("file-id", "the file is stored at another vendor: send its bytes or a URL");
  if ("text" in source) return { type: "text", media_type: "text/plain", data: source.text };
  const mime = source.mime === "image/jpg" ? "image/jpeg" : source.mime;
  if (writing.own || (media === "image" ? IMAGE_TYPES.has(mime) : mime === "application/pdf"))
    return { type: "base64", media_type: mime, data: source.data };
  if (media === "document" && /^text\/|[/+](json|xml|yaml)$/.test(mime))
    return { type: "text", media_type: "text/plain", data: Buffer.from(source.data, "base64").toString() };
  return lost(`${media}-type`, `Anthropic takes no ${media} of type ${mime}`);
}
