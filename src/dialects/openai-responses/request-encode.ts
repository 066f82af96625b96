/** A ModelRequest as a Responses body for one deployment. */
import type { Addressee } from "../dialect.ts";
import { type Feature, lossList, type Translated } from "../../ir/loss.ts";
import type { CallEntry, Entry, ModelRequest, OutputShape, Part } from "../../ir/request.ts";
import { waitingTools } from "../../ir/deferred.ts";
import { strictSchema, wish } from "../../ir/strict-schema.ts";
import { toolMap } from "../../ir/tools.ts";
import { loseUnread } from "../../ir/unread.ts";
import { callerWords, type Field } from "../../ir/field-names.ts";
import { textOfContent } from "../../ir/turns.ts";
import { isList, isObject, type Json, type JsonObject } from "../../wire/json.ts";
import { SEALED_REASONING } from "../openai-request.ts";
import { cacheOf, callerOf, extraOf } from "./caller-encode.ts";
import { encodeItems } from "./items-encode.ts";
import { encodeReasoning } from "./reasoning-encode.ts";
import { encodeTool, encodeToolChoice, encodeTools } from "./tools-encode.ts";
import { isOwn, loseMark, type Writing } from "./writing.ts";

export function encodeRequest(request: ModelRequest, to: Addressee): Translated<JsonObject> {
  const said = callerWords(request);
  const w: Writing = {
    own: isOwn(request),
    request,
    to,
    tools: toolMap(request.tools, request.entries),
    calls: callsOf(request.entries),
    losses: lossList(said),
    said,
  };
  const value = {
    model: to.model,
    ...instructions(w),
    input: inputOf(w),
    ...toolFields(w),
    ...encodeReasoning(w),
    ...textOf(w),
    ...samplingOf(w),
    ...stateOf(w),
    ...cacheOf(w),
    ...callerOf(w),
    ...(request.truncation !== undefined && { truncation: request.truncation }),
    stream: request.stream,
    ...(!request.generate && w.own && { generate: false }),
    ...extraOf(w),
  };
  return { value, losses: w.losses.list() };
}

function callsOf(entries: readonly Entry[]): ReadonlyMap<string, CallEntry> {
  const calls = new Map<string, CallEntry>();
  for (const entry of entries) if (entry.kind === "call") calls.set(entry.callId, entry);
  return calls;
}

function instructions(w: Writing): JsonObject {
  const texts = w.request.entries
    .filter((entry) => entry.kind === "instructions")
    .flatMap(({ content }) => {
      if (typeof content === "string") return [content];
      for (const part of content) losePrompt(part, w);
      return content.map((part) => textOfContent([part]));
    });
  return texts.length === 0 ? {} : { instructions: texts.filter((text) => text !== "").join("\n\n") };
}

/** `instructions` are one string. */
function losePrompt(part: Part, w: Writing): void {
  if ("mark" in part) loseMark(part.mark, w);
  if ("hints" in part) loseUnread(w.losses, w.said.place(part), part.hints);
  if (part.kind === "media" || part.kind === "opaque")
    w.losses.meaning(part, "foreign-item", "dropped", "instructions hold nothing but text here");
}

/** One user text that stood alone goes back as the string it was. */
function inputOf(w: Writing): Json {
  const { entries } = w.request;
  const [only, ...more] = w.own ? entries.filter((entry) => entry.kind !== "instructions") : [];
  const alone = more.length === 0 && only?.kind === "message" && only.role === "user" && only.bare === true;
  return alone && typeof only.content === "string" ? only.content : encodeItems(entries, w);
}

function toolFields(w: Writing): JsonObject {
  const { request, to } = w;
  const tools = w.own ? encodeTools(request.tools, w) : offered(w);
  // A choice among no tools is refused, and changes nothing.
  const idle = !w.own && tools.length === 0;
  const choice = request.toolChoice && !idle ? encodeToolChoice(request.toolChoice, w) : undefined;
  const parallel = idle ? undefined : request.parallelCalls;
  if (parallel === false && !to.traits.parallelSwitch) {
    const note = "the upstream cannot be held to one call at a time";
    w.losses.meaning(w.said.field("parallelCalls"), "parallel-switch", "dropped", note);
  }
  return {
    ...(tools.length > 0 && { tools }),
    ...(choice !== undefined && { tool_choice: choice }),
    ...(parallel !== undefined && to.traits.parallelSwitch && { parallel_tool_calls: parallel }),
  };
}

/** Another dialect's deferred tools wait until they are named: its client searches among them itself. */
function offered(w: Writing): readonly JsonObject[] {
  const { tools, entries } = w.request;
  const waits = waitingTools(tools, entries);
  return tools.flatMap((tool) => {
    if (!waits(tool)) return encodeTool(tool, undefined, w);
    w.losses.hint(tool, "deferred-tool", "emulated", "a deferred tool is left out until the conversation names it");
    return [];
  });
}

function textOf(w: Writing): JsonObject {
  const { output } = w.request;
  if (!output) return {};
  const format = formatOf(output, w);
  return {
    text: { ...(format && { format }), ...(output.verbosity !== undefined && { verbosity: output.verbosity }) },
  };
}

function formatOf({ schema, jsonObject }: OutputShape, w: Writing): JsonObject | undefined {
  if (!schema) return jsonObject ? { type: "json_object" } : undefined;
  return {
    type: "json_schema",
    name: schema.name ?? "output",
    ...(schema.description !== undefined && { description: schema.description }),
    ...heldTo(schema, w),
  };
}

/** Enforced where it was, and where the schema can be. */
function heldTo({ schema, strict }: NonNullable<OutputShape["schema"]>, w: Writing): JsonObject {
  if (strict !== true || w.own) return { schema, ...(strict !== undefined && { strict }) };
  const held = strictSchema(schema);
  if ("schema" in held) return { schema: held.schema, strict };
  const { fields, note } = wish(schema, held.why);
  w.losses.meaning(w.said.field("outputShape"), "output-schema", "approximated", note);
  return fields;
}

function samplingOf(w: Writing): JsonObject {
  const { sampling } = w.request;
  const { said } = w;
  if (sampling.stop && sampling.stop.length > 0)
    w.losses.meaning(said.field("stop"), "stop-sequences", "dropped", "the Responses API has no stop sequences");
  const drop = (field: Field, feature: Feature): void =>
    w.losses.hint(said.field(field), feature, "dropped", "the Responses API has none");
  if (sampling.topK !== undefined) drop("topK", "top-k");
  if (sampling.frequencyPenalty) drop("frequencyPenalty", "penalties");
  if (sampling.presencePenalty) drop("presencePenalty", "penalties");
  if (sampling.seed !== undefined) drop("seed", "seed");
  return {
    ...(sampling.maxTokens !== undefined && { max_output_tokens: sampling.maxTokens }),
    ...(sampling.temperature !== undefined && { temperature: sampling.temperature }),
    ...(sampling.topP !== undefined && { top_p: sampling.topP }),
  };
}

/** Nobody keeps a conversation that its owner did not ask to keep; what must come back travels sealed instead. */
function stateOf(w: Writing): JsonObject {
  const { state } = w.request;
  const store = state.store ?? (keeps(w) ? undefined : false);
  const include = includeOf(w);
  if (state.container !== undefined && !w.own)
    w.losses.meaning(w.said.field("container"), "container", "dropped", "the container stands at another vendor");
  return {
    ...(store !== undefined && { store }),
    ...(include.length > 0 && { include }),
    ...(state.previous && { [state.previous.field]: state.previous.value }),
  };
}

/** The caller builds on what the vendor keeps. */
const keeps = (w: Writing): boolean =>
  w.request.state.previous !== undefined ||
  w.request.extra.fields.background === true ||
  w.request.entries.some(isReference);

/** An item that only the vendor holds: with store off it is "not found". */
const isReference = (entry: Entry): boolean =>
  entry.kind === "opaque" &&
  entry.dialect === "openai-responses" &&
  isObject(entry.raw) &&
  entry.raw.type === "item_reference";

function includeOf(w: Writing): readonly Json[] {
  const { include } = w.own ? w.request.extra.fields : {};
  const list = isList(include) ? include : [];
  const wanted = w.request.wants.sealedReasoning === true || (w.request.state.store !== true && !keeps(w));
  if (w.to.traits.sealedReasoning === false) return list.filter((name) => name !== SEALED_REASONING);
  return wanted && !list.includes(SEALED_REASONING) ? [...list, SEALED_REASONING] : list;
}
