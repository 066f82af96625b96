/** Text and refusals: the parts of a message. Blocks that follow each other share one, as sentences with citations do. */
import type { Annotation, Block } from "../../ir/events.ts";
import { literals } from "../../wire/literals.ts";
import { OPENAI_RESPONSES } from "./id.ts";
import { addItem, type BlockWriter, endItem, json, type Print, type Printing } from "./printing.ts";

type TextBlock = Extract<Block, { kind: "text" | "refusal" }>;

export interface MessageWriter {
  /** False: the block belongs to another message. */
  takes(block: TextBlock): boolean;
  part(block: TextBlock, print: Print): BlockWriter;
  /** No part will follow. The item ends with its last open part. */
  seal(print: Print): void;
}

export function messageWriter(p: Printing, phase: string | undefined, print: Print): MessageWriter {
  const place = p.place();
  const id = place.id("msg");
  const parts: string[] = [];
  let open = 0;
  let sealed = false;
  let count = 0;
  const item = (status: string, content: string): string =>
    `{"type":"message","id":"${id}","status":"${status}","role":"assistant","content":[${content}]${phase === undefined ? "" : `,"phase":${json(phase)}`}}`;
  const endWhenDone = (to: Print): void => {
    if (sealed && open === 0) endItem(p, place.at, item("completed", parts.join(",")), to);
  };
  addItem(p, place.at, item("in_progress", ""), print);
  return {
    takes: (block) => !sealed && (block.kind === "refusal" || block.phase === phase),
    part: (block, to) => {
      const at = count++;
      open++;
      const where = `"item_id":"${id}","output_index":${place.at},"content_index":${at}`;
      const ended = (part: string, toEnd: Print): void => {
        parts[at] = part;
        open--;
        endWhenDone(toEnd);
      };
      return block.kind === "refusal" ? refusalWriter(p, where, ended, to) : textWriter(p, where, ended, to);
    },
    seal: (to) => {
      if (sealed) return;
      sealed = true;
      endWhenDone(to);
    },
  };
}

type Ended = (part: string, print: Print) => void;

function textWriter(p: Printing, where: string, ended: Ended, print: Print): BlockWriter {
  const text = literals();
  const annotations: string[] = [];
  const waiting: Annotation[] = [];
  const part = (): string =>
    `{"type":"output_text","text":${text.json()},"annotations":[${annotations.join(",")}],"logprobs":[]}`;
  const annotate = (annotation: string, to: Print): void => {
    p.event(
      "response.output_text.annotation.added",
      `${where},"annotation_index":${annotations.length},"annotation":${annotation}`,
      to,
    );
    annotations.push(annotation);
  };
  const prefix = `${where},"delta":`;
  p.event("response.content_part.added", `${where},"part":${part()}`, print);
  return {
    delta: (delta, to) => {
      if ("text" in delta) {
        text.add(delta.text);
        p.event("response.output_text.delta", `${prefix}${delta.text.json},"logprobs":[]`, to);
      } else if ("annotation" in delta) {
        if (delta.annotation.dialect === OPENAI_RESPONSES) annotate(json(delta.annotation.raw), to);
        else waiting.push(delta.annotation);
      }
    },
    end: (_final, to) => {
      // Elsewhere a citation is about the whole block, whose length is known only now.
      const length = waiting.length > 0 ? text.text().length : 0;
      for (const annotation of waiting) {
        const printed = urlCitation(annotation, length, p);
        if (printed) annotate(printed, to);
      }
      p.event("response.output_text.done", `${where},"text":${text.json()},"logprobs":[]`, to);
      p.event("response.content_part.done", `${where},"part":${part()}`, to);
      ended(part(), to);
    },
  };
}

function urlCitation(annotation: Annotation, textLength: number, p: Printing): string | undefined {
  if (annotation.kind !== "url" || annotation.url === undefined) {
    p.losses.hint("answer.annotations", "citations", "dropped", "a citation of something that has no URL");
    return undefined;
  }
  return json({
    type: "url_citation",
    url: annotation.url,
    title: annotation.title ?? "",
    start_index: annotation.start ?? 0,
    end_index: annotation.end ?? textLength,
  });
}

function refusalWriter(p: Printing, where: string, ended: Ended, print: Print): BlockWriter {
  const text = literals();
  const part = (): string => `{"type":"refusal","refusal":${text.json()}}`;
  p.event("response.content_part.added", `${where},"part":${part()}`, print);
  return {
    delta: (delta, to) => {
      if (!("text" in delta)) return;
      text.add(delta.text);
      p.event("response.refusal.delta", `${where},"delta":${delta.text.json}`, to);
    },
    end: (_final, to) => {
      p.event("response.refusal.done", `${where},"refusal":${text.json()}`, to);
      p.event("response.content_part.done", `${where},"part":${part()}`, to);
      ended(part(), to);
    },
  };
}
