/** What Anthropic demands of a conversation's form: it begins with the user, roles alternate, results come first in their turn. */
import type { Feature } from "../../ir/loss.ts";
import type { Content, MessageEntry } from "../../ir/request.ts";
import { isList, type Json, type JsonObject } from "../../wire/json.ts";
import { encodeContent, isBlank } from "./parts-encode.ts";
import type { Writing } from "./writing.ts";

type Hints = Readonly<Record<string, Json>> | undefined;

export interface Conversation {
  system(content: Content): void;
  /** `plain`: the content as it was, so that a lone string stays a string; any list otherwise. */
  add(role: "user" | "assistant", plain: Content, blocks: JsonObject[], hints?: Hints): void;
  midSystem(entry: MessageEntry, hints: Hints, blocks: JsonObject[]): void;
  hasMessages(): boolean;
  instructions(): Printed | undefined;
  messages(): JsonObject[];
}

type Printed = string | readonly JsonObject[];
/** What one speaker says in a row: a lone string stays one, and what follows is pushed behind it. */
type Said = string | JsonObject[];
interface Message {
  readonly role: "user" | "assistant" | "system";
  content?: Said;
  readonly hints?: Hints;
}

export function conversation(writing: Writing): Conversation {
  const said: Message[] = [];
  let system: Said | undefined;
  return {
    system: (content) => {
      const blocks = encodeContent(content, writing);
      if (blocks.length > 0) system = system === undefined ? first(content, blocks) : withMore(system, blocks);
    },
    add: (role, plain, blocks, hints) => {
      if (blocks.length === 0) return;
      const last = said.at(-1);
      if (last?.role === role) last.content = withMore(last.content, blocks);
      else said.push({ role, content: first(plain, blocks), hints });
    },
    midSystem: (entry, own, blocks) => {
      const hints = midSystemHints(entry, own);
      // A turn may set an effort and say nothing.
      if (blocks.length === 0 && hints.output_config !== undefined) said.push({ role: "system", hints });
      else if (blocks.length > 0) said.push({ role: "system", content: first(entry.content, blocks), hints });
    },
    hasMessages: () => said.length > 0,
    instructions: () => system,
    messages: () => printed(said, writing),
  };
}

/** The blocks were made for it, so that they are its own. */
const first = (plain: Content, blocks: JsonObject[]): Said => (typeof plain === "string" ? plain : blocks);

/** In place: a copy for each message made twenty thousand of them a matter of seconds. */
function withMore(said: Said = [], blocks: readonly JsonObject[]): Said {
  const all = typeof said === "string" ? [{ type: "text", text: said }] : said;
  for (const block of blocks) all.push(block);
  return all;
}

/** "tool_result blocks must come first in the content list of the user turn". Once, when all of them are here. */
function inOrder(said: Said): Said {
  if (typeof said === "string") return said;
  const results = said.filter(isResult);
  return results.length === 0 || results.length === said.length
    ? said
    : [...results, ...said.filter((block) => !isResult(block))];
}
const isResult = (block: JsonObject): boolean => block.type === "tool_result";

function midSystemHints(entry: MessageEntry, hints: Hints = {}): Record<string, Json> {
  const config = hints.output_config;
  const effort = entry.effort === undefined ? {} : { effort: entry.effort };
  const merged = {
    ...effort,
    ...(typeof config === "object" && config !== null && !isList(config) ? config : {}),
  } as JsonObject;
  return { ...hints, ...(Object.keys(merged).length > 0 && { output_config: merged }) };
}

function printed(said: readonly Message[], writing: Writing): JsonObject[] {
  const isOpen = said.at(-1)?.role === "assistant";
  const messages = said.map(({ role, content, hints }, at) => {
    const message: Record<string, Json> = { role };
    const whole = content === undefined ? undefined : inOrder(content);
    const printed = isOpen && at === said.length - 1 ? trimmed(whole) : whole;
    if (printed !== undefined) message.content = printed;
    return hints ? { ...message, ...hints } : message;
  });
  // A conversation may begin with a greeting of the model (Chat does not mind).
  if (said.find((message) => message.role !== "system")?.role !== "user") {
    messages.unshift(DOT);
    toldTurn(
      writing,
      "first-user-turn",
      "Anthropic demands that the user begins: a user turn of one dot stands before the first",
    );
  }
  // Clients put notes for the model at the end of what it said. Who speaks this dialect means a prefill, and hears of it from the vendor.
  if (isOpen && writing.to.traits.prefill === false && !writing.own) {
    messages.push(DOT);
    toldTurn(
      writing,
      "last-user-turn",
      "this model demands that the user ends: a user turn of one dot stands behind the last",
    );
  }
  return messages;
}

/** A dot says nothing, and is not empty. */
const DOT: Record<string, Json> = { role: "user", content: "." };

function toldTurn({ losses, said }: Writing, feature: Feature, note: string): void {
  losses.hint(said.field("conversation"), feature, "emulated", note);
}

/** "final assistant content cannot end with trailing whitespace". */
function trimmed(content: Printed = []): Printed {
  if (typeof content === "string") return content.trimEnd();
  const last = content.at(-1);
  if (last?.type !== "text" || typeof last.text !== "string") return content;
  return [...content.slice(0, -1), ...(isBlank(last.text) ? [] : [{ ...last, text: last.text.trimEnd() }])];
}
