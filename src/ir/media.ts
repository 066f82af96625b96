/** What a medium is, whatever its sender calls it: clients put PDFs where pictures belong, and name bytes by nothing. */
import type { MediaPart, MediaSource } from "./request.ts";

export function asItIs(part: MediaPart): MediaPart {
  const source = named(inlined(part.source));
  const kind = part.media === "image" && "mime" in source ? kindOf(source.mime) : part.media;
  if (source === part.source && kind === part.media) return part;
  // Its detail says how a picture is looked at.
  const { detail, ...rest } = part;
  return { ...rest, ...(detail !== undefined && kind === "image" && { detail }), source, media: kind };
}

/** A data: URL with parameters besides its type is one all the same. */
const DATA_URL = /^data:([^,;]+)(?:;[^,;]*){0,8};base64,/i;

export function inlined(source: MediaSource): MediaSource {
  const head = "url" in source ? DATA_URL.exec(source.url.slice(0, HEAD_LENGTH_MAX)) : null;
  if (!("url" in source) || head?.[1] === undefined) return source;
  const { url, ...place } = source;
  return { ...place, mime: head[1], data: url.slice(head[0].length) };
}
const HEAD_LENGTH_MAX = 500;

/** In base64, `%PDF-`. */
const PDF = "JVBERi0";

const named = (source: MediaSource): MediaSource =>
  "data" in source && source.data.startsWith(PDF) && source.mime !== "application/pdf"
    ? { ...source, mime: "application/pdf" }
    : source;

function kindOf(mime: string): MediaPart["media"] {
  const [family] = mime.toLowerCase().split("/");
  return family === "image" || family === "audio" || family === "video" ? family : "document";
}

const ENDINGS: Readonly<Record<string, string>> = {
  "text/plain": "txt",
  "text/markdown": "md",
};

/** OpenAI tells the kind of a file by its name's ending, so a title alone is no name. https://platform.openai.com/docs/guides/pdf-files */
export function fileName(title: string | undefined, mime: string): string {
  const name = title ?? "document";
  if (/\.[A-Za-z0-9]{1,8}$/.test(name)) return name;
  const ending = ENDINGS[mime] ?? mime.split("/")[1]?.replace(/[^a-z0-9][^]*$/, "");
  return `${name}.${ending || "bin"}`;
}
