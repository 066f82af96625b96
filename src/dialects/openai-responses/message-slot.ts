/** A message: each of its parts is a block of its own. */
import type { Annotation, Emit } from "../../ir/events.ts";
import { isList, isObject, type Json, type JsonObject } from "../../wire/json.ts";
import type { DecoderState, Flow, Kind } from "./item.ts";
import { flow } from "./tail.ts";
import { OPENAI_RESPONSES } from "./id.ts";
import { table } from "./wire.ts";

interface Part extends Flow {
  annotations: number;
}

export function messageSlot(reading: DecoderState, item: JsonObject): Kind {
  const parts = new Map<number, Part>();
  let latest: Part | undefined;
  let phase = phaseOf(item);

  const part = (at: number, kind: "text" | "refusal", emit: Emit): Part => {
    const known = parts.get(at);
    if (known) return known;
    latest?.end(emit);
    const block = kind === "refusal" ? { kind } : { kind, ...(phase !== undefined && { phase }) };
    const index = reading.open(block, emit);
    // A flow's `open` is a getter: spreading would freeze it.
    const made: Part = Object.assign(
      flow(reading, index, (text) => ({ text })),
      { annotations: 0 },
    );
    parts.set(at, made);
    latest = made;
    return made;
  };
  const whole = (at: number, value: Json | undefined, emit: Emit): void => {
    if (!isObject(value)) return;
    const refusal = value.type === "refusal";
    const text = refusal ? value.refusal : value.text;
    if (!parts.has(at) && (typeof text !== "string" || text === "")) return;
    const into = part(at, refusal ? "refusal" : "text", emit);
    into.whole(text, emit);
    const annotations = isList(value.annotations) ? value.annotations : [];
    for (const annotation of annotations.slice(into.annotations)) annotate(into, annotation, emit);
    into.end(emit);
  };
  const EVENTS = table<(event: JsonObject, at: number, emit: Emit) => void>({
    "response.output_text.delta": (event, at, emit) => part(at, "text", emit).push(event.delta, emit),
    "response.output_text.done": (event, at, emit) => part(at, "text", emit).whole(event.text, emit),
    "response.refusal.delta": (event, at, emit) => part(at, "refusal", emit).push(event.delta, emit),
    "response.refusal.done": (event, at, emit) => part(at, "refusal", emit).whole(event.refusal, emit),
    "response.output_text.annotation.added": (event, at, emit) =>
      annotate(part(at, "text", emit), event.annotation, emit),
    "response.content_part.done": (event, at, emit) => whole(at, event.part, emit),
  });
  return {
    added: (added) => {
      phase = phaseOf(added) ?? phase;
    },
    event: (event, emit) => {
      const at = typeof event.content_index === "number" ? event.content_index : 0;
      EVENTS.get(String(event.type))?.(event, at, emit);
    },
    done: (done, emit) => {
      phase = phaseOf(done) ?? phase;
      if (isList(done.content)) done.content.forEach((value, at) => whole(at, value, emit));
      latest?.end(emit);
    },
  };
}

const phaseOf = (item: JsonObject): string | undefined => (typeof item.phase === "string" ? item.phase : undefined);

function annotate(part: Part, raw: Json | undefined, emit: Emit): void {
  if (!part.open || !isObject(raw)) return;
  part.annotations++;
  emit({ type: "block-delta", index: part.index, delta: { annotation: annotationOf(raw) } });
}

function annotationOf(raw: JsonObject): Annotation {
  const kind = raw.type === "url_citation" ? "url" : String(raw.type).includes("file") ? "file" : "other";
  const title = raw.title ?? raw.filename;
  return {
    kind,
    ...(typeof raw.url === "string" && { url: raw.url }),
    ...(typeof title === "string" && { title }),
    ...(typeof raw.start_index === "number" && { start: raw.start_index }),
    ...(typeof raw.end_index === "number" && { end: raw.end_index }),
    dialect: OPENAI_RESPONSES,
    raw,
  };
}
