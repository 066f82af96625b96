/** A call that the client must run: of a function, or of a freeform tool. */
import type { Emit } from "../../ir/events.ts";
import type { ToolRef } from "../../ir/request.ts";
import { unwrapper } from "../../ir/unwrap.ts";
import type { JsonLiteral } from "../../wire/json.ts";
import { isObject, type Json, type JsonObject } from "../../wire/json.ts";
import type { Machine } from "../../wire/machine.ts";
import type { DecoderState, Flow, Kind } from "./item.ts";
import { flow } from "./tail.ts";
import { callIdOf } from "./wire.ts";

/** xAI dresses its own searches as custom calls (x_keyword_search): a freeform tool that nobody declared is the vendor's to run. */
export function isOurCall(item: JsonObject, reading: DecoderState): boolean {
  if (item.type === "function_call") return true;
  return item.type === "custom_tool_call" && toolOf(item, reading) !== undefined;
}

function toolOf(item: JsonObject, { context }: DecoderState): ToolRef | undefined {
  if (typeof item.name !== "string") return undefined;
  const namespace = typeof item.namespace === "string" ? item.namespace : undefined;
  return (
    context.tools.find(item.name, namespace) ??
    (namespace === undefined ? context.tools.byWireName(item.name) : undefined)
  );
}

export function callSlot(reading: DecoderState): Kind {
  let into: Flow | undefined;
  let early = "";
  let finish: (emit: Emit) => void = () => {};

  const open = (item: JsonObject, emit: Emit): Flow | undefined => {
    if (into || typeof item.name !== "string" || item.name === "") return into;
    const tool = toolOf(item, reading) ?? invented(item, item.name);
    const caller = isObject(item.caller) ? { caller: item.caller } : {};
    const index = reading.open(
      { kind: "call", callId: callIdOrOwn(item, reading), tool: asWritten(tool, item), ...caller },
      emit,
    );
    const lowered = item.type === "function_call" && tool.via === "custom";
    const made = lowered
      ? unwrapping(reading, index)
      : { flow: flow(reading, index, (input) => ({ input })), finish: () => {} };
    into = made.flow;
    finish = made.finish;
    into.push(early, emit);
    return into;
  };
  const push = (delta: Json | undefined, emit: Emit): void => {
    if (into) into.push(delta, emit);
    else if (typeof delta === "string") early += delta;
  };
  return {
    // The arguments that some servers put here come again as deltas: they wait for the end.
    added: (item, emit) => void (callIdOf(item) !== "" && open(item, emit)),
    event: (event, emit) => {
      if (INPUT_DELTAS.has(String(event.type))) push(event.delta, emit);
      else if (INPUT_DONES.has(String(event.type))) into?.whole(event.arguments ?? event.input, emit);
    },
    done: (item, emit) => {
      const to = open(item, emit);
      to?.whole(inputText(item), emit);
      finish(emit);
      to?.end(emit);
    },
  };
}

/** A call without an id still needs one for its result. */
export const callIdOrOwn = (item: JsonObject, { context, blocks }: DecoderState): string =>
  callIdOf(item) || (typeof item.id === "string" && item.id) || `call_${context.replyId}_${blocks}`;

const INPUT_DELTAS = new Set(["response.function_call_arguments.delta", "response.custom_tool_call_input.delta"]);
const INPUT_DONES = new Set(["response.function_call_arguments.done", "response.custom_tool_call_input.done"]);

/** xAI and LM Studio have been seen with arguments as an object. */
const inputText = (item: JsonObject): Json | undefined => {
  const input = item.arguments ?? item.input;
  return isObject(input) ? JSON.stringify(input) : input;
};

/** A model may call a tool that it made up. The client says so better than we can. */
const invented = (item: JsonObject, name: string): ToolRef =>
  typeof item.namespace === "string" ? { via: "function", name, namespace: item.namespace } : { via: "function", name };

/** A freeform call stays one, whatever the tool was declared as. */
const asWritten = (tool: ToolRef, item: JsonObject): ToolRef =>
  item.type === "custom_tool_call" && tool.via !== "custom" ? { ...tool, via: "custom" } : tool;

/** The input of a lowered freeform tool leaves its wrapper as it comes. */
function unwrapping(reading: DecoderState, index: number): { readonly flow: Flow; finish(emit: Emit): void } {
  const machine: Machine<JsonLiteral, JsonLiteral> = unwrapper();
  const out = (emit: Emit) => (input: JsonLiteral) => emit({ type: "block-delta", index, delta: { input } });
  const wrapped = flow(reading, index, (input) => ({ input }));
  const through =
    (emit: Emit): Emit =>
    (event) => {
      if (event.type === "block-delta" && "input" in event.delta) machine.push(event.delta.input, out(emit));
      else emit(event);
    };
  return {
    flow: {
      index,
      push: (text, emit) => wrapped.push(text, through(emit)),
      whole: (text, emit) => wrapped.whole(text, through(emit)),
      end: (emit) => wrapped.end(emit),
      took: wrapped.took,
      get open() {
        return wrapped.open;
      },
    },
    finish: (emit) => machine.end("eof", out(emit)),
  };
}
