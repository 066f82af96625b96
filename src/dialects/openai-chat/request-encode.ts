/** A request in nobody's dialect becomes a Chat body that this vendor accepts: Traits decide, nothing else does. */
import { GatewayError } from "../../ir/error.ts";
import { lossList, type Translated } from "../../ir/loss.ts";
import type { ModelRequest } from "../../ir/request.ts";
import { toolMap } from "../../ir/tools.ts";
import { callerWords } from "../../ir/field-names.ts";
import { defined, type JsonObject } from "../../wire/json.ts";
import type { Addressee } from "../dialect.ts";
import { encodeMessages } from "./messages-encode.ts";
import { encodeTools } from "./tools-encode.ts";
import { outputFields, schemaRule } from "./output-encode.ts";
import { callerFields, extraFields } from "./caller-encode.ts";
import { encodeReasoning } from "./reasoning-encode.ts";
import { thoughtField } from "./seals.ts";
import { OPENAI_CHAT } from "./id.ts";
import type { Writing } from "./writing.ts";

/** Expects `repairEntries` to have run. */
export function encodeRequest(request: ModelRequest, to: Addressee): Translated<JsonObject> {
  refuseState(request);
  const said = callerWords(request);
  const writing: Writing = {
    traits: to.traits,
    losses: lossList(said),
    said,
    own: request.extra.dialect === OPENAI_CHAT,
    foreignFiles: request.extra.dialect === "anthropic-messages",
    names: toolMap(request.tools, request.entries),
    reader: { dialect: OPENAI_CHAT, issuer: to.issuer, family: to.family },
    thoughtless: { turns: 0 },
  };
  const messages = withRule(encodeMessages(request.entries, writing), schemaRule(request.output, writing));
  if (messages.length === 0 && request.entries.length > 0) throw nothingSaid(writing);
  const value: JsonObject = {
    model: to.model,
    messages: withThoughts(messages, request, writing),
    ...encodeTools(request, writing),
    ...(request.stream ? streamFields(to) : {}),
    ...samplingFields(request, writing),
    ...encodeReasoning(request, writing),
    ...outputFields(request.output, writing),
    ...callerFields(request, writing),
    ...extraFields(request, writing),
  };
  return { value, losses: writing.losses.list() };
}

/** A stored conversation is expanded before it comes here, or refused: dropped, the model would answer to half of it. */
function refuseState(request: ModelRequest): void {
  const { previous } = request.state;
  if (!previous) return;
  const message = `${previous.field}: this model is reached over Chat Completions, which stores no responses; send the whole conversation instead`;
  throw new GatewayError("invalid-request", message, { param: previous.field });
}

/** Without them the vendor would be asked for an answer to nothing, and some give one. */
function nothingSaid({ said }: Writing): GatewayError {
  const param = said.field("conversation");
  return new GatewayError("invalid-request", `${param}: none of them says a word. Send at least one that does.`, {
    param,
  });
}

const streamFields = (to: Addressee): JsonObject =>
  to.traits.usageChunk ? { stream: true, stream_options: { include_usage: true } } : { stream: true };

/** Behind the first system message, so that a cached prefix before it stays. */
function withRule(messages: JsonObject[], rule: string | undefined): JsonObject[] {
  if (rule === undefined) return messages;
  const first = messages[0];
  if (first && (first.role === "system" || first.role === "developer") && typeof first.content === "string")
    return [{ ...first, content: `${first.content}\n\n${rule}` }, ...messages.slice(1)];
  return [{ role: "system", content: rule }, ...messages];
}

/** Vendors check that the field is there, not what it says. */
const NO_THOUGHT = " ";

/**
 * A tool turn of an earlier loop whose thinking is gone. Where the running loop lacks its own, the request comes here
 * with thinking off, and nobody asks for the field.
 */
function withThoughts(messages: JsonObject[], request: ModelRequest, writing: Writing): JsonObject[] {
  const field = thoughtField(writing.traits);
  if (writing.thoughtless.turns === 0 || field === "none" || request.reasoning?.mode === "off") return messages;
  const note = "the thinking of earlier tool calls is gone; a blank stands in its field";
  writing.losses.hint(writing.said.field("conversation"), "reasoning-missing", "emulated", note);
  return messages.map((message) =>
    message.tool_calls !== undefined && message[field] === undefined && message.reasoning_details === undefined
      ? { ...message, [field]: NO_THOUGHT }
      : message,
  );
}

/** OpenAI takes four. https://platform.openai.com/docs/api-reference/chat/create#chat_create-stop */
const STOPS_MAX = 4;

function samplingFields(request: ModelRequest, writing: Writing): JsonObject {
  const { sampling } = request;
  // Compatible vendors know it (vLLM, OpenRouter); those that have all of OpenAI's roles are OpenAI, which does not.
  const topK = writing.own && !writing.traits.developerRole ? sampling.topK : undefined;
  if (sampling.topK !== undefined && topK === undefined)
    writing.losses.hint(writing.said.field("topK"), "top-k", "dropped", "this vendor's Chat has no top_k");
  return defined({
    [writing.traits.maxTokensField]: sampling.maxTokens,
    temperature: sampling.temperature,
    top_p: sampling.topP,
    top_k: topK,
    frequency_penalty: sampling.frequencyPenalty,
    presence_penalty: sampling.presencePenalty,
    seed: sampling.seed,
    stop: stopsOf(sampling.stop, writing),
  });
}

function stopsOf(stop: readonly string[] | undefined, writing: Writing): readonly string[] | undefined {
  if (!stop || (writing.traits.stop && stop.length <= STOPS_MAX)) return stop;
  const path = writing.said.field("stop");
  if (writing.traits.stop)
    writing.losses.meaning(path, "stop-sequences", "approximated", `only the first ${STOPS_MAX} are sent`);
  else writing.losses.meaning(path, "stop-sequences", "dropped", "this model takes no stop sequences");
  return writing.traits.stop ? stop.slice(0, STOPS_MAX) : undefined;
}
