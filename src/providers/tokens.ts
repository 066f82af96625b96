/** Tokens counted here, for vendors without a counter. An estimate: o200k is OpenAI's, and others cut text their own way. */
import { Tiktoken } from "js-tiktoken/lite";
import type { Content, Entry, ModelRequest, Tool } from "../ir/request.ts";

/** Per message, for its role and separators. https://github.com/openai/openai-cookbook, "How to count tokens" */
const TOKENS_PER_ENTRY = 4;
/** A typical screenshot; vendors bill by pixels, which only a decoder of images would know. */
const TOKENS_PER_IMAGE = 1_500;

let encoding: Promise<Tiktoken> | undefined;

/** Loaded at the first count: the table takes some megabytes. */
const tokenizer = (): Promise<Tiktoken> =>
  (encoding ??= import("js-tiktoken/ranks/o200k_base").then((ranks) => new Tiktoken(ranks.default)));

export async function countLocally(request: ModelRequest): Promise<number> {
  const { encode } = await tokenizer().then((found) => ({
    encode: (text: string) => found.encode(text, [], []).length,
  }));
  const tools = request.tools.reduce((sum, tool) => sum + encode(textOfTool(tool)) + TOKENS_PER_ENTRY, 0);
  return request.entries.reduce((sum, entry) => sum + entryTokens(entry, encode) + TOKENS_PER_ENTRY, tools);
}

function entryTokens(entry: Entry, encode: (text: string) => number): number {
  switch (entry.kind) {
    case "instructions":
    case "message":
      return contentTokens(entry.content, encode);
    case "reasoning":
      return encode(entry.sections.join("\n"));
    case "call":
      return encode(entry.tool.name) + encode("json" in entry.input ? entry.input.json : entry.input.text);
    case "result":
      return typeof entry.content === "object" && "tools" in entry.content
        ? encode(JSON.stringify(entry.content))
        : contentTokens(entry.content, encode);
    case "tools":
      return entry.tools.reduce((sum, tool) => sum + encode(textOfTool(tool)), 0);
    case "opaque":
      return encode(JSON.stringify(entry.raw));
  }
}

function contentTokens(content: Content, encode: (text: string) => number): number {
  if (typeof content === "string") return encode(content);
  return content.reduce((sum, part) => {
    if (part.kind === "text" || part.kind === "refusal") return sum + encode(part.text);
    if (part.kind === "media") return sum + ("text" in part.source ? encode(part.source.text) : TOKENS_PER_IMAGE);
    return sum + encode(JSON.stringify(part));
  }, 0);
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
