/** Content as Chat has it. Text stays text; media become the parts that Chat vendors know, or a word about them and a Loss. */
import type { Content, MediaPart, Part } from "../../ir/request.ts";
import type { Json, JsonObject } from "../../wire/json.ts";
import { CHAT } from "./wire.ts";
import { loseMark, meaning, type Writing } from "./writing.ts";

/** A list of nothing but text becomes one string: DeepSeek and others refuse lists. */
export function encodeContent(content: Content, at: string, writing: Writing, separator = "\n"): Json {
  if (typeof content === "string") return content;
  const parts = content.flatMap((part) => encodePart(part, at, writing));
  if (parts.every((part) => part.type === "text")) return parts.map((part) => part.text as string).join(separator);
  return parts;
}

export function encodePart(part: Part, at: string, writing: Writing): readonly JsonObject[] {
  switch (part.kind) {
    case "text":
      if (part.mark) loseMark(at, writing);
      return part.text === "" ? [] : [textPart(part.text)];
    case "refusal":
      return [textPart(part.text)];
    case "media":
      if (part.mark) loseMark(at, writing);
      return [encodeMedia(part, at, writing)];
    case "tool-ref":
      return [textPart(`[Loaded tool: ${part.name}]`)];
    case "opaque":
      if (part.dialect === CHAT) return [part.raw as JsonObject];
      meaning(writing, "dropped", at, "opaque-part", `a part of ${part.dialect} that Chat does not know`);
      return [];
  }
}

const textPart = (text: string): JsonObject => ({ type: "text", text });

function encodeMedia(part: MediaPart, at: string, writing: Writing): JsonObject {
  const found = MEDIA[part.media](part, writing);
  if (found) return found;
  const note = `this ${part.media} cannot be sent to this model over Chat; a word stands in its place`;
  meaning(writing, "approximated", at, part.media, note);
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
  document: (part) => {
    const { source } = part;
    if ("text" in source) return textPart(part.name === undefined ? source.text : `${part.name}\n\n${source.text}`);
    if ("fileId" in source) return { type: "file", file: { file_id: source.fileId } };
    if (!("data" in source)) return undefined;
    return {
      type: "file",
      file: { filename: part.name ?? "document.pdf", file_data: `data:${source.mime};base64,${source.data}` },
    };
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
