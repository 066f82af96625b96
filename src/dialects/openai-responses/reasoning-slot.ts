/** Reasoning: a summary in parts, or the thinking itself, and a seal that is right only at the end. */
import type { Emit } from "../../ir/events.ts";
import { isList, isObject, type Json, type JsonObject } from "../../wire/json.ts";
import type { DecoderState, Flow, Kind } from "./item.ts";
import { flow } from "./tail.ts";
import { OPENAI_RESPONSES } from "./id.ts";
import { table } from "./wire.ts";

type Channel = "summary" | "raw";

/** The sections of one channel share a block. */
interface Sections {
  push(section: number, text: Json | undefined, emit: Emit): void;
  whole(section: number, text: Json | undefined, emit: Emit): void;
  readonly index: number;
}

export function reasoningSlot(reading: DecoderState): Kind {
  const channels = new Map<Channel, Sections>();
  const channel = (name: Channel, emit: Emit): Sections => {
    const known = channels.get(name);
    if (known) return known;
    const made = sections(reading, reading.open({ kind: "reasoning", channel: name }, emit));
    channels.set(name, made);
    return made;
  };
  const wholes = (name: Channel, list: Json | undefined, emit: Emit): void => {
    if (!isList(list)) return;
    list.forEach((part, at) => {
      if (isObject(part) && typeof part.text === "string" && part.text !== "")
        channel(name, emit).whole(at, part.text, emit);
    });
  };
  const EVENTS = table<(event: JsonObject, emit: Emit) => void>({
    "response.reasoning_summary_text.delta": (event, emit) =>
      channel("summary", emit).push(place(event.summary_index), event.delta, emit),
    "response.reasoning_summary_text.done": (event, emit) =>
      channel("summary", emit).whole(place(event.summary_index), event.text, emit),
    "response.reasoning_text.delta": (event, emit) =>
      channel("raw", emit).push(place(event.content_index), event.delta, emit),
    "response.reasoning_text.done": (event, emit) =>
      channel("raw", emit).whole(place(event.content_index), event.text, emit),
  });
  return {
    added: () => {},
    event: (event, emit) => EVENTS.get(String(event.type))?.(event, emit),
    done: (item, emit) => {
      wholes("summary", item.summary, emit);
      wholes("raw", item.content, emit);
      seal(item, reading, channels, channel, emit);
      for (const { index } of channels.values()) emit({ type: "block-end", index });
    },
  };
}

const place = (index: Json | undefined): number => (typeof index === "number" ? index : 0);

/** `added`, `done` and `completed` carry different values (Azure, OpenAI); the one of `done` is taken. */
function seal(
  item: JsonObject,
  { context }: DecoderState,
  channels: ReadonlyMap<Channel, Sections>,
  channel: (name: Channel, emit: Emit) => Sections,
  emit: Emit,
): void {
  const value = item.encrypted_content;
  if (typeof value !== "string" || value === "") return;
  const { index } = [...channels.values()][0] ?? channel("summary", emit);
  emit({
    type: "block-delta",
    index,
    delta: { seal: { dialect: OPENAI_RESPONSES, ...context.from, value }, mode: "set" },
  });
}

function sections(reading: DecoderState, index: number): Sections {
  const flows = new Map<number, Flow>();
  let last: number | undefined;
  const section = (at: number, emit: Emit): Flow => {
    const known = flows.get(at);
    if (known) return known;
    if (flows.size > 0) emit({ type: "block-delta", index, delta: { section: true } });
    const made = flow(reading, index, (text) => ({ text }));
    flows.set(at, made);
    last = at;
    return made;
  };
  return {
    index,
    push: (at, text, emit) => section(at, emit).push(text, emit),
    whole: (at, text, emit) => {
      // Sections stand in one block: only the last can still grow.
      if (!flows.has(at) || at === last) section(at, emit).whole(text, emit);
    },
  };
}
