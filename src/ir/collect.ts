/** Events folded into a whole answer: for the vault, for whole replies, for tests. */
import { assertNever } from "./assert-never.ts";
import { type Literals, literals } from "../wire/literals.ts";
import type { GatewayError } from "./error.ts";
import type { Annotation, Block, Finish, StreamEvent } from "./events.ts";
import { grownSeal, type Seal } from "./seal.ts";
import type { Usage } from "./usage.ts";
import type { Raw } from "../wire/json.ts";

/** A block with everything that came for it. `text`: of text, refusal and reasoning blocks, sections joined by a blank line. */
export interface WholeBlock {
  readonly block: Block;
  readonly text: string;
  /** Parts of a reasoning summary. */
  readonly sections: readonly string[];
  /** JSON arguments, or the free text of a custom tool. */
  readonly input: string;
  readonly seal?: Seal;
  readonly annotations: readonly Annotation[];
  readonly final?: Raw;
}
export interface Answer {
  readonly id?: string;
  readonly model?: string;
  readonly blocks: readonly WholeBlock[];
  readonly finish?: Finish;
  readonly error?: GatewayError;
  readonly usage?: Usage;
}

interface Growing {
  block: Block;
  sections: Literals[];
  input: Literals;
  seal?: Seal;
  annotations: Annotation[];
  final?: Raw;
}

export function collector(): { push(event: StreamEvent): void; answer(): Answer } {
  const blocks: Growing[] = [];
  const head: { id?: string; model?: string; usage?: Usage; finish?: Finish; error?: GatewayError } = {};
  return {
    push: (event) => {
      switch (event.type) {
        case "start":
          if (event.id !== undefined) head.id = event.id;
          if (event.model !== undefined) head.model = event.model;
          if (event.usage) head.usage = event.usage;
          return;
        case "block-start":
          blocks[event.index] = { block: event.block, sections: [], input: literals(), annotations: [] };
          return;
        case "block-delta":
          return grow(blocks[event.index], event.delta);
        case "block-end": {
          const block = blocks[event.index];
          if (block && event.final !== undefined) block.final = event.final;
          return;
        }
        case "finish":
          head.finish = event;
          head.usage = event.usage;
          return;
        case "error":
          head.error = event.error;
          return;
        case "notice":
          return;
        default:
          assertNever(event);
      }
    },
    answer: () => ({ ...head, blocks: blocks.map(whole) }),
  };
}

export function collect(events: readonly StreamEvent[]): Answer {
  const into = collector();
  for (const event of events) into.push(event);
  return into.answer();
}

function grow(block: Growing | undefined, delta: Extract<StreamEvent, { type: "block-delta" }>["delta"]): void {
  if (!block) return;
  if ("text" in delta) {
    if (block.sections.length === 0) block.sections.push(literals());
    block.sections.at(-1)?.add(delta.text);
  } else if ("input" in delta) block.input.add(delta.input);
  else if ("section" in delta) block.sections.push(literals());
  else if ("seal" in delta) block.seal = grownSeal(block.seal, delta);
  else if ("annotation" in delta) block.annotations.push(delta.annotation);
}

function whole(block: Growing): WholeBlock {
  const sections = block.sections.map((section) => section.text());
  return { ...block, sections, input: block.input.text(), text: sections.join("\n\n") };
}
