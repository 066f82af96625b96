/** One part of a message's content, of whichever dialect it is: Cursor mixes three in one body. */
import { namesIn } from "../../wire/name-list.ts";
import type { Content, MediaPart, MediaSource, Part, TextPart } from "../../ir/request.ts";
import { type Draft, placed, withMark, withUnread } from "../../ir/draft.ts";
import {
  isList,
  isObject,
  type Json,
  type JsonObject,
  lookup,
  objectIn,
  pathOf,
  ShapeError,
  textIn,
} from "../../wire/json.ts";
import { OPENAI_CHAT } from "./id.ts";

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
  return placed(lookup(PARTS, type)?.(part, at) ?? otherPart(part, at), at);
}

export const isText = (type: string): boolean => TEXT_TYPES.has(type);
const TEXT_TYPES = new Set(["text", "input_text", "output_text"]);

type Reader = (part: JsonObject, at: string) => Part | undefined;

const text: Reader = (part, at) => {
  if (part.text !== undefined && part.text !== null && typeof part.text !== "string")
    throw new ShapeError(pathOf(at, "text"), "a string", part.text);
  const found: Draft<TextPart> = { kind: "text", text: textIn(part, "text") };
  if (isList(part.annotations) && part.annotations.length > 0) found.annotations = part.annotations;
  return withUnread(withMark(found, part, at), part, TEXT_KEYS);
};

const TEXT_KEYS: ReadonlySet<string> = new Set(["type", "text", "annotations", "cache_control"]);
const REFUSAL_KEYS: ReadonlySet<string> = new Set(["type", "refusal"]);
const REF_KEYS: ReadonlySet<string> = new Set(["type", "tool_name"]);
/** Whatever shape a picture, a file or a sound comes in. */
const MEDIA_KEYS: ReadonlySet<string> =
  namesIn(`type image_url image url video_url input_audio data format file file_id file_data file_url filename detail
  source title context cache_control`);

const PARTS: Readonly<Record<string, Reader | undefined>> = {
  text,
  input_text: text,
  output_text: text,
  refusal: (part): Part => withUnread({ kind: "refusal", text: textIn(part, "refusal") }, part, REFUSAL_KEYS),
  image_url: image,
  input_image: image,
  image: (part, at) => (isObject(part.source) ? fromSource("image", part, part.source, at) : image(part, at)),
  document: (part, at) => (isObject(part.source) ? fromSource("document", part, part.source, at) : undefined),
  file: (part, at) => (isObject(part.file) ? file(part, part.file, pathOf(at, "file"), at) : file(part, part, at, at)),
  input_file: (part, at) => file(part, part, at, at),
  input_audio: audio,
  video_url: (part, at) => media("video", part, sourceOf(urlOf(part.video_url, pathOf(at, "video_url"))), at),
  tool_reference: (part): Part => withUnread({ kind: "tool-ref", name: textIn(part, "tool_name") }, part, REF_KEYS),
};

function otherPart(part: JsonObject, at: string): Part {
  if (typeof part.text === "string")
    return withUnread(withMark({ kind: "text", text: part.text }, part, at), part, TEXT_KEYS);
  const anthropic = part.type === "search_result" || part.type === "container_upload";
  return { kind: "opaque", dialect: anthropic ? "anthropic-messages" : OPENAI_CHAT, raw: part };
}

function media(
  kind: MediaPart["media"],
  part: JsonObject,
  source: MediaSource,
  at: string,
  more: Pick<MediaPart, "detail" | "name" | "context"> = {},
): MediaPart {
  const found: MediaPart = { kind: "media", media: kind, source, ...more };
  return withUnread(withMark(found, part, at), part, MEDIA_KEYS);
}

function image(part: JsonObject, at: string): MediaPart {
  const key = ["image_url", "image", "url"].find((name) => part[name] !== undefined && part[name] !== null);
  const link = key === undefined ? undefined : part[key];
  const inner = isObject(link) ? link : part;
  const detail = textIn(inner, "detail") || textIn(part, "detail");
  const fileId = textIn(part, "file_id") || textIn(inner, "file_id");
  const place = pathOf(at, key ?? (fileId ? "file_id" : "image_url"));
  const source = fileId ? { fileId } : sourceOf(urlOf(link, place));
  return media("image", part, { ...source, at: place }, at, detail ? { detail } : {});
}

function urlOf(link: Json | undefined, at: string): string {
  const url = isObject(link) ? link.url : link;
  if (typeof url === "string" && url !== "") return url;
  throw new ShapeError(isObject(link) ? pathOf(at, "url") : at, "an address or a data: URL", url);
}

const DATA_URL = /^data:([^,;]+);base64,/i;

export function sourceOf(url: string): MediaSource {
  const head = DATA_URL.exec(url);
  return head?.[1] === undefined ? { url } : { data: url.slice(head[0].length), mime: head[1] };
}

/** Anthropic's source object. */
function fromSource(
  kind: "image" | "document",
  part: JsonObject,
  source: JsonObject,
  at: string,
): MediaPart | undefined {
  const found = anthropicSource(kind, source);
  if (!found) return undefined;
  const title = textIn(part, "title");
  const context = textIn(part, "context");
  const more = { ...(title ? { name: title } : {}), ...(context ? { context } : {}) };
  return media(kind, part, { ...found, at: pathOf(at, "source") }, at, more);
}

function anthropicSource(media: "image" | "document", source: JsonObject): MediaSource | undefined {
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

/** `inner` holds the file, at `place`. */
function file(part: JsonObject, inner: JsonObject, place: string, at: string): MediaPart | undefined {
  const name = textIn(inner, "filename");
  const key = ["file_id", "file_data", "file_url"].find((one) => textIn(inner, one) !== "");
  if (key === undefined) return undefined;
  const source = key === "file_id" ? { fileId: textIn(inner, key) } : fileSource(textIn(inner, key));
  return media("document", part, { ...source, at: pathOf(place, key) }, at, name ? { name } : {});
}

/** OpenAI takes file_data with and without the `data:` head. */
function fileSource(link: string): MediaSource {
  if (/^(data:|https?:)/i.test(link)) return sourceOf(link);
  return { data: link, mime: "application/pdf" };
}

function audio(part: JsonObject, at: string): MediaPart {
  const inner = objectIn(part, "input_audio");
  const format = textIn(inner ?? part, "format") || "wav";
  const source = { data: textIn(inner ?? part, "data"), mime: `audio/${format}` };
  return media("audio", part, { ...source, at: inner ? pathOf(at, "input_audio") : at }, at);
}
