/** What would spoil the model of a Messages body whose bytes pass. */
import type { SpanEdit } from "../../wire/edit.ts";
import type { JsonObject } from "../../wire/json.ts";
import { thinkBlockEdits } from "../think-edits.ts";

export const nativeEdits = ({ messages }: JsonObject): SpanEdit[] => thinkBlockEdits("messages", messages);
