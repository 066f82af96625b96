/** One part of a message's content, of whichever dialect it is: Cursor mixes three in one body. */
import type { LossList } from "../../ir/loss.ts";
import type { CacheMark, Content, MediaPart, Part } from "../../ir/request.ts";
import { lookup, isList, isObject, type Json, type JsonObject, pathOf, ShapeError } from "../../wire/json.ts";
import { CHAT, objectIn, textIn } from "./wire.ts";

/** String content stays a string; null and absent are empty. */
export function decodeContent(content: Json | undefined, at: string): Content {
  if (content === undefined || content === null) return "";
  if (typeof content === "string") return content;
  if (isList(content)) return content.map((part, index) => decodePart(part, pathOf(at, index)));
  if (isObject(content)) return [decodePart(content, at)];
  throw new ShapeError(at, "a string or a list of parts", content);
}

export function decodePart(part: Json, at: string): Part {
  if (typeof part === "string") return { kind: "text", text: part };
  if (!isObject(part)) throw new ShapeError(at, "a content part", part);
  const type = textIn(part, "type");
  return lookup(PARTS, type)?.(part, at) ?? otherPart(part);
}

export const isText = (type: string): boolean => TEXT_TYPES.has(type);
const TEXT_TYPES = new Set(["text", "input_text", "output_text"]);

type Reader = (part: JsonObject, at: string) => Part | undefined;

const text: Reader = (part, at) => {
  if (part.text !== undefined && part.text !== null && typeof part.text !== "string")
    throw new ShapeError(pathOf(at, "text"), "a string", part.text);
  const annotations = isList(part.annotations) && part.annotations.length > 0 ? { annotations: part.annotations } : {};
  return { kind: "text", text: textIn(part, "text"), ...markOf(part), ...annotations };
};

const PARTS: Readonly<Record<string, Reader | undefined>> = {
  text,
  input_text: text,
  output_text: text,
  refusal: (part) => ({ kind: "refusal", text: textIn(part, "refusal") }),
  image_url: (part, at) => image(part, part.image_url, at),
  input_image: (part, at) => image(part, part.image_url, at),
  image: (part, at) =>
    isObject(part.source)
      ? fromSource("image", part, part.source)
      : image(part, part.image_url ?? part.image ?? part.url, at),
  document: (part) => (isObject(part.source) ? fromSource("document", part, part.source) : undefined),
  file: (part) => file(part, objectIn(part, "file") ?? part),
  input_file: (part) => file(part, part),
  input_audio: (part) => audio(part, objectIn(part, "input_audio") ?? part),
  video_url: (part, at) => ({
    kind: "media",
    media: "video",
    source: sourceOf(urlOf(part.video_url, pathOf(at, "video_url"))),
  }),
  tool_reference: (part) => ({ kind: "tool-ref", name: textIn(part, "tool_name") }),
};

function otherPart(part: JsonObject): Part {
  if (typeof part.text === "string") return { kind: "text", text: part.text, ...markOf(part) };
  const anthropic = part.type === "search_result" || part.type === "container_upload";
  return { kind: "opaque", dialect: anthropic ? "anthropic" : CHAT, raw: part };
}

function image(part: JsonObject, link: Json | undefined, at: string): MediaPart {
  const inner = isObject(link) ? link : part;
  const detail = textIn(inner, "detail") || textIn(part, "detail");
  const fileId = textIn(part, "file_id") || textIn(inner, "file_id");
  const source = fileId ? { fileId } : sourceOf(urlOf(link, pathOf(at, "image_url")));
  return { kind: "media", media: "image", source, ...(detail ? { detail } : {}), ...markOf(part) };
}

function urlOf(link: Json | undefined, at: string): string {
  const url = isObject(link) ? link.url : link;
  if (typeof url === "string" && url !== "") return url;
  throw new ShapeError(isObject(link) ? pathOf(at, "url") : at, "an address or a data: URL", url);
}

const DATA_URL = /^data:([^,;]+);base64,/i;

export function sourceOf(url: string): MediaPart["source"] {
  const head = DATA_URL.exec(url);
  return head?.[1] === undefined ? { url } : { data: url.slice(head[0].length), mime: head[1] };
}

/** Anthropic's source object. */
function fromSource(media: "image" | "document", part: JsonObject, source: JsonObject): MediaPart | undefined {
  const found = anthropicSource(media, source);
  if (!found) return undefined;
  const title = textIn(part, "title");
  const { context, citations } = part;
  const hints = { ...(context ? { context } : {}), ...(citations ? { citations } : {}) };
  return {
    kind: "media",
    media,
    source: found,
    ...(title ? { name: title } : {}),
    ...(Object.keys(hints).length > 0 ? { hints } : {}),
    ...markOf(part),
  };
}

function anthropicSource(media: "image" | "document", source: JsonObject): MediaPart["source"] | undefined {
  const mime = textIn(source, "media_type");
  switch (source.type) {
    case "base64":
      return { data: textIn(source, "data"), mime: mime || (media === "image" ? "image/png" : "application/pdf") };
    case "text":
      return { text: textIn(source, "data"), mime: mime || "text/plain" };
    case "url":
      return { url: textIn(source, "url") };
    case "file":
      return { fileId: textIn(source, "file_id") };
    default:
      return undefined;
  }
}

function file(part: JsonObject, inner: JsonObject): MediaPart | undefined {
  const name = textIn(inner, "filename");
  const link = textIn(inner, "file_data") || textIn(inner, "file_url");
  const fileId = textIn(inner, "file_id");
  if (!link && !fileId) return undefined;
  const source = fileId ? { fileId } : fileSource(link);
  return { kind: "media", media: "document", source, ...(name ? { name } : {}), ...markOf(part) };
}

/** OpenAI takes file_data with and without the `data:` head. */
function fileSource(link: string): MediaPart["source"] {
  if (/^(data:|https?:)/i.test(link)) return sourceOf(link);
  return { data: link, mime: "application/pdf" };
}

function audio(part: JsonObject, inner: JsonObject): MediaPart {
  const format = textIn(inner, "format") || "wav";
  return {
    kind: "media",
    media: "audio",
    source: { data: textIn(inner, "data"), mime: `audio/${format}` },
    ...markOf(part),
  };
}

export function markOf(object: JsonObject): { mark?: CacheMark } {
  const raw = object.cache_control;
  if (!isObject(raw)) return {};
  const ttl = textIn(raw, "ttl");
  return { mark: ttl ? { ttl, raw } : { raw } };
}

/** Fields of a message that no other dialect has and that an answer may depend on: told, not dropped in silence. */
export function loseUnread(message: JsonObject, read: ReadonlySet<string>, at: string, losses: LossList): void {
  for (const [key, value] of Object.entries(message)) {
    if (read.has(key) || value === null || value === undefined) continue;
    losses.add({
      path: pathOf(at, key),
      feature: "message-field",
      how: "dropped",
      weight: key === "prefix" || key === "partial" || key === "audio" ? "meaning" : "hint",
      note: `${key} of a message is known to its own dialect only`,
    });
  }
}
