/** One item of the output, as the parts of the decoder see it. */
import type { Emit, StreamEvent } from "../../ir/events.ts";
import type { Json, JsonLiteral, JsonObject } from "../../wire/json.ts";
import type { ReplyContext } from "../dialect.ts";

/** What the slots of one answer share. */
export interface DecoderState {
  readonly context: ReplyContext;
  /** Opens a block and returns its index. */
  open(block: Extract<StreamEvent, { type: "block-start" }>["block"], emit: Emit): number;
  /** Kinds of the blocks that were opened: they decide how the answer ended. */
  readonly kinds: Set<string>;
  /** Calls of tools that the vendor ran. */
  readonly hosted: Map<string, number>;
  /** How many blocks were opened. */
  readonly blocks: number;
  /** Where the latest piece of a text went. */
  latest: Flow | undefined;
}

export interface Slot {
  /** The wire type, once it is known. */
  readonly type: Json | undefined;
  /** Its latest form, and whether that is its last. */
  readonly item: JsonObject | undefined;
  readonly ended: boolean;
  readonly closed: boolean;
  /** Some of its words came. */
  readonly heard: boolean;
  added(item: JsonObject, emit: Emit): void;
  event(event: JsonObject, emit: Emit): void;
  done(item: JsonObject, emit: Emit): void;
  /** The answer ends: what is open is closed with what is known of it. */
  close(emit: Emit): void;
}

/** What a kind of item does; the slot around it keeps it from going on after its end. */
export interface Kind {
  added(item: JsonObject, emit: Emit): void;
  event(event: JsonObject, emit: Emit): void;
  /** `item`: its last form, or its first where there was none. Closes every block. */
  done(item: JsonObject, emit: Emit): void;
}

/** One open block that text or input flows into. */
export interface Flow {
  readonly index: number;
  push(text: Json | undefined, emit: Emit): void;
  /** The whole: what is missing of it is sent, when it begins with what was sent. */
  whole(text: Json | undefined, emit: Emit): void;
  end(emit: Emit): void;
  readonly open: boolean;
  /** A piece that somebody else has sent. */
  took(piece: JsonLiteral): void;
}
