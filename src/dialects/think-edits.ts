/** Clients replay thoughts that they were shown as text; a model that reads them begins to type such tags itself. */
import { stripThink } from "../ir/think.ts";
import type { EditPath, SpanEdit } from "../wire/edit.ts";
import { isList, isObject, type Json } from "../wire/json.ts";

/** `field`: where the turns of the conversation stand. */
export function thinkBlockEdits(field: string, turns: Json | undefined): SpanEdit[] {
  const edits: SpanEdit[] = [];
  if (!isList(turns)) return edits;
  for (let index = 0; index < turns.length; index++) {
    const turn = turns[index];
    if (!isObject(turn) || turn.role !== "assistant") continue;
    const { content } = turn;
    const first = isList(content) ? content[0] : undefined;
    if (typeof content === "string") strip(content, [field, index, "content"], edits);
    else if (isObject(first) && typeof first.text === "string")
      strip(first.text, [field, index, "content", 0, "text"], edits);
  }
  return edits;
}

/** A message that was nothing but thoughts stays: some vendors refuse an empty one. */
function strip(text: string, path: EditPath, edits: SpanEdit[]): void {
  const rest = stripThink(text);
  if (rest !== text && rest !== "") edits.push({ name: "leading-think-block", path, value: rest });
}
