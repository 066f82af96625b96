/** Media are what their bytes and types say, not what the part around them is called. */
import { expect, test } from "bun:test";
import { asItIs } from "./media.ts";
import type { MediaPart } from "./request.ts";

const PDF = Buffer.from("%PDF-1.7").toString("base64");
const image = (source: MediaPart["source"]): MediaPart => ({ kind: "media", media: "image", source, detail: "high" });

test.each([
  ["image/png", "image"],
  ["IMAGE/PNG", "image"],
  ["application/pdf", "document"],
  ["text/plain", "document"],
  ["audio/wav", "audio"],
  ["video/mp4", "video"],
] as const)("%s in the place of an image is of kind %s", (mime, media) => {
  expect(asItIs(image({ data: "AAAA", mime })).media).toBe(media);
});

test("an image keeps its detail, and nothing else has one", () => {
  expect(asItIs(image({ data: "AAAA", mime: "image/png" })).detail).toBe("high");
  expect(asItIs(image({ data: PDF, mime: "application/pdf" })).detail).toBeUndefined();
});

test("a data: URL with parameters is bytes of its type, at its place", () => {
  const source = { url: `data:application/pdf;name=a.pdf;base64,${PDF}`, at: "messages[0]" };
  expect(asItIs(image(source)).source).toEqual({ data: PDF, mime: "application/pdf", at: "messages[0]" });
});

test("bytes that begin as a PDF are one, whatever they are called", () => {
  for (const mime of ["application/octet-stream", "application/x-pdf", "image/png"])
    expect(asItIs(image({ data: PDF, mime }))).toMatchObject({
      media: "document",
      source: { mime: "application/pdf" },
    });
});

test.each([{ url: "https://example.com/a.pdf" }, { url: "data:,words" }, { fileId: "file_1" }])(
  "what holds no bytes stays as it was: %p",
  (source) => {
    const part = image(source);
    expect(asItIs(part)).toBe(part);
  },
);
