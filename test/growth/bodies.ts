/** Bodies that grow in one thing, as each dialect's callers may write them. */
import type { Wire } from "../e2e/wires.ts";
import type { JsonObject } from "../../src/wire/json.ts";

type Item = JsonObject;
type Growing = (count: number) => JsonObject;

const times = <T>(count: number, make: (at: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at));

const LIST: Readonly<Record<Wire, string>> = { chat: "messages", responses: "input", messages: "messages" };
const bodyOf = (wire: Wire, items: readonly Item[]): JsonObject => ({
  model: "m",
  max_tokens: 100,
  [LIST[wire]]: items,
});

const user = (text = "Go."): Item => ({ role: "user", content: text });
const textPart = (wire: Wire, text: string): Item => ({ type: wire === "responses" ? "input_text" : "text", text });

function tool(wire: Wire, name: string): Item {
  const parameters = { type: "object" };
  if (wire === "messages") return { name, input_schema: parameters };
  return wire === "chat"
    ? { type: "function", function: { name, parameters } }
    : { type: "function", name, parameters };
}

/** Calls of one answer. */
function calls(wire: Wire, ids: readonly string[]): Item[] {
  if (wire === "responses")
    return ids.map((call_id) => ({ type: "function_call", call_id, name: "read", arguments: "{}" }));
  return [
    wire === "chat"
      ? {
          role: "assistant",
          content: null,
          tool_calls: ids.map((id) => ({ id, type: "function", function: { name: "read", arguments: "{}" } })),
        }
      : { role: "assistant", content: ids.map((id) => ({ type: "tool_use", id, name: "read", input: {} })) },
  ];
}

function results(wire: Wire, ids: readonly string[]): Item[] {
  if (wire === "chat") return ids.map((id) => ({ role: "tool", tool_call_id: id, content: "r" }));
  if (wire === "responses") return ids.map((call_id) => ({ type: "function_call_output", call_id, output: "r" }));
  return [{ role: "user", content: ids.map((id) => ({ type: "tool_result", tool_use_id: id, content: "r" })) }];
}

/** Thoughts, and behind them as many texts of the same answer. */
function thoughts(wire: Wire, count: number): Item[] {
  const texts = times(count, (at) => ({ type: wire === "responses" ? "output_text" : "text", text: `t${at}` }));
  if (wire === "responses")
    return [
      ...times(count, (at) => ({ type: "reasoning", id: `rs_${at}`, summary: [], encrypted_content: `sealed ${at}` })),
      { role: "assistant", content: texts },
    ];
  const blocks = times(count, (at) => ({ type: "thinking", thinking: `t${at}`, signature: `s${at}` }));
  return [{ role: "assistant", content: [...blocks, ...texts] }];
}

const ids = (count: number): string[] => times(count, (at) => `call_${at}`);
const same = (count: number): string[] => times(count, () => "call_0");

/** By what grows. */
export const BODIES: Readonly<Record<string, (wire: Wire) => Growing>> = {
  "messages of one speaker": (wire) => (count) =>
    bodyOf(
      wire,
      times(count, (at) => user(`x${at}`)),
    ),
  "messages of two speakers": (wire) => (count) =>
    bodyOf(
      wire,
      times(count, (at) => ({ role: at % 2 ? "assistant" : "user", content: `x${at}` })),
    ),
  "system turns": (wire) => (count) =>
    bodyOf(
      wire,
      times(count, (at) => ({ role: at % 2 ? "system" : "user", content: `x${at}` })),
    ),
  "system turns in front": (wire) => (count) =>
    bodyOf(wire, [...times(count, (at) => ({ role: "system", content: [textPart(wire, `x${at}`)] })), user()]),
  blocks: (wire) => (count) =>
    bodyOf(wire, [{ role: "user", content: times(count, (at) => textPart(wire, `x${at}`)) }]),
  tools: (wire) => (count) => ({ ...bodyOf(wire, [user()]), tools: times(count, (at) => tool(wire, `read.${at}`)) }),
  "calls of tools that were not declared": (wire) => (count) => ({
    ...bodyOf(wire, [
      user(),
      ...times(count, (at) => calls(wire, [`call_${at}`]).map((call) => renamed(call, `no.${at}`))).flat(),
    ]),
    tools: times(count, (at) => tool(wire, `read.${at}`)),
  }),
  "calls, answered in turn": (wire) => (count) =>
    bodyOf(wire, [user(), ...times(count, (at) => [...calls(wire, [`c${at}`]), ...results(wire, [`c${at}`])]).flat()]),
  "calls, answered the last one first": (wire) => (count) =>
    bodyOf(wire, [user(), ...calls(wire, ids(count)), ...results(wire, ids(count).reverse())]),
  "calls of one id": (wire) => (count) =>
    bodyOf(wire, [user(), ...calls(wire, same(count)), ...results(wire, same(count))]),
  "calls that nobody answers": (wire) => (count) =>
    bodyOf(wire, [
      user(),
      ...calls(wire, ids(count)),
      user(),
      ...results(
        wire,
        times(count, (at) => `else_${at}`),
      ),
    ]),
  thoughts: (wire) => (count) => bodyOf(wire, [user(), ...thoughts(wire, count), user()]),
  losses: (wire) => (count) =>
    bodyOf(
      wire,
      times(count, (at) => ({ role: at % 2 ? "assistant" : "user", content: "x", [`x_${at}`]: 1 })),
    ),
};

const renamed = (call: Item, name: string): Item =>
  JSON.parse(JSON.stringify(call).replace('"name":"read"', `"name":"${name}"`)) as Item;
