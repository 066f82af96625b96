/** Perplexity-like hosts name their sources in some chunks of a stream and not in others. */
import { expect, test } from "bun:test";
import { answerOf, chunk, ending } from "../../../test/fixtures/chat.ts";

const SOURCES = ["https://a.example", "https://b.example"];
const annotations = (...frames: Parameters<typeof answerOf>[0]) =>
  answerOf(frames).blocks.flatMap(({ annotations: found }) => found.map(({ url }) => url));

test("sources that a later chunk does not repeat stay", () => {
  for (const later of [{}, { citations: [] }, { citations: null }])
    expect(
      annotations({ ...chunk({ content: "See [1]." }), citations: SOURCES }, { ...ending("stop"), ...later }, "[DONE]"),
    ).toEqual(SOURCES);
});

test("sources that a later chunk names again are the later ones", () => {
  const first = { ...chunk({ content: "See [1]." }), citations: ["https://old.example"] };
  expect(annotations(first, { ...ending("stop"), citations: SOURCES }, "[DONE]")).toEqual(SOURCES);
});
