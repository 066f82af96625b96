/** What the upstream says: prebuilt events of each dialect, written by hand after the vendors' own streams, so that no code of ours has made what it is measured with. */
import type { DialectId } from "../src/ir/dialect-id.ts";

/** Text deltas of one stream; with its head and tail a stream has a few frames more. */
export const DELTAS = 200;

/** The events of one streamed answer, each with its blank line. */
export const streamOf = (dialect: DialectId): readonly string[] => STREAMS[dialect];
export const wholeOf = (dialect: DialectId): string => JSON.stringify(WHOLES[dialect]);

/** A stream without these bytes did not reach its end. */
export const END_MARK: Readonly<Record<DialectId, string>> = {
  "openai-chat": "data: [DONE]",
  "openai-responses": '"response.completed"',
  "anthropic-messages": '"message_stop"',
};

// Mostly words, at times a line break, a quote, code or an emoji: escapes are what separates copying from translating.
const WORDS = [
  " the",
  " function",
  " returns",
  "\n\n",
  " a",
  ' "quoted"',
  " value",
  "();\n\t",
  " größe",
  " 🚀",
  ".",
  " and",
];
const words = Array.from({ length: DELTAS }, (_, index) => WORDS[index % WORDS.length] as string);
const TEXT = words.join("");

const SECONDS = 1_767_225_600;
const data = (value: object): string => `data: ${JSON.stringify(value)}\n\n`;
const typed = (value: { readonly type: string; readonly [field: string]: unknown }): string =>
  `event: ${value.type}\n${data(value)}`;

function chatStream(): readonly string[] {
  const head = {
    id: "chatcmpl-bench",
    object: "chat.completion.chunk",
    created: SECONDS,
    model: "bench",
    system_fingerprint: "fp_1",
  };
  const chunk = (delta: object, finish: string | null = null): string =>
    data({ ...head, choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }], usage: null });
  return [
    chunk({ role: "assistant", content: "", refusal: null }),
    ...words.map((content) => chunk({ content })),
    chunk({}, "stop"),
    data({ ...head, choices: [], usage: CHAT_USAGE }),
    "data: [DONE]\n\n",
  ];
}

const CHAT_USAGE = {
  prompt_tokens: 3_600,
  completion_tokens: DELTAS,
  total_tokens: 3_600 + DELTAS,
  prompt_tokens_details: { cached_tokens: 3_072, audio_tokens: 0 },
  completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 0 },
};

function responsesStream(): readonly string[] {
  let sequence_number = 0;
  const event = (type: string, fields: object): string =>
    typed({ type, sequence_number: sequence_number++, ...fields });
  const place = { item_id: "msg_bench", output_index: 0, content_index: 0 };
  const part = (text: string) => ({ type: "output_text", annotations: [], logprobs: [], text });
  return [
    event("response.created", { response: responsesBody("in_progress", []) }),
    event("response.in_progress", { response: responsesBody("in_progress", []) }),
    event("response.output_item.added", { output_index: 0, item: responsesItem("in_progress", []) }),
    event("response.content_part.added", { ...place, part: part("") }),
    ...words.map((delta) =>
      event("response.output_text.delta", { ...place, delta, logprobs: [], obfuscation: "a8Fk2Q1x" }),
    ),
    event("response.output_text.done", { ...place, text: TEXT, logprobs: [] }),
    event("response.content_part.done", { ...place, part: part(TEXT) }),
    event("response.output_item.done", { output_index: 0, item: responsesItem("completed", [part(TEXT)]) }),
    event("response.completed", { response: responsesBody("completed", [responsesItem("completed", [part(TEXT)])]) }),
  ];
}

const responsesItem = (status: string, content: readonly object[]) => ({
  id: "msg_bench",
  type: "message",
  status,
  content,
  role: "assistant",
});

const responsesBody = (status: string, output: readonly object[]) => ({
  id: "resp_bench",
  object: "response",
  created_at: SECONDS,
  status,
  error: null,
  incomplete_details: null,
  model: "bench",
  output,
  parallel_tool_calls: true,
  store: false,
  tool_choice: "auto",
  tools: [],
  usage:
    status === "completed"
      ? {
          input_tokens: 3_600,
          input_tokens_details: { cached_tokens: 3_072 },
          output_tokens: DELTAS,
          output_tokens_details: { reasoning_tokens: 0 },
          total_tokens: 3_600 + DELTAS,
        }
      : null,
});

function messagesStream(): readonly string[] {
  const message = {
    ...messagesBody(),
    content: [],
    stop_reason: null,
    usage: { input_tokens: 528, cache_read_input_tokens: 3_072, output_tokens: 1 },
  };
  return [
    typed({ type: "message_start", message }),
    typed({ type: "content_block_start", index: 0, content_block: { type: "text", text: "" } }),
    typed({ type: "ping" }),
    ...words.map((text) => typed({ type: "content_block_delta", index: 0, delta: { type: "text_delta", text } })),
    typed({ type: "content_block_stop", index: 0 }),
    typed({
      type: "message_delta",
      delta: { stop_reason: "end_turn", stop_sequence: null },
      usage: { output_tokens: DELTAS },
    }),
    typed({ type: "message_stop" }),
  ];
}

const messagesBody = () => ({
  id: "msg_bench",
  type: "message",
  role: "assistant",
  model: "bench",
  content: [{ type: "text", text: TEXT }],
  stop_reason: "end_turn",
  stop_sequence: null,
  usage: { input_tokens: 528, cache_read_input_tokens: 3_072, cache_creation_input_tokens: 0, output_tokens: DELTAS },
});

const STREAMS: Readonly<Record<DialectId, readonly string[]>> = {
  "openai-chat": chatStream(),
  "openai-responses": responsesStream(),
  "anthropic-messages": messagesStream(),
};

const WHOLES: Readonly<Record<DialectId, object>> = {
  "openai-chat": {
    id: "chatcmpl-bench",
    object: "chat.completion",
    created: SECONDS,
    model: "bench",
    choices: [
      { index: 0, message: { role: "assistant", content: TEXT, refusal: null }, logprobs: null, finish_reason: "stop" },
    ],
    usage: CHAT_USAGE,
  },
  "openai-responses": responsesBody("completed", [
    responsesItem("completed", [{ type: "output_text", annotations: [], logprobs: [], text: TEXT }]),
  ]),
  "anthropic-messages": messagesBody(),
};
