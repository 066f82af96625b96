/** What every part of the stream encoder shares: numbered events, items in order, ids. */
import type { ReplyContext } from "../dialect.ts";
import type { Delta } from "../../ir/events.ts";
import { type LossList, lossList } from "../../ir/loss.ts";
import type { Raw } from "../../wire/json.ts";
import type { Frame } from "../../wire/machine.ts";

export type Print = (frame: Frame) => void;

export interface Printing {
  readonly context: ReplyContext;
  readonly losses: LossList;
  /** Prints one event. `fields` is the inside of a JSON object, so that text literals are spliced, never decoded. */
  event(type: string, fields: string, print: Print): void;
  /** The place of the next item: dense, in opening order, since SDKs index their snapshot with it. */
  place(): Place;
  /** Whole items as JSON, for the last event. */
  readonly output: string[];
}
export interface Place {
  readonly at: number;
  /** Stable and unique per turn. */
  id(prefix: string): string;
}

/** Prints one block. */
export interface BlockWriter {
  delta(delta: Delta, print: Print): void;
  end(final: Raw | undefined, print: Print): void;
}

export function printing(context: ReplyContext): Printing {
  let sequence = 0;
  let next = 0;
  return {
    context,
    losses: lossList(),
    output: [],
    event: (type, fields, print) => {
      print({ event: type, data: `{"type":"${type}",${fields},"sequence_number":${sequence}}` });
      sequence++;
    },
    place: () => {
      const at = next++;
      return { at, id: (prefix) => `${prefix}_${context.replyId}_${at}` };
    },
  };
}

export const json = (value: unknown): string => JSON.stringify(value);

export function addItem(p: Printing, at: number, item: string, print: Print): void {
  p.event("response.output_item.added", `"output_index":${at},"item":${item}`, print);
}

export function endItem(p: Printing, at: number, item: string, print: Print): void {
  p.output[at] = item;
  p.event("response.output_item.done", `"output_index":${at},"item":${item}`, print);
}
