/** Content as Chat has it. Text stays text; media become the parts that Chat vendors know, or a word about them and a Loss. */
import { assertNever } from "../../ir/assert-never.ts";
import { fileName } from "../../ir/file-name.ts";
import { asItIs } from "../../ir/media.ts";
import type { CacheMark, Content, MediaPart, Part, TextPart } from "../../ir/request.ts";
import { loseUnread, withHints } from "../../ir/unread.ts";
import { isList, type Json, type JsonObject } from "../../wire/json.ts";
import { OPENAI_CHAT } from "./id.ts";
import { loseMark, withBreakpoint, type Writing } from "./writing.ts";

/** A list of nothing but text becomes one string: DeepSeek and others refuse lists. */
export function encodeContent(content: Content, writing: Writing, separator = "\n"): Json {
  if (typeof content === "string") return content;
  const parts: JsonObject[] = [];
  for (const part of content) encodePart(part, writing, parts);
  return parts.every(isPlain) ? parts.map((part) => part.text).join(separator) : parts;
}

/** What is marked as a whole bears the mark on its last text. */
export function withMark(content: Json, mark: CacheMark | undefined, writing: Writing): Json {
  if (!mark) return content;
  const parts = typeof content === "string" ? [textPart(content)] : (content as readonly JsonObject[]);
  const last = parts.at(-1);
  const isFree = last?.type === "text" && last.text !== "" && last.cache_control === undefined;
  if (isFree && writing.traits.cacheMarks) return [...parts.slice(0, -1), withBreakpoint(last, mark, writing)];
  loseMark(mark, writing);
  return content;
}

function isPlain(part: JsonObject): part is { readonly type: "text"; readonly text: string } {
  for (const key in part) if (key !== "type" && key !== "text") return false;
  return part.type === "text" && typeof part.text === "string";
}

/** Pushes what a part becomes. */
export function encodePart(part: Part, writing: Writing, parts: JsonObject[]): void {
  switch (part.kind) {
    case "text":
      loseCitations(part, writing);
      if (part.text === "") loseMark(part.mark, writing);
      else parts.push(withHints(withBreakpoint(textPart(part.text), part.mark, writing), part, writing));
      return;
    case "refusal":
      parts.push(withHints(textPart(part.text), part, writing));
      return;
    case "media":
      loseMark(part.mark, writing);
      if (part.context !== undefined) parts.push(contextOf(part, part.context, writing));
      parts.push(encodeMedia(part, writing));
      return;
    case "tool-ref": {
      const note = "a loaded tool is told in words; it is declared anyway";
      writing.losses.hint(part, "tool-reference", "approximated", note);
      loseUnread(writing.losses, writing.said.place(part), part.hints);
      parts.push(textPart(`[Loaded tool: ${part.name}]`));
      return;
    }
    case "opaque": {
      if (part.dialect === OPENAI_CHAT) return void parts.push(part.raw as JsonObject);
      const note = `a part of ${part.dialect} that Chat does not know`;
      return writing.losses.meaning(part, "foreign-item", "dropped", note);
    }
    default:
      assertNever(part);
  }
}

const textPart = (text: string): JsonObject => ({ type: "text", text });

function loseCitations(part: TextPart, writing: Writing): void {
  if (isList(part.annotations) && part.annotations.length > 0)
    writing.losses.hint(part, "citations", "dropped", "Chat cannot send citations back");
}

/** What a caller of Anthropic's says about a document stands in front of it. */
function contextOf(part: MediaPart, context: string, writing: Writing): JsonObject {
  const note = "what is said about a document stands beside it as text";
  writing.losses.hint(part, "document-context", "approximated", note);
  return textPart(context);
}

function encodeMedia(written: MediaPart, writing: Writing): JsonObject {
  const part = writing.own ? written : asItIs(written);
  const beside = withHints({}, part, writing);
  const at = part.source.at ?? writing.said.place(part);
  if ("text" in part.source)
    writing.losses.hint(at, "document-text", "approximated", "a document of plain text is sent as text");
  const found = MEDIA[part.media](part, writing);
  if (found) return { ...found, ...beside };
  const note = `this ${part.media} cannot be sent to this model over Chat; a word stands in its place`;
  const feature = "fileId" in part.source ? "file-id" : part.media;
  writing.losses.meaning(at, feature, "approximated", note);
  return textPart(placeholder(part));
}

/** An address is better than nothing: the model may have a tool that reads it. */
function placeholder(part: MediaPart): string {
  const what = part.name === undefined ? part.media : `${part.media} ${part.name}`;
  return "url" in part.source && !part.source.url.startsWith("data:") ? `[${what}: ${part.source.url}]` : `[${what}]`;
}

type MediaWriter = (part: MediaPart, writing: Writing) => JsonObject | undefined;

const MEDIA: Readonly<Record<MediaPart["media"], MediaWriter>> = {
  image: (part, { traits }) => {
    const url = traits.images ? urlOf(part) : undefined;
    return url === undefined ? undefined : { type: "image_url", image_url: { url, ...detailOf(part.detail) } };
  },
  document: (part, { foreignFiles }) => {
    const { source } = part;
    if ("text" in source) return textPart(part.name === undefined ? source.text : `${part.name}\n\n${source.text}`);
    // A file of Anthropic's is nothing that OpenAI could find.
    if ("fileId" in source) return foreignFiles ? undefined : { type: "file", file: { file_id: source.fileId } };
    if (!("data" in source)) return undefined;
    const filename = fileName(part.name, source.mime);
    return { type: "file", file: { filename, file_data: `data:${source.mime};base64,${source.data}` } };
  },
  audio: (part) =>
    "data" in part.source
      ? {
          type: "input_audio",
          input_audio: { data: part.source.data, format: part.source.mime.replace(/^audio\//, "") },
        }
      : undefined,
  video: (part, { own }) => {
    const url = own ? urlOf(part) : undefined;
    return url === undefined ? undefined : { type: "video_url", video_url: { url } };
  },
};

function urlOf(part: MediaPart): string | undefined {
  if ("url" in part.source) return part.source.url;
  return "data" in part.source ? `data:${part.source.mime};base64,${part.source.data}` : undefined;
}

/** Codex says `original`, which Chat does not know. */
function detailOf(detail: string | undefined): JsonObject {
  if (detail === undefined) return {};
  return { detail: detail === "auto" || detail === "low" || detail === "high" ? detail : "high" };
}

/** Splits off what a tool message of this vendor cannot hold. */
export function splitMedia(content: readonly Part[]): {
  readonly kept: readonly Part[];
  readonly media: readonly MediaPart[];
} {
  if (!content.some(isMedia)) return { kept: content, media: [] };
  return { kept: content.filter((part) => !isMedia(part)), media: content.filter(isMedia) };
}
const isMedia = (part: Part): part is MediaPart => part.kind === "media" && !("text" in part.source);
