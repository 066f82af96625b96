/** Tokens counted here, for vendors without a counter. An estimate: o200k is OpenAI's, and others cut text their own way. */
import { Tiktoken } from "js-tiktoken/lite";
import { waitingTools } from "../ir/deferred.ts";
import type { Content, Entry, ModelRequest, Tool } from "../ir/request.ts";

/** Per message, for its role and separators. https://github.com/openai/openai-cookbook, "How to count tokens" */
const TOKENS_PER_ENTRY = 4;
/** A typical screenshot; vendors bill by pixels, which only a decoder of images would know. */
const TOKENS_PER_IMAGE = 1_500;

/** A request as text to be cut into tokens, and what is counted without cutting. */
interface Countable {
  readonly texts: readonly string[];
  readonly fixed: number;
}

/** Yields to other calls in between: a long conversation is a tenth of a second of work. */
export async function countLocally(request: ModelRequest): Promise<number> {
  const { texts, fixed } = countable(request);
  return fixed + (await countTexts(texts));
}

/** Work between two pauses, and in all: what is longer is counted at the rate of what was read. */
const CHARS_PER_TURN = 8_192;
const CHARS_MAX = 1_048_576;
/**
 * The merging takes the square of what the tokenizer does not cut by itself: letters, signs, white space. Four thousand
 * spaces, or one long line of dashes, held up every call for two seconds.
 */
const LONG_RUN = /[\p{L}\p{M}]{33,}|[^\s\p{L}\p{N}]{33,}|\s{33,}/gu;
const RUN_MAX = 16;

let encoding: Promise<Tiktoken> | undefined;

/** Loaded at the first count: the table takes a quarter of a second and a hundred megabytes. */
const tokenizer = (): Promise<Tiktoken> =>
  (encoding ??= import("js-tiktoken/ranks/o200k_base").then((ranks) => new Tiktoken(ranks.default)));

async function countTexts(texts: readonly string[]): Promise<number> {
  const { encode } = await tokenizer().then((found) => ({
    encode: (text: string) => found.encode(text, [], []).length,
  }));
  let [tokens, chars, all] = [0, 0, 0];
  for (const text of texts) {
    all += text.length;
    for (let at = 0; at < text.length && chars < CHARS_MAX; at += CHARS_PER_TURN) {
      const slice = text.slice(at, at + CHARS_PER_TURN);
      tokens += slice.replace(LONG_RUN, "").length === slice.length ? encode(slice) : broken(slice, encode);
      if ((chars % CHARS_PER_TURN) + slice.length >= CHARS_PER_TURN) await pause();
      chars += slice.length;
    }
  }
  return chars === 0 ? 0 : Math.ceil((tokens * all) / chars);
}

/** The long runs in pieces, and the text between them. */
function broken(text: string, encode: (text: string) => number): number {
  let [tokens, from] = [0, 0];
  for (const { 0: run, index } of text.matchAll(LONG_RUN)) {
    tokens += encode(text.slice(from, index));
    for (let at = 0; at < run.length; at += RUN_MAX) tokens += encode(run.slice(at, at + RUN_MAX));
    from = index + run.length;
  }
  return tokens + encode(text.slice(from));
}

const pause = (): Promise<void> => new Promise((resolve) => void setTimeout(resolve, 0));

/** A tool that waits to be named is not sent. */
function countable(request: ModelRequest): Countable {
  const waits = waitingTools(request.tools, request.entries);
  const tools = request.tools.filter((tool) => !waits(tool));
  const parts = request.entries.map(partsOf);
  return {
    texts: [...tools.map(textOfTool), ...parts.flatMap((part) => part.texts)],
    fixed:
      (tools.length + request.entries.length) * TOKENS_PER_ENTRY + parts.reduce((sum, part) => sum + part.fixed, 0),
  };
}

const said = (...texts: readonly string[]): Countable => ({ texts, fixed: 0 });

function partsOf(entry: Entry): Countable {
  switch (entry.kind) {
    case "instructions":
    case "message":
      return contentOf(entry.content);
    case "reasoning":
      return said(entry.sections.join("\n"));
    case "call":
      return said(entry.tool.name, "json" in entry.input ? entry.input.json : entry.input.text);
    case "result":
      return typeof entry.content === "object" && "tools" in entry.content
        ? said(JSON.stringify(entry.content))
        : contentOf(entry.content);
    case "tools":
      return said(...entry.tools.map(textOfTool));
    case "opaque":
      return said(JSON.stringify(entry.raw));
  }
}

function contentOf(content: Content): Countable {
  if (typeof content === "string") return said(content);
  const images = content.filter((part) => part.kind === "media" && !("text" in part.source)).length;
  return {
    texts: content.flatMap((part) => {
      if (part.kind === "text" || part.kind === "refusal") return [part.text];
      if (part.kind === "media") return "text" in part.source ? [part.source.text] : [];
      return [JSON.stringify(part)];
    }),
    fixed: images * TOKENS_PER_IMAGE,
  };
}

const textOfTool = (tool: Tool): string => {
  switch (tool.kind) {
    case "function":
      return `${tool.name}\n${tool.description ?? ""}\n${JSON.stringify(tool.schema ?? {})}`;
    case "custom":
      return `${tool.name}\n${tool.description ?? ""}\n${JSON.stringify(tool.format ?? {})}`;
    case "namespace":
      return [tool.name, tool.description ?? "", ...tool.tools.map(textOfTool)].join("\n");
    case "builtin":
    case "hosted":
      return JSON.stringify(tool.raw);
  }
};
