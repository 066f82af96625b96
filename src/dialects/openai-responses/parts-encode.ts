/** Content for a Responses upstream: text by role, images, files and sound. */
import type { Content, MediaPart, Part, Role } from "../../ir/request.ts";
import type { JsonObject, Raw } from "../../wire/json.ts";
import { DIALECT } from "./wire.ts";
import { lose, type Writing } from "./writing.ts";

/** Vendors refuse media in what the assistant said; `tool` is the output of a call. */
export type Place = Role | "tool";

export const encodeParts = (parts: readonly Part[], place: Place, path: string, w: Writing): readonly JsonObject[] =>
  parts.flatMap((part, at) => encodePart(part, place, `${path}[${at}]`, w));

function encodePart(part: Part, place: Place, path: string, w: Writing): readonly JsonObject[] {
  if ("mark" in part && part.mark) loseMark(path, w);
  switch (part.kind) {
    case "text":
      return [textPart(part.text, place, w, part.annotations)];
    case "refusal":
      return [place === "assistant" ? { type: "refusal", refusal: part.text } : textPart(part.text, place, w)];
    case "media":
      return [mediaPart(part, place, path, w)];
    case "tool-ref":
      lose(
        w.losses,
        path,
        "tool-reference",
        "approximated",
        "hint",
        "a loaded tool was told in words; it is declared anyway",
      );
      return [textPart(`Tool loaded: ${part.name}`, place, w)];
    case "opaque":
      if (part.dialect === DIALECT) return [part.raw as JsonObject];
      lose(w.losses, path, "opaque-part", "dropped", "meaning", "a part that only its own dialect understands");
      return [];
  }
}

export function textPart(text: string, place: Place, w: Writing, annotations?: Raw): JsonObject {
  if (place !== "assistant") return { type: "input_text", text };
  if (annotations !== undefined && w.own) return { type: "output_text", text, annotations };
  return w.own ? { type: "output_text", text } : { type: "output_text", text, annotations: [] };
}

export const loseMark = (path: string, w: Writing): void =>
  lose(
    w.losses,
    path,
    "cache-breakpoint",
    "dropped",
    "hint",
    "the Responses API caches prefixes by itself and knows no breakpoints",
  );

function mediaPart(part: MediaPart, place: Place, path: string, w: Writing): JsonObject {
  const refused = refusal(part, place, w);
  if (refused !== undefined) {
    lose(w.losses, path, refused.feature, "dropped", "meaning", refused.note);
    return textPart(`[${part.media} omitted${part.name === undefined ? "" : `: ${part.name}`}]`, place, w);
  }
  if (part.hints !== undefined)
    lose(w.losses, path, "document-hints", "dropped", "hint", "citation switch and context of a document");
  switch (part.media) {
    case "image":
      return imagePart(part, w);
    case "audio":
      return {
        type: "input_audio",
        input_audio:
          "data" in part.source ? { data: part.source.data, format: part.source.mime.replace(/^audio\//, "") } : {},
      };
    case "document":
    case "video":
      return filePart(part, place, path, w);
  }
}

function refusal(
  part: MediaPart,
  place: Place,
  w: Writing,
): { readonly feature: string; readonly note: string } | undefined {
  if (place === "assistant") return { feature: "assistant-media", note: "what the assistant said may hold text only" };
  if (part.media === "video") return { feature: "video", note: "the Responses API takes no video" };
  if (part.media === "image" && !w.to.traits.images) return { feature: "image", note: `${w.to.model} takes no images` };
  if (part.media === "audio" && !("data" in part.source))
    return { feature: "audio", note: "the Responses API takes sound as data only" };
  if ("fileId" in part.source && w.request.extra.dialect === "anthropic")
    return { feature: "file-id", note: "a file id is known to the vendor that issued it only" };
  return undefined;
}

function imagePart(part: MediaPart, w: Writing): JsonObject {
  const detail = part.detail ?? (w.own ? undefined : "auto");
  return { type: "input_image", ...imageSource(part.source), ...(detail !== undefined && { detail }) };
}

export function imageSource(source: MediaPart["source"]): JsonObject {
  if ("fileId" in source) return { file_id: source.fileId };
  return { image_url: "url" in source ? source.url : dataUrl(source) };
}

function dataUrl(source: Exclude<MediaPart["source"], { readonly url: string } | { readonly fileId: string }>): string {
  const data = "data" in source ? source.data : Buffer.from(source.text).toString("base64");
  return `data:${source.mime};base64,${data}`;
}

function filePart(part: MediaPart, place: Place, path: string, w: Writing): JsonObject {
  const { source } = part;
  if ("text" in source) {
    lose(w.losses, path, "text-document", "approximated", "hint", "a document of plain text was sent as text");
    return textPart(part.name === undefined ? source.text : `${part.name}\n\n${source.text}`, place, w);
  }
  const named = part.name === undefined ? {} : { filename: part.name };
  if ("url" in source) return { type: "input_file", ...(w.own && named), file_url: source.url };
  if ("fileId" in source) return { type: "input_file", ...(w.own && named), file_id: source.fileId };
  // A file in data needs a name. https://platform.openai.com/docs/guides/pdf-files
  const filename = part.name ?? (w.own ? undefined : `document.${source.mime.split("/")[1] ?? "bin"}`);
  return { type: "input_file", ...(filename !== undefined && { filename }), file_data: dataUrl(source) };
}

/** All of it as one string, or undefined when something in it is no text. */
export function plainText(content: Content): string | undefined {
  if (typeof content === "string") return content;
  return content.every((part) => part.kind === "text") ? content.map((part) => part.text).join("\n") : undefined;
}
