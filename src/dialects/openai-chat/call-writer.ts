/** One call in the words of Chat's chunks: the client decides how a freeform call looks. */
import { callArguments } from "../../ir/arguments.ts";
import type { Block } from "../../ir/events.ts";
import { CUSTOM_INPUT_KEY } from "../../ir/lower.ts";
import type { JsonLiteral } from "../../wire/json.ts";
import type { ReplyContext } from "../dialect.ts";

/** Members of a delta, ready to be spliced into a chunk. */
export interface CallWords {
  readonly opening: string;
  input(fragment: JsonLiteral): readonly string[];
  /** What the end of the call still needs. */
  closing(): string | undefined;
  /** Another member of the call's entry. */
  more(member: string): string;
}

type CallBlock = Extract<Block, { kind: "call" }>;

export function callWords(index: number, block: CallBlock, context: ReplyContext): CallWords {
  const entry = (members: string): string => `"tool_calls":[{"index":${index},${members}}]`;
  // A client's own tool keeps the client's own name; a namespace, which Chat has not, is part of a flat one.
  const name = block.tool.namespace === undefined ? block.tool.name : context.tools.wireName(block.tool);
  const head = (type: string, body: string): string =>
    entry(`"id":${JSON.stringify(block.callId)},"type":"${type}","${type}":{"name":${JSON.stringify(name)},${body}}`);
  const args = (json: string): string => entry(`"function":{"arguments":${json}}`);
  const plain = (opening: string, member: (json: string) => string): CallWords => ({
    opening,
    input: (fragment) => [member(fragment.json)],
    closing: () => undefined,
    more: entry,
  });

  if (block.tool.via !== "custom") {
    const parsed = callArguments();
    const printed = (part: JsonLiteral | undefined): string | undefined => part && args(part.json);
    return {
      opening: head("function", `"arguments":""`),
      input: (fragment) => {
        const words = fragment.json === `""` ? undefined : printed(parsed.next(fragment));
        return words === undefined ? [] : [words];
      },
      closing: () => printed(parsed.rest()),
      more: entry,
    };
  }
  switch (context.style.customCalls) {
    case "custom":
      return plain(head("custom", `"input":""`), (json) => entry(`"custom":{"input":${json}}`));
    // Cursor 3.14 reads function.name on every call, and the arguments as raw patch text (facts: cursor-azure.md §2.5).
    case "function-text":
      return plain(head("function", `"arguments":""`), args);
    case "json": {
      const opening = head("function", `"arguments":${JSON.stringify(`{"${CUSTOM_INPUT_KEY}":"`)}`);
      // The body of the literal is the text's JSON already: encoded once more it is a fragment of arguments.
      const words = plain(opening, (json) => args(JSON.stringify(json.slice(1, -1))));
      return { ...words, closing: () => args(JSON.stringify(`"}`)) };
    }
  }
}
