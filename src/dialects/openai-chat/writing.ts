/** What every encoder of a request needs: whom it writes for, and where it says what could not cross. */
import type { LossList } from "../../ir/loss.ts";
import type { CacheMark, MessageEntry } from "../../ir/request.ts";
import { withHints } from "../../ir/unread.ts";
import type { SealReader } from "../../ir/seal.ts";
import type { ToolMap } from "../../ir/tools.ts";
import type { CallerWords } from "../../ir/field-names.ts";
import type { JsonObject } from "../../wire/json.ts";
import type { Traits } from "../traits.ts";

export interface Writing {
  readonly traits: Traits;
  readonly losses: LossList;
  /** What the caller calls things. */
  readonly said: CallerWords;
  /** The body came in this dialect: fields of it that only some vendors know may go back. */
  readonly own: boolean;
  /** Ids of stored files that the caller names are of a vendor with another protocol. */
  readonly foreignFiles: boolean;
  readonly names: ToolMap;
  readonly reader: SealReader;
  /** Tool turns whose thinking is gone and that the vendor would refuse: filled while writing. */
  readonly thoughtless: { turns: number };
}

/** With its cache breakpoint, where the vendor knows them: most cache prefixes by themselves. */
export function withBreakpoint(object: JsonObject, mark: CacheMark | undefined, writing: Writing): JsonObject {
  if (mark && writing.traits.cacheMarks) return { ...object, cache_control: mark.raw };
  loseMark(mark, writing);
  return object;
}

/** Where even vendors that know marks know none. */
export function loseMark(mark: CacheMark | undefined, writing: Writing): void {
  const note = "Chat has no cache breakpoints; vendors cache prefixes by themselves";
  if (mark) writing.losses.hint(mark, "cache-breakpoint", "dropped", note);
}

/** With what stands beside the role and content of a message. */
export function withBesides(message: JsonObject, entry: MessageEntry, writing: Writing): JsonObject {
  if (entry.effort !== undefined) {
    const at = `${writing.said.place(entry)}.output_config.effort`;
    writing.losses.hint(at, "turn-effort", "dropped", "Chat has one effort for the whole request");
  }
  if (entry.phase !== undefined) {
    const at = `${writing.said.place(entry)}.phase`;
    writing.losses.hint(at, "message-phase", "dropped", "Chat knows no phases of an answer");
  }
  return withHints(entry.name === undefined ? message : { ...message, name: entry.name }, entry, writing);
}
