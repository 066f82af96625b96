/** Reasoning items: summary parts or the thinking itself, and the seal that lets the next turn go on from it. */
import type { Block } from "../../ir/events.ts";
import { grownSeal, type Seal, sealFor } from "../../ir/seal.ts";
import { thinkMarkup } from "../../ir/think.ts";
import { type JsonLiteral, literal } from "../../wire/json.ts";
import { literals } from "../../wire/literals.ts";
import { addItem, type BlockWriter, endItem, json, type Print, type Printing } from "./printing.ts";
import { OPENAI_RESPONSES } from "./id.ts";
import { REDACTED_SUFFIX } from "./wire.ts";

type ReasoningBlock = Extract<Block, { kind: "reasoning" }>;

export function reasoningWriter(p: Printing, block: ReasoningBlock, print: Print): BlockWriter {
  return p.context.style.reasoning === "none" ? hiddenWriter(p, block) : shownWriter(p, block, print);
}

const item = (id: string, sections: readonly string[], block: ReasoningBlock, seal: Seal | undefined): string => {
  const summary = block.channel === "summary" ? sections.map((text) => `{"type":"summary_text","text":${text}}`) : [];
  const content =
    block.channel === "raw"
      ? `,"content":[${sections.map((text) => `{"type":"reasoning_text","text":${text}}`).join(",")}]`
      : "";
  const sealed = seal === undefined ? "" : `,"encrypted_content":${json(sealText(seal, block))}`;
  return `{"type":"reasoning","id":"${id}","summary":[${summary.join(",")}]${content}${sealed}}`;
};

function sealText(seal: Seal, block: ReasoningBlock): string {
  const text = sealFor(OPENAI_RESPONSES, seal);
  return block.redacted && seal.dialect !== OPENAI_RESPONSES ? text + REDACTED_SUFFIX : text;
}

/** Without text the item is worth printing only for its seal, which comes last. */
function hiddenWriter(p: Printing, block: ReasoningBlock): BlockWriter {
  let seal: Seal | undefined;
  return {
    delta: (delta) => {
      if ("seal" in delta) seal = grownSeal(seal, delta);
    },
    end: (_final, print) => {
      if (!seal) return;
      const place = p.place();
      const whole = item(place.id("rs"), [], { ...block, channel: "summary" }, seal);
      addItem(p, place.at, whole, print);
      endItem(p, place.at, whole, print);
    },
  };
}

/** Thinking as markup in the text, by configuration. The seal still has its item. */
export function markupWriter(p: Printing, block: ReasoningBlock, openPart: (print: Print) => BlockWriter): BlockWriter {
  const markup = thinkMarkup();
  const sealed = hiddenWriter(p, block);
  let part: BlockWriter | undefined;
  return {
    delta: (delta, print) => {
      sealed.delta(delta, print);
      if ("section" in delta) part?.delta({ text: literal("\n\n") }, print);
      if (!("text" in delta)) return;
      part ??= openPart(print);
      part.delta({ text: markup.thought(delta.text) }, print);
    },
    end: (final, print) => {
      const closing = markup.close();
      if (closing) part?.delta({ text: closing }, print);
      part?.end(final, print);
      sealed.end(final, print);
    },
  };
}

function shownWriter(p: Printing, block: ReasoningBlock, print: Print): BlockWriter {
  const place = p.place();
  const id = place.id("rs");
  const where = `"item_id":"${id}","output_index":${place.at}`;
  const sections: string[] = [];
  let section: Section | undefined;
  let seal: Seal | undefined;
  const close = (to: Print): void => {
    if (section) sections.push(section.end(to));
    section = undefined;
  };
  addItem(p, place.at, item(id, [], block, undefined), print);
  return {
    delta: (delta, to) => {
      if ("section" in delta) close(to);
      else if ("seal" in delta) seal = grownSeal(seal, delta);
      else if ("text" in delta) {
        section ??= sectionOf(p, block.channel, where, sections.length, to);
        section.text(delta.text, to);
      }
    },
    end: (_final, to) => {
      close(to);
      endItem(p, place.at, item(id, sections, block, seal), to);
    },
  };
}

interface Section {
  text(piece: JsonLiteral, print: Print): void;
  /** Returns its whole text as a literal. */
  end(print: Print): string;
}

/** What a section is called, and the events of its part and of the text in it. */
const SECTIONS = {
  summary: {
    type: "summary_text",
    at: "summary_index",
    part: "reasoning_summary_part",
    text: "reasoning_summary_text",
  },
  raw: { type: "reasoning_text", at: "content_index", part: "content_part", text: "reasoning_text" },
} as const;

function sectionOf(p: Printing, channel: ReasoningBlock["channel"], item: string, at: number, print: Print): Section {
  const names = SECTIONS[channel];
  const where = `${item},"${names.at}":${at}`;
  const flowing = `response.${names.text}.delta`;
  const text = literals();
  const part = (): string => `{"type":"${names.type}","text":${text.json()}}`;
  p.event(`response.${names.part}.added`, `${where},"part":${part()}`, print);
  return {
    text: (piece, to) => {
      text.add(piece);
      p.event(flowing, `${where},"delta":${piece.json}`, to);
    },
    end: (to) => {
      p.event(`response.${names.text}.done`, `${where},"text":${text.json()}`, to);
      p.event(`response.${names.part}.done`, `${where},"part":${part()}`, to);
      return text.json();
    },
  };
}
