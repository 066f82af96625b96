/** A made-up protocol, small enough to be read at once. The model and the streaming are in its path: `/tiny/MODEL:ask`, `/tiny/MODEL:tell`. */

const ID = `declare module "../../ir/dialect-id.ts" {
  interface DialectIds {
    readonly tiny: true;
  }
}

export const TINY = "tiny" as const;
`;

const PATHS = `import { namedIn, type PathPattern } from "../../wire/path.ts";
import type { Envelope, Paths } from "../dialect.ts";
import { TINY } from "./id.ts";

const ASK: PathPattern = { before: "/tiny/", after: ":ask" };
const TELL: PathPattern = { before: "/tiny/", after: ":tell" };

export const paths: Paths = {
  generate: [ASK, TELL],
  bodyDialect: () => TINY,
  isOwn: (path) => path.startsWith("/tiny/"),
  upstream: (operation, model) => \`/tiny/\${model}:\${operation === "stream" ? "tell" : "ask"}\`,
};

export const envelope = (path: string): Envelope => ({
  model: namedIn(path, ASK) ?? namedIn(path, TELL),
  stream: namedIn(path, TELL) !== undefined,
});
`;

const REQUEST = `import { lossless } from "../../ir/loss.ts";
import type { Entry, ModelRequest } from "../../ir/request.ts";
import { textOfContent } from "../../ir/turns.ts";
import { isObject, type Json, listOf } from "../../wire/json.ts";
import type { Dialect } from "../dialect.ts";
import { TINY } from "./id.ts";

/** {"lines": [{"by": "user", "words": "Hi"}]} */
export const entriesIn = (lines: Json | undefined): readonly Entry[] =>
  listOf(lines).flatMap((line): Entry[] =>
    isObject(line) && typeof line.words === "string"
      ? [{ kind: "message", role: line.by === "model" ? "assistant" : "user", content: line.words }]
      : [],
  );

export const request: Dialect["request"] = {
  decode: (body) => {
    const entries = entriesIn(body.lines);
    const value: ModelRequest = {
      ...{ model: "", stream: false, generate: true, entries, tools: [], sampling: {}, state: {} },
      ...{ cache: {}, wants: {}, caller: {}, extra: { dialect: TINY, fields: {} } },
    };
    return lossless(value);
  },
  encode: ({ entries }) =>
    lossless({
      lines: entries.flatMap((entry) =>
        entry.kind === "message"
          ? [{ by: entry.role === "assistant" ? "model" : "user", words: textOfContent(entry.content) }]
          : [],
      ),
    }),
};
`;

const ANSWER = `import type { StreamEvent } from "../../ir/events.ts";
import { GatewayError } from "../../ir/error.ts";
import { NO_USAGE } from "../../ir/usage.ts";
import { isObject, literal, parseJson, textOf, type JsonObject } from "../../wire/json.ts";
import type { Dialect } from "../dialect.ts";

const objectIn = (text: string): JsonObject => {
  const value = parseJson(text);
  return isObject(value) ? value : {};
};

const START: readonly StreamEvent[] = [
  { type: "start" },
  { type: "block-start", index: 0, block: { kind: "text" } },
];
const END: readonly StreamEvent[] = [
  { type: "block-end", index: 0 },
  { type: "finish", reason: "stop", usage: NO_USAGE },
];
const words = (text: string): StreamEvent => ({ type: "block-delta", index: 0, delta: { text: literal(text) } });

/** data: {"words": "Hel"} … data: {"over": true} */
export const stream: Dialect["stream"] = {
  decoder: () => {
    let isOpen = false;
    let isOver = false;
    return {
      push: ({ data }, emit) => {
        const piece = objectIn(data);
        if (!isOpen) START.forEach(emit);
        isOpen = true;
        if (typeof piece.words === "string") emit(words(piece.words));
        if (piece.over === true) END.forEach(emit);
        isOver ||= piece.over === true;
      },
      end: (_cause, emit) => {
        if (!isOver) emit({ type: "error", error: new GatewayError("upstream-cut", "The upstream broke off.") });
      },
    };
  },
  encoder: () => ({
    push: (event, emit) => {
      if (event.type === "block-delta" && "text" in event.delta)
        emit({ data: JSON.stringify({ words: textOf(event.delta.text) }) });
      if (event.type === "finish") emit({ data: JSON.stringify({ over: true }) });
      if (event.type === "error") emit({ data: JSON.stringify({ fault: event.error.message }) });
    },
    end: () => {},
    losses: () => [],
  }),
  marks: { answer: /"words"/, inert: new Set() },
};

/** {"words": "Hello"} */
export const response: Dialect["response"] = {
  decode: (body) => [...START, words(String(body.words)), ...END],
  encode: (events) => {
    let text = "";
    for (const event of events) {
      if (event.type === "error") throw event.error;
      if (event.type === "block-delta" && "text" in event.delta) text += textOf(event.delta.text);
    }
    return { value: { words: text }, losses: [] };
  },
};

/** {"fault": "No."} */
export const error: Dialect["error"] = {
  decode: ({ status, body }) =>
    new GatewayError(status === 404 ? "unknown-model" : "upstream-failed", String(objectIn(body).fault)),
  encode: ({ status, message }) => ({
    status,
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ fault: message }),
  }),
};
`;

const PROBE = `import { bearer, type Probe, text } from "../probe.ts";

export const probe: Probe = {
  path: ({ model, stream }) => \`/tiny/\${model}:\${stream ? "tell" : "ask"}\`,
  headers: bearer,
  ask: ({ prompt, extra }) => ({ lines: [{ by: "user", words: prompt }], ...extra }),
  answerCall: (asked) => asked,
  read: (answer) => ({ text: text(answer.words), thought: false }),
  terminal: /"over"/,
  fields: {
    effort: () => undefined,
    withoutThinking: () => ({}),
    verbosity: () => undefined,
    outputLimit: () => ({}),
  },
};
`;

const INDEX = `import type { Dialect } from "../dialect.ts";
import { OPENAI_TRAITS } from "../openai-traits.ts";
import { error, response, stream } from "./answer.ts";
import { TINY } from "./id.ts";
import { envelope, paths } from "./paths.ts";
import { probe } from "./probe.ts";
import { entriesIn, request } from "./request.ts";

export const tiny = {
  id: TINY,
  fieldNames: { conversation: ["lines"] },
  conversation: { field: "lines", decode: entriesIn },
  customCalls: () => "json",
  paths,
  headers: { fixed: { "tiny-version": "1" }, native: () => true, translated: () => false },
  limitHeaders: () => ({}),
  traits: OPENAI_TRAITS,
  range: {
    thinking: "effort",
    summaries: () => [],
    verbosity: false,
    truncation: false,
    replaysReasoning: false,
  },
  passes: () => false,
  thoughts: () => ({ lacksSeal: false, isUnsigned: false, mayHoldSeal: false }),
  settings: { read: () => ({ sampling: {}, state: {}, cache: {} }), edits: () => [] },
  nativeEdits: () => [],
  envelope,
  request,
  stream,
  response,
  hostsWebSearch: false,
  error,
  probe,
} satisfies Dialect;
`;

/** The files of its folder, by name. */
export const TINY_DIALECT: Readonly<Record<string, string>> = {
  "id.ts": ID,
  "paths.ts": PATHS,
  "request.ts": REQUEST,
  "answer.ts": ANSWER,
  "probe.ts": PROBE,
  "index.ts": INDEX,
};
