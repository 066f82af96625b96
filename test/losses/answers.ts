/** One answer per feature, as events: what a vendor may say, printed into each client's dialect. */
import type { Block, Delta, FinishReason, StreamEvent } from "../../src/ir/events.ts";
import type { DialectId } from "../../src/ir/dialect-id.ts";
import { usageLine } from "../../src/ir/usage.ts";
import { literal, type Raw } from "../../src/wire/json.ts";

export interface AnswerProbe {
  readonly feature: string;
  /** Which upstream dialects can say it. */
  readonly from: readonly DialectId[];
  events(from: DialectId): readonly StreamEvent[];
  readonly sacred?: true;
}

const ALL: readonly DialectId[] = ["openai-chat", "openai-responses", "anthropic-messages"];

interface Filled {
  readonly block: Block;
  readonly deltas: readonly Delta[];
  readonly final?: Raw;
}

function answer(blocks: readonly Filled[], reason: FinishReason = "stop", details?: Raw): readonly StreamEvent[] {
  const usage = { lines: [usageLine({ input: 10, output: 5 })], hostedCalls: {}, source: "reported" as const };
  return [
    { type: "start", id: "answer_1", model: "m" },
    ...blocks.flatMap(({ block, deltas, final }, index): StreamEvent[] => [
      { type: "block-start", index, block },
      ...deltas.map((delta): StreamEvent => ({ type: "block-delta", index, delta })),
      { type: "block-end", index, ...(final !== undefined && { final }) },
    ]),
    { type: "finish", reason, usage, ...(details !== undefined && { details }) },
  ];
}

const text = (said: string, ...more: readonly Delta[]): Filled => ({
  block: { kind: "text" },
  deltas: [{ text: literal(said) }, ...more],
});
const thought = (...deltas: readonly Delta[]): Filled => ({ block: { kind: "reasoning", channel: "summary" }, deltas });
const call = (callId: string): Filled => ({
  block: { kind: "call", callId, tool: { via: "function", name: "read" } },
  deltas: [{ input: literal('{"path":"a"}') }],
});
const seal = (dialect: DialectId): Delta => ({
  seal: { dialect, issuer: "vendor", family: "family", value: "sealed" },
  mode: "set",
});
const annotation = (kind: "url" | "file", dialect: DialectId): Delta => ({
  annotation: {
    kind,
    title: "Page",
    dialect,
    raw: { type: kind },
    ...(kind === "url" && { url: "https://example.com", start: 0, end: 2 }),
  },
});
const SEALED: readonly DialectId[] = ["openai-responses", "anthropic-messages"];

export const ANSWERS: readonly AnswerProbe[] = [
  { feature: "text", from: ALL, sacred: true, events: () => answer([text("Hi.")]) },
  {
    feature: "text before and after a call",
    from: SEALED,
    sacred: true,
    events: () => answer([text("Hi."), call("call_1"), text("Done.")], "tool"),
  },
  {
    feature: "parallel calls",
    from: ALL,
    sacred: true,
    events: () => answer([call("call_1"), call("call_2")], "tool"),
  },
  {
    feature: "call of a freeform tool",
    from: ["openai-chat", "openai-responses"],
    sacred: true,
    events: () =>
      answer(
        [
          {
            block: { kind: "call", callId: "call_1", tool: { via: "custom", name: "patch" } },
            deltas: [{ input: literal("*** Begin") }],
          },
        ],
        "tool",
      ),
  },
  { feature: "reasoning text", from: ALL, events: () => answer([thought({ text: literal("Hm.") }), text("Hi.")]) },
  {
    feature: "reasoning in several parts",
    from: ["openai-responses"],
    events: () => answer([thought({ text: literal("Hm.") }, { section: true }, { text: literal("So.") }), text("Hi.")]),
  },
  {
    feature: "seal of the reasoning",
    from: SEALED,
    events: (from) => answer([thought({ text: literal("Hm.") }, seal(from)), text("Hi.")]),
  },
  {
    feature: "redacted reasoning",
    from: ["anthropic-messages"],
    events: (from) =>
      answer([{ block: { kind: "reasoning", channel: "raw", redacted: true }, deltas: [seal(from)] }, text("Hi.")]),
  },
  {
    feature: "refusal",
    from: ALL,
    events: () => answer([{ block: { kind: "refusal" }, deltas: [{ text: literal("No.") }] }], "refusal"),
  },
  { feature: "citation of a page", from: ALL, events: (from) => answer([text("Hi.", annotation("url", from))]) },
  { feature: "citation of a file", from: SEALED, events: (from) => answer([text("Hi.", annotation("file", from))]) },
  {
    feature: "call of a tool that the vendor ran",
    from: SEALED,
    events: (from) => {
      const raw: Raw =
        from === "anthropic-messages"
          ? { type: "server_tool_use", id: "srv_1", name: "web_search", input: { query: "a" } }
          : { type: "web_search_call", id: "ws_1", status: "completed", action: { type: "search", query: "a" } };
      const wire = from === "anthropic-messages" ? "server_tool_use" : "web_search_call";
      return answer([{ block: { kind: "hosted", dialect: from, wire, raw }, deltas: [], final: raw }, text("Hi.")]);
    },
  },
  { feature: "finish: length", from: ALL, sacred: true, events: () => answer([text("Hi")], "length") },
  { feature: "finish: content filter", from: ALL, sacred: true, events: () => answer([text("Hi")], "filter") },
  {
    feature: "finish: which stop sequence",
    from: ["anthropic-messages"],
    events: () => answer([text("Hi")], "stop-sequence", { stop_sequence: "END" }),
  },
  { feature: "finish: paused turn", from: ["anthropic-messages"], events: () => answer([text("Hi")], "pause") },
];
