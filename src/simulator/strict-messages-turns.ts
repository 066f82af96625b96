/** What Anthropic refuses in the order of turns: calls and results that do not meet, too many cache marks, a loose end. */
import type { JsonObject } from "../wire/json.ts";
import { objectOf, objectsOf, stringOf } from "./asked.ts";
import { isSet, refuse, repeated } from "./refused.ts";

/** platform.claude.com/docs/en/agents-and-tools/tool-use/implement-tool-use: results come in the very next message and before its text. */
export function checkPairs(messages: readonly JsonObject[]): void {
  const turns = mergedTurns(messages);
  const ids = turns.flatMap((turn) => idsOf(turn.blocks, "tool_use", "id"));
  if (repeated(ids) !== undefined) refuse("messages: `tool_use` ids must be unique");
  for (const [at, turn] of turns.entries()) {
    const asked = turn.role === "assistant" ? idsOf(turn.blocks, "tool_use", "id") : [];
    const next = turns[at + 1];
    const given = next?.role === "user" ? resultsFirst(next.blocks) : [];
    const open = asked.filter((id) => !given.includes(id));
    if (open.length > 0)
      refuse(
        `messages.${turn.at}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${open.join(", ")}. Each \`tool_use\` block must have a corresponding \`tool_result\` block in the next message.`,
      );
    checkResults(turn, turns[at - 1]);
  }
}

interface Turn {
  readonly role: string;
  /** Where it starts in `messages`. */
  readonly at: number;
  readonly blocks: readonly JsonObject[];
}

/** Consecutive turns of one role are one turn to the vendor; a system turn between them interrupts nothing. */
function mergedTurns(messages: readonly JsonObject[]): readonly Turn[] {
  const turns: Turn[] = [];
  for (const [at, message] of messages.entries()) {
    if (message.role === "system") continue;
    const role = stringOf(message.role);
    const blocks =
      typeof message.content === "string" ? [{ type: "text", text: message.content }] : objectsOf(message.content);
    const last = turns.at(-1);
    if (last?.role === role) turns[turns.length - 1] = { ...last, blocks: [...last.blocks, ...blocks] };
    else turns.push({ role, at, blocks });
  }
  return turns;
}

const idsOf = (blocks: readonly JsonObject[], type: string, key: string): readonly string[] =>
  blocks.filter((block) => block.type === type).map((block) => stringOf(block[key]));

function resultsFirst(blocks: readonly JsonObject[]): readonly string[] {
  const other = blocks.findIndex((block) => block.type !== "tool_result");
  return idsOf(other < 0 ? blocks : blocks.slice(0, other), "tool_result", "tool_use_id");
}

function checkResults(turn: Turn, before: Turn | undefined): void {
  const results = idsOf(turn.blocks, "tool_result", "tool_use_id");
  const twice = repeated(results);
  if (twice !== undefined)
    refuse(
      `messages.${turn.at}: each tool_use must have a single result. Found multiple \`tool_result\` blocks with id: ${twice}`,
    );
  const calls = before?.role === "assistant" ? idsOf(before.blocks, "tool_use", "id") : [];
  const orphan = results.find((id) => !calls.includes(id));
  if (orphan !== undefined)
    refuse(
      `messages.${turn.at}: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${orphan}. Each \`tool_result\` block must have a corresponding \`tool_use\` block in the previous message.`,
    );
}

export function checkCacheMarks(body: JsonObject): void {
  const marks = [
    ...objectsOf(body.tools),
    ...objectsOf(body.system),
    ...objectsOf(body.messages).flatMap(markedBlocks),
    body,
  ]
    .map((holder) => holder.cache_control)
    .filter(isSet);
  if (marks.length > 4) refuse(`A maximum of 4 blocks with cache_control may be provided. Found ${marks.length}.`);
  for (const mark of marks)
    if (objectOf(mark).type !== "ephemeral") refuse("cache_control.type: Input should be 'ephemeral'");
  const lives = marks.slice(0, isSet(body.cache_control) ? -1 : undefined).map((mark) => objectOf(mark).ttl ?? "5m");
  if (lives.lastIndexOf("1h") > lives.indexOf("5m") && lives.includes("5m"))
    refuse(
      "a ttl='1h' cache_control block must not come after a ttl='5m' cache_control block. Note that blocks are processed in the following order: `tools`, `system`, `messages`.",
    );
}

const markedBlocks = (message: JsonObject): readonly JsonObject[] =>
  objectsOf(message.content).flatMap((block) => [
    ...(block.type === "tool_result" ? objectsOf(block.content) : []),
    block,
  ]);

export function checkLastTurn(turns: readonly JsonObject[]): void {
  const last = turns.at(-1);
  if (last?.role !== "assistant") return;
  const text = typeof last.content === "string" ? last.content : stringOf(objectsOf(last.content).at(-1)?.text);
  if (/\s$/.test(text)) refuse("messages: final assistant content cannot end with trailing whitespace");
}
