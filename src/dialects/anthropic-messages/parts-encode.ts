/** Content blocks of a system prompt, a user turn or a tool result, written. */
import { assertNever } from "../../ir/assert-never.ts";
import { asItIs } from "../../ir/media.ts";
import type { Content, MediaPart, Part, TextPart } from "../../ir/request.ts";
import type { Placed } from "../../ir/field-names.ts";
import { withHints } from "../../ir/unread.ts";
import { isList, isObject, type JsonObject, type Raw } from "../../wire/json.ts";
import { marked, type Writing } from "./writing.ts";
import { ANTHROPIC_MESSAGES } from "./id.ts";

/** Blocks that the vendor takes: it refuses a text block that is empty or nothing but white space. */
export function encodeContent(content: Content, writing: Writing): JsonObject[] {
  if (typeof content === "string") return isBlank(content) ? [] : [{ type: "text", text: content }];
  const blocks: JsonObject[] = [];
  for (const part of content) {
    const block = encodePart(part, writing);
    if (block) blocks.push(block);
  }
  return blocks;
}

export const isBlank = (text: string): boolean => text.trim() === "";

/** undefined: nothing of it can be said here. */
function encodePart(part: Part, writing: Writing): JsonObject | undefined {
  switch (part.kind) {
    case "text":
      return encodeText(part, writing);
    case "refusal":
      return isBlank(part.text) ? undefined : withHints({ type: "text", text: part.text }, part, writing);
    case "media":
      return encodeMedia(part, writing);
    case "tool-ref":
      return withHints({ type: "tool_reference", tool_name: part.name }, part, writing);
    case "opaque":
      return encodeOpaque(part, writing);
    default:
      return assertNever(part);
  }
}

interface Opaque extends Placed {
  readonly dialect: string;
  readonly raw: Raw;
}

/** What belongs to another dialect is for it alone. */
export function encodeOpaque(item: Opaque, writing: Writing): JsonObject | undefined {
  const { dialect, raw } = item;
  const at = writing.said.place(item);
  if (dialect === ANTHROPIC_MESSAGES && isObject(raw)) return writing.breakpoints.takeRaw(raw, at);
  const what = isObject(raw) && typeof raw.type === "string" ? raw.type : "an item";
  writing.losses.meaning(at, "foreign-item", "dropped", `${what} means nothing outside ${dialect}`);
  return undefined;
}

function encodeText(part: TextPart, writing: Writing): JsonObject | undefined {
  if (isBlank(part.text)) return undefined;
  if (isList(part.annotations) && part.annotations.length > 0 && !writing.own) {
    const note = "citations of another vendor cannot be told to Anthropic: they are sealed there";
    writing.losses.hint(part, "citations", "dropped", note);
  }
  const block: Record<string, Raw> = { type: "text", text: part.text };
  if (writing.own && part.annotations !== undefined) block.citations = part.annotations;
  return marked(block, part, writing);
}

function encodeMedia(written: MediaPart, writing: Writing): JsonObject {
  const { own, said } = writing;
  if (own && isObject(written.raw)) return writing.breakpoints.takeRaw(written.raw, said.place(written));
  const part = own ? written : asItIs(written);
  const source = sourceOf(part, writing);
  if (!source)
    return { type: "text", text: `[${part.media}${part.name === undefined ? "" : ` ${part.name}`} left out]` };
  if (part.detail !== undefined && part.detail !== "auto")
    writing.losses.hint(part, "image-detail", "dropped", `Anthropic has no image detail such as ${part.detail}`);
  const block: Record<string, Raw> = { type: part.media, source };
  if (part.media === "document" && part.name !== undefined) block.title = part.name;
  if (part.media === "document" && part.context !== undefined) block.context = part.context;
  return marked(block, part, writing);
}

const IMAGE_TYPES = new Set(["image/jpeg", "image/png", "image/gif", "image/webp"]);

/** undefined: Anthropic cannot take it, and the loss is told; a note in brackets stands in its place. */
function sourceOf(part: MediaPart, writing: Writing): JsonObject | undefined {
  const { source, media } = part;
  const lost = (feature: "file-id" | MediaPart["media"], note: string): undefined =>
    void writing.losses.meaning(source.at ?? writing.said.place(part), feature, "dropped", note);
  if (media === "audio" || media === "video") return lost(media, `Anthropic takes no ${media}`);
  if (media === "image" && !writing.to.traits.images) return lost("image", "this model takes no images");
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
  return lost(media, `Anthropic takes no ${media} of type ${mime}`);
}
