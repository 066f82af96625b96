/** Items that the vendor runs, which only its own clients understand; and calls of tools that have item types of their own. */
import type { Emit } from "../../ir/events.ts";
import { isObject, type JsonObject, literal } from "../../wire/json.ts";
import { callIdOrOwn } from "./call-slot.ts";
import type { DecoderState, Kind } from "./item.ts";
import { OPENAI_RESPONSES } from "./id.ts";
import { type Builtin, builtinInput, runsAtClient } from "./wire.ts";

/** Must be sent back in the next request, but is no work of a tool. */
const OPAQUE = new Set(["compaction", "context_compaction"]);

export function vendorSlot(reading: DecoderState, item: JsonObject): Kind {
  const wire = String(item.type);
  let index: number | undefined;
  const open = (raw: JsonObject, emit: Emit): number => {
    index ??= reading.open(
      { kind: OPAQUE.has(wire) ? "opaque" : "hosted", dialect: OPENAI_RESPONSES, wire, raw },
      emit,
    );
    return index;
  };
  return {
    added: (added, emit) => void open(added, emit),
    event: (event, emit) => {
      if (index !== undefined) emit({ type: "block-delta", index, delta: { raw: event } });
    },
    done: (done, emit) => {
      if (wire.endsWith("_call")) count(hostedName(done, wire), reading);
      emit({ type: "block-end", index: open(done, emit), final: done });
    },
  };
}

function count(name: string, { hosted }: DecoderState): void {
  hosted.set(name, (hosted.get(name) ?? 0) + 1);
}

/** One name for a search in every dialect. */
function hostedName(item: JsonObject, wire: string): string {
  if (wire === "web_search_call") return `${webAction(item)}_requests`;
  const name = wire === "custom_tool_call" && typeof item.name === "string" ? item.name : wire.replace(/_call$/, "");
  return `${name}_requests`;
}

/** Opening a found page and looking through it are no searches, and cost nothing: https://developers.openai.com/api/docs/guides/tools-web-search */
function webAction({ action }: JsonObject): string {
  const type = isObject(action) ? action.type : undefined;
  return type === "open_page" || type === "find_in_page" ? type : "web_search";
}

/** What to do is whole only at the end. */
export function lateCallSlot(builtin: Builtin, reading: DecoderState): Kind {
  return {
    added: () => {},
    event: () => {},
    done: (item, emit) => {
      if (!runsAtClient(item)) return vendorSlot(reading, item).done(item, emit);
      const tool = { via: "builtin" as const, name: builtin.name };
      const index = reading.open({ kind: "call", callId: callIdOrOwn(item, reading), tool }, emit);
      emit({ type: "block-delta", index, delta: { input: literal(builtinInput(builtin, item)) } });
      emit({ type: "block-end", index });
    },
  };
}
