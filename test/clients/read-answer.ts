/** One answer, read with the official SDK of its wire and folded. */
import { foldChunks, foldCompletion } from "./fold-chat.ts";
import { foldMessage, inputBytes } from "./fold-messages.ts";
import { foldResponse, foldResponseEvents } from "./fold-responses.ts";
import { type Declared, fields, type Fields, type Fold, text } from "./fold.ts";
import type { Wire } from "./recordings.ts";
import type { AnthropicSdk, OpenAiSdk } from "./sdk.ts";

export interface Reader {
  readonly wire: Wire;
  readonly sdk: OpenAiSdk | AnthropicSdk;
  readonly declared: Declared;
}

/** Reads one answer with the SDK of its wire. What the SDK throws is the fold's error. */
export async function readAnswer(reader: Reader, body: Fields): Promise<Fold> {
  try {
    return await READERS[reader.wire](reader, body);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { text: "", reasoning: "", calls: [], finish: "none", error: saidBy(error) };
  }
}

/** An SDK keeps the vendor's error body; without one it is the SDK that complains. Anthropic's hides the words in JSON. */
function saidBy(error: Error & { error?: unknown }): string {
  if (error.error === undefined) return "";
  const outer = fields(error.error);
  return text(fields(outer["error"])["message"]) || text(outer["message"]) || error.message;
}

const READERS: Readonly<Record<Wire, (reader: Reader, body: Fields) => Promise<Fold>>> = {
  chat: async ({ sdk }, body) => {
    const answer = await (sdk as OpenAiSdk).chat.completions.create(body);
    return body["stream"] === true ? foldChunks(await all(answer)) : foldCompletion(answer);
  },
  responses: async ({ sdk, declared }, body) => {
    const answer = await (sdk as OpenAiSdk).responses.create(body);
    return body["stream"] === true ? foldResponseEvents(await all(answer), declared) : foldResponse(answer, declared);
  },
  messages: async ({ sdk }, body) => {
    const messages = (sdk as AnthropicSdk).messages;
    if (body["stream"] !== true) return foldMessage(await messages.create(body), new Map());
    const stream = messages.stream(body);
    const inputs = inputBytes(await all(stream));
    return foldMessage(await stream.finalMessage(), inputs);
  },
};

async function all(stream: AsyncIterable<Fields>): Promise<readonly Fields[]> {
  const events: Fields[] = [];
  for await (const event of stream) events.push(event);
  return events;
}
