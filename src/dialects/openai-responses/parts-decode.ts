/** Content as Responses clients write it; Chat's and Anthropic's parts too, since Cursor mixes all three in one body. */
import { namesIn } from "../../wire/name-list.ts";
import { inlined } from "../../ir/media.ts";
import type { Content, MediaPart, MediaSource, Part, TextPart } from "../../ir/request.ts";
import { type Draft, placed, withMark, withUnread } from "../../ir/draft.ts";
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
import { OPENAI_RESPONSES } from "./id.ts";
import { table } from "./wire.ts";

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
  return placed(decode ? decode(part, path) : opaque(part), path);
}

const opaque = (raw: JsonObject): Part => ({ kind: "opaque", dialect: OPENAI_RESPONSES, raw });

const text = (part: JsonObject, path: string): Part => {
  const written = optionalString(part, "text", path);
  if (written === undefined) throw new ShapeError(pathOf(path, "text"), "a string", part.text);
  const { annotations } = part;
  const found: Draft<TextPart> = { kind: "text", text: written };
  // Replayed answers carry an empty list, which says nothing.
  if (isList(annotations) && annotations.length > 0) found.annotations = annotations;
  return withUnread(withMark(found, part, path), part, TEXT_KEYS);
};

const TEXT_KEYS = new Set(["type", "text", "annotations", "cache_control"]);
const REFUSAL_KEYS = new Set(["type", "refusal"]);
const REF_KEYS = new Set(["type", "tool_name", "name"]);
/** Whatever shape a picture, a file or a sound comes in. */
const MEDIA_KEYS =
  namesIn(`type image_url file_id file_data file_url filename detail file input_audio data format source title context
  cache_control`);

const PARTS = table<(part: JsonObject, path: string) => Part>({
  text,
  input_text: text,
  output_text: text,
  summary_text: text,
  refusal: (part, path) =>
    withUnread({ kind: "refusal", text: optionalString(part, "refusal", path) ?? "" }, part, REFUSAL_KEYS),
  input_image: image,
  image_url: image,
  computer_screenshot: image,
  image: (part, path) => fromAnthropic("image", part, path),
  document: (part, path) => fromAnthropic("document", part, path),
  input_file: (part, path) => file(part, part, path, path),
  file: (part, path) =>
    isObject(part.file) ? file(part, part.file, pathOf(path, "file"), path) : file(part, part, path, path),
  input_audio: audio,
  tool_reference: (part) =>
    withUnread({ kind: "tool-ref", name: String(part.tool_name ?? part.name ?? "") }, part, REF_KEYS),
});

function media(
  kind: MediaPart["media"],
  part: JsonObject,
  source: MediaSource,
  path: string,
  more: Pick<MediaPart, "detail" | "name" | "context"> = {},
): MediaPart {
  const found: MediaPart = { kind: "media", media: kind, source, ...more };
  return withUnread(withMark(found, part, path), part, MEDIA_KEYS);
}

function image(part: JsonObject, path: string): Part {
  const nested = isObject(part.image_url) ? part.image_url : undefined;
  const url = nested ? nested.url : part.image_url;
  const detail = optionalString(part, "detail", path) ?? (nested && optionalString(nested, "detail", path));
  const more = detail !== undefined ? { detail } : {};
  const at = pathOf(path, "image_url");
  if (typeof url === "string") return media("image", part, { ...sourceOfUrl(url), at }, path, more);
  if (typeof part.file_id === "string")
    return media("image", part, { fileId: part.file_id, at: pathOf(path, "file_id") }, path, more);
  throw new ShapeError(at, "a URL, a data URL, or a file_id beside it", part.image_url);
}

/** `fields` hold the file, at `place`. */
function file(part: JsonObject, fields: JsonObject, place: string, path: string): Part {
  const source = fileSource(fields, place);
  if (!source) return opaque(part);
  return media("document", part, source, path, typeof fields.filename === "string" ? { name: fields.filename } : {});
}

function fileSource(fields: JsonObject, place: string): MediaSource | undefined {
  if (typeof fields.file_data === "string") {
    const at = pathOf(place, "file_data");
    const source = inlined({ url: fields.file_data });
    return "url" in source ? { data: fields.file_data, mime: "application/pdf", at } : { ...source, at };
  }
  if (typeof fields.file_url === "string") return { url: fields.file_url, at: pathOf(place, "file_url") };
  return typeof fields.file_id === "string" ? { fileId: fields.file_id, at: pathOf(place, "file_id") } : undefined;
}

function audio(part: JsonObject, path: string): Part {
  const sound = isObject(part.input_audio) ? part.input_audio : part;
  if (typeof sound.data !== "string") return opaque(part);
  const at = sound === part ? path : pathOf(path, "input_audio");
  return media("audio", part, { data: sound.data, mime: `audio/${String(sound.format ?? "wav")}`, at }, path);
}

function fromAnthropic(kind: "image" | "document", part: JsonObject, path: string): Part {
  const at = pathOf(path, "source");
  const source = isObject(part.source) ? part.source : {};
  const more = {
    ...(typeof part.title === "string" && { name: part.title }),
    ...(typeof part.context === "string" && { context: part.context }),
  };
  const found = anthropicSource(source, kind === "image" ? "image/png" : "application/pdf");
  if (found) return media(kind, part, { ...found, at }, path, more);
  throw new ShapeError(at, "base64 data, a url or a file_id", part.source);
}

function anthropicSource(source: JsonObject, mimeFallback: string): MediaSource | undefined {
  const mime = typeof source.media_type === "string" ? source.media_type : mimeFallback;
  if (source.type === "text" && typeof source.data === "string") return { text: source.data, mime };
  if (typeof source.data === "string") return { data: source.data, mime };
  if (typeof source.url === "string") return sourceOfUrl(source.url);
  return typeof source.file_id === "string" ? { fileId: source.file_id } : undefined;
}

function sourceOfUrl(url: string): MediaSource {
  // A type with parameters (`text/plain;charset=…;base64,`) stays a URL: its bytes must come back as they were.
  const end = url.startsWith("data:") ? url.search(/[;,]/) : -1;
  if (end < 0 || !url.startsWith(BASE64, end)) return { url };
  return { mime: url.slice("data:".length, end), data: url.slice(end + BASE64.length) };
}

const BASE64 = ";base64,";
