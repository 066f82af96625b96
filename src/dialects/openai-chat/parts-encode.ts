/** Content as Chat has it. Text stays text; media become the parts that Chat vendors know, or a word about them and a Loss. */
import { fileName } from "../../ir/file-name.ts";
import { asItIs } from "../../ir/media.ts";
import type { CacheMark, Content, MediaPart, Part, TextPart } from "../../ir/request.ts";
import { loseUnread } from "../../ir/unread.ts";
import { isList, type Json, type JsonObject } from "../../wire/json.ts";
import { OPENAI_CHAT } from "./id.ts";
import { encodeMark, hint, loseMark, meaning, unread, type Writing } from "./writing.ts";

/** A list of nothing but text becomes one string: DeepSeek and others refuse lists. */
export function encodeContent(content: Content, writing: Writing, separator = "\n"): Json {
  if (typeof content === "string") return content;
  const parts = content.flatMap((part) => encodePart(part, writing));
  return parts.every(isPlain) ? parts.map((part) => part.text as string).join(separator) : parts;
}

/** What is marked as a whole bears the mark on its last text. */
export function withMark(content: Json, mark: CacheMark | undefined, writing: Writing): Json {
  if (!mark) return content;
  const parts = typeof content === "string" ? [textPart(content)] : (content as readonly JsonObject[]);
  const last = parts.at(-1);
  const isFree = last?.type === "text" && last.text !== "" && last.cache_control === undefined;
  if (isFree && writing.traits.cacheMarks) return [...parts.slice(0, -1), { ...last, ...encodeMark(mark, writing) }];
  loseMark(mark, writing);
  return content;
}

const isPlain = (part: JsonObject): boolean => part.type === "text" && Object.keys(part).length === 2;

export function encodePart(part: Part, writing: Writing): readonly JsonObject[] {
  switch (part.kind) {
    case "text":
      loseCitations(part, writing);
      if (part.text !== "")
        return [{ ...textPart(part.text), ...encodeMark(part.mark, writing), ...unread(part, writing) }];
      loseMark(part.mark, writing);
      return [];
    case "refusal":
      return [{ ...textPart(part.text), ...unread(part, writing) }];
    case "media":
      loseMark(part.mark, writing);
      return [...contextOf(part, writing), encodeMedia(part, writing)];
    case "tool-ref": {
      const note = "a loaded tool is told in words; it is declared anyway";
      hint(writing, "approximated", writing.said.place(part), "tool-reference", note);
      loseUnread(writing.losses, writing.said.place(part), part.hints);
      return [textPart(`[Loaded tool: ${part.name}]`)];
    }
    case "opaque": {
      if (part.dialect === OPENAI_CHAT) return [part.raw as JsonObject];
      const note = `a part of ${part.dialect} that Chat does not know`;
      meaning(writing, "dropped", writing.said.place(part), "foreign-item", note);
      return [];
    }
  }
}

const textPart = (text: string): JsonObject => ({ type: "text", text });

function loseCitations(part: TextPart, writing: Writing): void {
  if (isList(part.annotations) && part.annotations.length > 0)
    hint(writing, "dropped", writing.said.place(part), "citations", "Chat cannot send citations back");
}

/** What a caller of Anthropic's says about a document stands in front of it. */
function contextOf(part: MediaPart, writing: Writing): readonly JsonObject[] {
  if (part.context === undefined) return [];
  const note = "what is said about a document stands beside it as text";
  hint(writing, "approximated", writing.said.place(part), "document-context", note);
  return [textPart(part.context)];
}

function encodeMedia(written: MediaPart, writing: Writing): JsonObject {
  const part = writing.own ? written : asItIs(written);
  const beside = unread(part, writing);
  const at = part.source.at ?? writing.said.place(part);
  if ("text" in part.source)
    hint(writing, "approximated", at, "document-text", "a document of plain text is sent as text");
  const found = MEDIA[part.media](part, writing);
  if (found) return { ...found, ...beside };
  const note = `this ${part.media} cannot be sent to this model over Chat; a word stands in its place`;
  const feature = "fileId" in part.source ? "file-id" : part.media;
  meaning(writing, "approximated", at, feature, note);
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
  const isMedia = (part: Part): part is MediaPart => part.kind === "media" && !("text" in part.source);
  return { kept: content.filter((part) => !isMedia(part)), media: content.filter(isMedia) };
}
