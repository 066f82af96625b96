/** Content as Responses clients write it; Chat's and Anthropic's parts too, since Cursor mixes all three in one body. */
import type { CacheMark, Content, MediaPart, Part } from "../../ir/request.ts";
import {
  isList,
  isObject,
  type Json,
  type JsonObject,
  objectAt,
  optionalString,
  pathOf,
  ShapeError,
} from "../../wire/json.ts";
import { DIALECT, table } from "./wire.ts";

/** null and absent are no content; anything that is neither text nor a list is told as JSON. */
export function decodeContent(value: Json | undefined, path: string): Content {
  if (value === undefined || value === null) return "";
  if (typeof value === "string") return value;
  if (!isList(value)) return JSON.stringify(value);
  return value.map((part, at) => decodePart(part, pathOf(path, at)));
}

export function decodePart(value: Json, path: string): Part {
  if (typeof value === "string") return { kind: "text", text: value };
  const part = objectAt(value, path);
  const decode = PARTS.get(typeof part.type === "string" ? part.type : "text");
  return decode ? decode(part, path) : opaque(part);
}

const opaque = (raw: JsonObject): Part => ({ kind: "opaque", dialect: DIALECT, raw });

const text = (part: JsonObject, path: string): Part => {
  const written = optionalString(part, "text", path);
  if (written === undefined) throw new ShapeError(pathOf(path, "text"), "a string", part.text);
  const { annotations } = part;
  // Replayed answers carry an empty list, which says nothing.
  const cited = isList(annotations) && annotations.length > 0;
  return { kind: "text", text: written, ...markOf(part), ...(cited && { annotations }) };
};

const PARTS = table<(part: JsonObject, path: string) => Part>({
  text,
  input_text: text,
  output_text: text,
  summary_text: text,
  refusal: (part, path) => ({ kind: "refusal", text: optionalString(part, "refusal", path) ?? "" }),
  input_image: image,
  image_url: image,
  computer_screenshot: image,
  image: (part, path) => fromAnthropic("image", part, path),
  document: (part, path) => fromAnthropic("document", part, path),
  input_file: (part) => file(part, part),
  file: (part) => file(part, isObject(part.file) ? part.file : part),
  input_audio: audio,
  tool_reference: (part) => ({ kind: "tool-ref", name: String(part.tool_name ?? part.name ?? "") }),
});

function image(part: JsonObject, path: string): Part {
  const nested = isObject(part.image_url) ? part.image_url : undefined;
  const url = nested ? nested.url : part.image_url;
  const detail = optionalString(part, "detail", path) ?? (nested && optionalString(nested, "detail", path));
  const rest = { ...(detail !== undefined && { detail }), ...markOf(part) };
  if (typeof url === "string") return { kind: "media", media: "image", source: sourceOfUrl(url), ...rest };
  if (typeof part.file_id === "string")
    return { kind: "media", media: "image", source: { fileId: part.file_id }, ...rest };
  throw new ShapeError(pathOf(path, "image_url"), "a URL, a data URL, or a file_id beside it", part.image_url);
}

function file(part: JsonObject, fields: JsonObject): Part {
  const source = fileSource(fields);
  if (!source) return opaque(part);
  const name = typeof fields.filename === "string" ? { name: fields.filename } : {};
  return { kind: "media", media: "document", source, ...name, ...markOf(part) };
}

function fileSource(fields: JsonObject): MediaPart["source"] | undefined {
  if (typeof fields.file_data === "string") {
    const source = sourceOfUrl(fields.file_data);
    return "url" in source ? { data: fields.file_data, mime: "application/pdf" } : source;
  }
  if (typeof fields.file_url === "string") return { url: fields.file_url };
  return typeof fields.file_id === "string" ? { fileId: fields.file_id } : undefined;
}

function audio(part: JsonObject): Part {
  const sound = isObject(part.input_audio) ? part.input_audio : part;
  if (typeof sound.data !== "string") return opaque(part);
  return {
    kind: "media",
    media: "audio",
    source: { data: sound.data, mime: `audio/${String(sound.format ?? "wav")}` },
  };
}

function fromAnthropic(media: "image" | "document", part: JsonObject, path: string): Part {
  const source = isObject(part.source) ? part.source : {};
  const name = typeof part.title === "string" ? { name: part.title } : {};
  const with_ = (found: MediaPart["source"]): Part => ({
    kind: "media",
    media,
    source: found,
    ...name,
    ...markOf(part),
  });
  const mime =
    typeof source.media_type === "string" ? source.media_type : media === "image" ? "image/png" : "application/pdf";
  if (source.type === "text" && typeof source.data === "string") return with_({ text: source.data, mime });
  if (typeof source.data === "string") return with_({ data: source.data, mime });
  if (typeof source.url === "string") return with_(sourceOfUrl(source.url));
  if (typeof source.file_id === "string") return with_({ fileId: source.file_id });
  throw new ShapeError(pathOf(path, "source"), "base64 data, a url or a file_id", part.source);
}

function sourceOfUrl(url: string): MediaPart["source"] {
  // A type with parameters (`text/plain;charset=…;base64,`) stays a URL: its bytes must come back as they were.
  const end = url.startsWith("data:") ? url.search(/[;,]/) : -1;
  if (end < 0 || !url.startsWith(BASE64, end)) return { url };
  return { mime: url.slice("data:".length, end), data: url.slice(end + BASE64.length) };
}

const BASE64 = ";base64,";

export function markOf(holder: JsonObject): { readonly mark?: CacheMark } {
  const raw = holder.cache_control;
  if (!isObject(raw)) return {};
  return { mark: typeof raw.ttl === "string" ? { ttl: raw.ttl, raw } : { raw } };
}
