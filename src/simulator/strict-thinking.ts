/** Anthropic's rules for thinking: its settings, and the signed blocks that must come back as they left. https://platform.claude.com/docs/en/build-with-claude/extended-thinking */
import type { JsonObject } from "../wire/json.ts";
import { objectOf, objectsOf, stringOf } from "./asked.ts";
import { isSet, refuse } from "./refused.ts";
import type { Seals } from "./seals.ts";

export function checkThinking(body: JsonObject, messages: readonly JsonObject[], seals: Seals): void {
  checkConfig(body);
  for (const [at, message] of messages.entries())
    for (const [index, block] of objectsOf(message.content).entries())
      checkBlock(block, `messages.${at}.content.${index}`, seals);
  if (objectOf(body.thinking).type === "enabled") checkLastLoop(messages);
}

function checkConfig(body: JsonObject): void {
  if (!isSet(body.thinking)) return;
  const thinking = objectOf(body.thinking);
  const type = stringOf(thinking.type);
  const known = KEYS[type];
  if (known === undefined)
    refuse(
      `thinking: Input tag '${type}' found using 'type' does not match any of the expected tags: 'adaptive', 'between_tools', 'disabled', 'enabled'`,
    );
  for (const key of Object.keys(thinking))
    if (!known.has(key)) refuse(`thinking.${type}.${key}: Extra inputs are not permitted`);
  if (type === "enabled") checkBudget(thinking, body);
  if (type === "enabled" || type === "adaptive") checkCompany(body);
}

const KEYS: Readonly<Record<string, ReadonlySet<string>>> = {
  enabled: new Set(["type", "budget_tokens", "display"]),
  adaptive: new Set(["type", "display"]),
  between_tools: new Set(["type"]),
  disabled: new Set(["type"]),
};

function checkBudget(thinking: JsonObject, body: JsonObject): void {
  const budget = thinking.budget_tokens;
  if (typeof budget !== "number") refuse("thinking.enabled.budget_tokens: Field required");
  if (budget < 1024) refuse("thinking.enabled.budget_tokens: Input should be greater than or equal to 1024");
  if (budget >= Number(body.max_tokens))
    refuse(
      "`max_tokens` must be greater than `thinking.budget_tokens`. Please consult our documentation at https://docs.claude.com/en/docs/build-with-claude/extended-thinking#max-tokens-and-context-window-size",
    );
}

/** What may not stand beside thinking. */
function checkCompany(body: JsonObject): void {
  if (isSet(body.temperature) && body.temperature !== 1)
    refuse("`temperature` may only be set to 1 when thinking is enabled or in adaptive mode.");
  if (isSet(body.top_k)) refuse("`top_k` must be unset when thinking is enabled or in adaptive mode.");
  if (typeof body.top_p === "number" && body.top_p < 0.95)
    refuse("`top_p` must be greater than or equal to 0.95 or unset when thinking is enabled or in adaptive mode.");
  const choice = objectOf(body.tool_choice).type;
  if (choice === "any" || choice === "tool") refuse("Thinking may not be enabled when tool_choice forces tool use.");
}

function checkBlock(block: JsonObject, param: string, seals: Seals): void {
  if (block.type === "redacted_thinking" && seals.judge(stringOf(block.data)) !== "fine")
    refuse(`${param}: Invalid \`data\` in \`redacted_thinking\` block`);
  if (block.type !== "thinking") return;
  if (typeof block.thinking !== "string") refuse(`${param}.thinking.thinking: Field required`);
  if (typeof block.signature !== "string") refuse(`${param}.thinking.signature: Field required`);
  if (!seals.verify(block.thinking, block.signature)) refuse(`${param}: Invalid \`signature\` in \`thinking\` block`);
}

/** With a budget (adaptive thinking is laxer), the assistant turn of an open tool loop begins with its thinking. */
function checkLastLoop(messages: readonly JsonObject[]): void {
  const at = messages.findLastIndex((message) => message.role === "assistant");
  const answer = messages.slice(at + 1).flatMap((message) => objectsOf(message.content));
  if (at < 0 || !answer.some((block) => block.type === "tool_result")) return;
  const start = loopStart(messages, at);
  const first = objectsOf(messages[start]?.content)[0];
  if (first === undefined || first.type === "thinking" || first.type === "redacted_thinking") return;
  refuse(
    `messages.${start}.content.0.type: Expected \`thinking\` or \`redacted_thinking\`, but found \`${stringOf(first.type)}\`. When \`thinking\` is enabled, a final \`assistant\` message must start with a thinking block (preceeding the lastmost set of \`tool_use\` and \`tool_result\` blocks). We recommend you include thinking blocks from previous turns. To avoid this requirement, disable \`thinking\`.`,
  );
}

/** Consecutive assistant messages are one turn to the vendor. */
function loopStart(messages: readonly JsonObject[], at: number): number {
  let start = at;
  while (messages[start - 1]?.role === "assistant") start -= 1;
  return start;
}
