/** What a body says of its reasoning and its parts, in whichever of the fields that clients mix. */
import { describe, expect, test } from "bun:test";
import type { JsonObject } from "../../wire/json.ts";
import { openaiResponses } from "./index.ts";
import { decodePart } from "./parts-decode.ts";

const reasoningOf = (body: JsonObject) =>
  openaiResponses.request.decode({ model: "m", input: "Hi", ...body }).value.reasoning;

describe("the effort", () => {
  test("stands in reasoning, else beside it", () => {
    expect(reasoningOf({ reasoning: { effort: "low" } })).toEqual({ effort: "low" });
    expect(reasoningOf({ reasoning_effort: "high" })).toEqual({ effort: "high" });
    expect(reasoningOf({ reasoning: { effort: "low" }, reasoning_effort: "high" })).toEqual({ effort: "low" });
  });
  test("that stands beside a reasoning without one is not lost", () => {
    expect(reasoningOf({ reasoning: { summary: "auto" }, reasoning_effort: "high" })).toEqual({
      effort: "high",
      show: "auto",
    });
  });
  test("may be absent", () => {
    expect(reasoningOf({})).toBeUndefined();
    expect(reasoningOf({ reasoning: { summary: "concise" } })).toEqual({ show: "concise" });
    expect(reasoningOf({ reasoning: { summary: "short", mode: "x" } })).toEqual({
      hints: { summary: "short", mode: "x" },
    });
  });
});

/** What nobody reads would be told as a loss, and refused where the call is strict. */
describe("a part is read whole: nothing of it is left over", () => {
  const WHOLE: readonly JsonObject[] = [
    { type: "input_text", text: "a" },
    { type: "output_text", text: "a", annotations: [], cache_control: { type: "ephemeral" } },
    { type: "refusal", refusal: "No." },
    { type: "tool_reference", tool_name: "read" },
    { type: "tool_reference", name: "read" },
    { type: "input_image", image_url: "https://a.example/a.png", detail: "low" },
    { type: "input_file", file_id: "file_1", filename: "a.pdf" },
    { type: "input_audio", input_audio: { data: "AA", format: "mp3" } },
  ];
  test.each(WHOLE)("%j", (part) => {
    expect(decodePart(part, "input[0].content[0]")).not.toHaveProperty("hints");
    expect(decodePart({ ...part, extra: 1 }, "input[0].content[0]")).toHaveProperty("hints", { extra: 1 });
  });
});
