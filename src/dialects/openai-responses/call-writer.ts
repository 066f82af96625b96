/** Calls that the client runs, each as the item type its tool has. */
import { callArguments } from "../../ir/arguments.ts";
import type { Block } from "../../ir/events.ts";
import { CUSTOM_INPUT_KEY } from "../../ir/lower.ts";
import { patchFault, takesPatch } from "./patch.ts";
import { isObject, type JsonLiteral, type JsonObject, literal, textOf } from "../../wire/json.ts";
import { literals } from "../../wire/literals.ts";
import { addItem, type BlockWriter, endItem, json, type Print, type Printing } from "./printing.ts";
import { type Builtin, builtinByName, builtinFields, table } from "./wire.ts";

type CallBlock = Extract<Block, { kind: "call" }>;

export function callWriter(p: Printing, block: CallBlock, print: Print): BlockWriter {
  const builtin = block.tool.via === "builtin" ? builtinByName(block.tool.name) : undefined;
  if (builtin) return builtinWriter(p, block, builtin);
  if (block.tool.via !== "custom") return streamedWriter(p, block, FUNCTION, print);
  switch (p.context.style.customCalls) {
    case "custom":
      return streamedWriter(p, block, CUSTOM, print);
    case "function-text":
      return streamedWriter(p, block, FUNCTION, print);
    case "json":
      return wrapped(streamedWriter(p, block, FUNCTION, print));
  }
}

interface Form {
  readonly type: string;
  readonly prefix: string;
  /** The field that holds the input. */
  readonly field: string;
  readonly event: string;
}
const FUNCTION: Form = {
  type: "function_call",
  prefix: "fc",
  field: "arguments",
  event: "response.function_call_arguments",
};
const CUSTOM: Form = {
  type: "custom_tool_call",
  prefix: "ctc",
  field: "input",
  event: "response.custom_tool_call_input",
};

function streamedWriter(p: Printing, block: CallBlock, form: Form, print: Print): BlockWriter {
  const place = p.place();
  const id = place.id(form.prefix);
  const input = literals();
  const { name, namespace } = block.tool;
  const named = `"name":${json(name)}${namespace === undefined ? "" : `,"namespace":${json(namespace)}`}`;
  const caller = callerOf(p, block);
  const item = (status: string): string =>
    `{"type":"${form.type}","id":"${id}","status":"${status}","call_id":${json(block.callId)},${named},"${form.field}":${input.json()}${caller}}`;
  const where = `"item_id":"${id}","output_index":${place.at}`;
  addItem(p, place.at, item("in_progress"), print);
  const parsed = block.tool.via === "custom" ? undefined : callArguments();
  const say = (fragment: JsonLiteral | undefined, to: Print): void => {
    if (!fragment) return;
    input.add(fragment);
    p.event(`${form.event}.delta`, `${where},"delta":${fragment.json}`, to);
  };
  return {
    delta: (delta, to) => {
      if ("input" in delta) say(parsed ? parsed.next(delta.input) : delta.input, to);
    },
    end: (_final, to) => {
      say(parsed?.rest(), to);
      const whole = form === FUNCTION ? `${named},` : "";
      p.event(`${form.event}.done`, `${where},${whole}"${form.field}":${input.json()}`, to);
      endItem(p, place.at, item("completed"), to);
      if (block.tool.via === "custom") checkPatch(p, name, input.text());
    },
  };
}

/** It is handed on as it is: the client refuses it in the words that the model can mend it by, and a repair would guess. */
function checkPatch(p: Printing, name: string, text: string): void {
  const fault = takesPatch(name) ? patchFault(text) : undefined;
  if (fault === undefined) return;
  p.losses.hint("answer.calls", "tool-grammar", "approximated", `the model's ${name} is no valid patch: ${fault}`);
}

/** Programmatic calls of another vendor name its own containers. */
function callerOf(p: Printing, block: CallBlock): string {
  if (block.caller === undefined) return "";
  if (isObject(block.caller) && "caller_id" in block.caller) return `,"caller":${json(block.caller)}`;
  p.losses.hint("answer.calls", "call-caller", "dropped", "who made a programmatic call");
  return "";
}

/** Free text as the one string of a JSON object. */
function wrapped(inner: BlockWriter): BlockWriter {
  let opened = false;
  const open = (print: Print): void => {
    if (!opened) inner.delta({ input: literal(`{${json(CUSTOM_INPUT_KEY)}:"`) }, print);
    opened = true;
  };
  return {
    delta: (delta, print) => {
      if (!("input" in delta)) return;
      open(print);
      inner.delta({ input: literal(json(textOf(delta.input)).slice(1, -1)) }, print);
    },
    end: (final, print) => {
      open(print);
      inner.delta({ input: literal('"}') }, print);
      inner.end(final, print);
    },
  };
}

/** Codex and the SDKs read these from the finished item, which must hold an object. */
function builtinWriter(p: Printing, block: CallBlock, builtin: Builtin): BlockWriter {
  const input = literals();
  return {
    delta: (delta) => {
      if ("input" in delta) input.add(delta.input);
    },
    end: (_final, print) => {
      const place = p.place();
      const fields = wholeFields(builtin, input.text());
      const whole =
        builtin.name === "mcp_approval"
          ? { type: builtin.call, id: block.callId, ...fields }
          : { type: builtin.call, id: place.id(builtin.prefix), status: "completed", call_id: block.callId, ...fields };
      addItem(p, place.at, json(whole), print);
      endItem(p, place.at, json(whole), print);
    },
  };
}

/** What the API always says of these, beside the core and inside it; other vendors' models leave it out. */
const ALWAYS = table<{ readonly beside?: JsonObject; readonly inside?: JsonObject }>({
  shell: { beside: { environment: null }, inside: { timeout_ms: null, max_output_length: null } },
  local_shell: { inside: { type: "exec", env: {} } },
  computer: { beside: { pending_safety_checks: [] } },
});

function wholeFields(builtin: Builtin, input: string): JsonObject {
  const fields = builtinFields(builtin, input);
  const { beside, inside } = ALWAYS.get(builtin.name) ?? {};
  const core = fields[builtin.core];
  return { ...beside, ...fields, ...(inside && isObject(core) && { [builtin.core]: { ...inside, ...core } }) };
}
