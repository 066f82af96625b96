/** Content for a Responses upstream: text by role, images, files and sound. */
import { assertNever } from "../../ir/assert-never.ts";
import { fileName } from "../../ir/file-name.ts";
import { asItIs } from "../../ir/media.ts";
import type { Feature } from "../../ir/loss.ts";
import type { Content, MediaPart, Part, Role, TextPart } from "../../ir/request.ts";
import { withHints } from "../../ir/unread.ts";
import { isList, type JsonObject, type Raw } from "../../wire/json.ts";
import { OPENAI_RESPONSES } from "./id.ts";
import { loseMark, type Writing } from "./writing.ts";

/** Vendors refuse media in what the assistant said; `tool` is the output of a call. */
export type Place = Role | "tool";

export function encodeParts(content: readonly Part[], place: Place, w: Writing): readonly JsonObject[] {
  const parts: JsonObject[] = [];
  for (const part of content) encodePart(part, place, parts, w);
  return parts;
}

function encodePart(part: Part, place: Place, parts: JsonObject[], w: Writing): void {
  const at = w.said.place(part);
  if ("mark" in part) loseMark(part.mark, w);
  switch (part.kind) {
    case "text":
      loseCitations(part, at, w);
      return void parts.push(withHints(textPart(part.text, place, w, part.annotations), part, w));
    case "refusal": {
      const said = place === "assistant" ? { type: "refusal", refusal: part.text } : textPart(part.text, place, w);
      return void parts.push(withHints(said, part, w));
    }
    case "media":
      return mediaParts(part, place, parts, w);
    case "tool-ref":
      w.losses.hint(at, "tool-reference", "approximated", "a loaded tool is told in words; it is declared anyway");
      return void parts.push(withHints(textPart(`Tool loaded: ${part.name}`, place, w), part, w));
    case "opaque":
      if (part.dialect === OPENAI_RESPONSES) return void parts.push(part.raw as JsonObject);
      return w.losses.meaning(at, "foreign-item", "dropped", "a part that only its own dialect understands");
    default:
      assertNever(part);
  }
}

export function textPart(text: string, place: Place, w: Writing, annotations?: Raw): JsonObject {
  if (place !== "assistant") return { type: "input_text", text };
  if (annotations !== undefined && w.own) return { type: "output_text", text, annotations };
  return w.own ? { type: "output_text", text } : { type: "output_text", text, annotations: [] };
}

function loseCitations({ annotations }: TextPart, at: string, w: Writing): void {
  if (!w.own && isList(annotations) && annotations.length > 0)
    w.losses.hint(at, "citations", "dropped", "citations of another vendor are not sent back");
}

function mediaParts(written: MediaPart, place: Place, parts: JsonObject[], w: Writing): void {
  const part = w.own ? written : asItIs(written);
  const refused = refusal(part, place, w);
  const beside = withHints({}, part, w);
  if (refused !== undefined) {
    w.losses.meaning(part.source.at ?? w.said.place(part), refused.feature, "dropped", refused.note);
    parts.push(textPart(`[${part.media} omitted${part.name === undefined ? "" : `: ${part.name}`}]`, place, w));
  } else parts.push(...contextOf(part, place, w), { ...mediaPart(part, place, w), ...beside });
}

/** What another dialect's caller says about a document stands in front of it; so does the title of one that has no file name. */
function contextOf(part: MediaPart, place: Place, w: Writing): readonly JsonObject[] {
  const titled = !w.own && part.media === "document" && "url" in part.source;
  const told = [titled ? part.name : undefined, part.context].filter((text) => text !== undefined);
  if (told.length === 0) return [];
  w.losses.hint(part, "document-context", "approximated", "what is said about a document stands beside it as text");
  return [textPart(told.join("\n\n"), place, w)];
}

function mediaPart(part: MediaPart, place: Place, w: Writing): JsonObject {
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
      return filePart(part, place, w);
  }
}

function refusal(
  part: MediaPart,
  place: Place,
  w: Writing,
): { readonly feature: Feature; readonly note: string } | undefined {
  if (place === "assistant") return { feature: "assistant-media", note: "what the assistant said may hold text only" };
  if (part.media === "video") return { feature: "video", note: "the Responses API takes no video" };
  if (part.media === "image" && !w.to.traits.images) return { feature: "image", note: `${w.to.model} takes no images` };
  if (part.media === "audio" && !("data" in part.source))
    return { feature: "audio", note: "the Responses API takes sound as data only" };
  if ("fileId" in part.source && w.request.extra.dialect === "anthropic-messages")
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

function filePart(part: MediaPart, place: Place, w: Writing): JsonObject {
  const { source } = part;
  if ("text" in source) {
    const at = source.at ?? w.said.place(part);
    w.losses.hint(at, "document-text", "approximated", "a document of plain text is sent as text");
    return textPart(part.name === undefined ? source.text : `${part.name}\n\n${source.text}`, place, w);
  }
  const named = part.name === undefined ? {} : { filename: part.name };
  if ("url" in source) return { type: "input_file", ...(w.own && named), file_url: source.url };
  if ("fileId" in source) return { type: "input_file", ...(w.own && named), file_id: source.fileId };
  const filename = w.own ? part.name : fileName(part.name, source.mime);
  return { type: "input_file", ...(filename !== undefined && { filename }), file_data: dataUrl(source) };
}

/** All of it as one string, or undefined when something in it is no text. */
export function plainText(content: Content): string | undefined {
  if (typeof content === "string") return content;
  return content.every((part) => part.kind === "text") ? content.map((part) => part.text).join("\n") : undefined;
}
