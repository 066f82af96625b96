/** The three wires as a test speaks them: requests, frames of an answer, and what a client has read so far. Nothing of src/ is used. */

export type Wire = "chat" | "responses" | "messages";
export const WIRES: readonly Wire[] = ["chat", "responses", "messages"];
export const CROSSINGS = WIRES.flatMap((client) => WIRES.map((upstream) => ({ client, upstream })));

type Fields = Readonly<Record<string, unknown>>;

export const PATH: Readonly<Record<Wire, string>> = {
  chat: "/v1/chat/completions",
  responses: "/v1/responses",
  messages: "/v1/messages",
};

const SCHEMA = { type: "object", properties: { path: { type: "string" } } };
const TOOLS: Readonly<Record<Wire, readonly Fields[]>> = {
  chat: [{ type: "function", function: { name: "read", parameters: SCHEMA } }],
  responses: [{ type: "function", name: "read", parameters: SCHEMA, strict: false }],
  messages: [{ name: "read", input_schema: SCHEMA }],
};

export function bodyFor(wire: Wire, model: string, more: Fields = {}): Fields {
  const question = [{ role: "user", content: "Go." }];
  const common = { model, tools: TOOLS[wire], ...more };
  if (wire === "responses") return { ...common, input: question };
  return wire === "chat" ? { ...common, messages: question } : { ...common, max_tokens: 100, messages: question };
}

export const post = (
  url: string,
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
  signal?: AbortSignal,
): Promise<Response> =>
  fetch(url + path, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: typeof body === "string" || body instanceof Uint8Array ? body : JSON.stringify(body),
    ...(signal && { signal }),
  });

/** A whole good answer of each wire: the text "Done." */
export const WHOLE: Readonly<Record<Wire, Fields>> = {
  chat: {
    id: "chatcmpl-1",
    object: "chat.completion",
    created: 1,
    model: "served",
    choices: [{ index: 0, message: { role: "assistant", content: "Done." }, finish_reason: "stop" }],
    usage: { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 },
  },
  responses: {
    id: "resp_1",
    object: "response",
    created_at: 1,
    status: "completed",
    model: "served",
    output: [
      {
        id: "msg_1",
        type: "message",
        status: "completed",
        role: "assistant",
        content: [{ type: "output_text", text: "Done.", annotations: [] }],
      },
    ],
    usage: { input_tokens: 5, output_tokens: 2, total_tokens: 7 },
  },
  messages: {
    id: "msg_1",
    type: "message",
    role: "assistant",
    model: "served",
    content: [{ type: "text", text: "Done." }],
    stop_reason: "end_turn",
    stop_sequence: null,
    usage: { input_tokens: 5, output_tokens: 2 },
  },
};

/** An answer in steps: a step is what the upstream sends at once, and what the client must then have read, all in all. */
export interface Step {
  readonly send: string;
  readonly text: string;
  readonly input: string;
}

const WORDS = ["One ", "two ", "three."];
const PIECES = ['{"path"', ':"a', '.ts"}'];

/** Three pieces of text, then a call in three pieces, then the end. */
export function stepsOf(wire: Wire): readonly Step[] {
  const script = SCRIPTS[wire]();
  const steps: Step[] = [];
  let [text, input] = ["", ""];
  WORDS.forEach((word, at) => {
    text += word;
    steps.push({ send: (at === 0 ? script.start + script.openText : "") + script.word(word), text, input });
  });
  PIECES.forEach((piece, at) => {
    input += piece;
    steps.push({ send: (at === 0 ? script.openCall : "") + script.piece(piece), text, input });
  });
  steps.push({ send: script.end, text, input });
  return steps;
}

/** The answer of `stepsOf` in one text. */
export const wholeStream = (wire: Wire): string =>
  stepsOf(wire)
    .map((step) => step.send)
    .join("");

interface Script {
  readonly start: string;
  readonly openText: string;
  word(text: string): string;
  readonly openCall: string;
  piece(json: string): string;
  readonly end: string;
}

const data = (value: Fields): string => `data: ${JSON.stringify(value)}\n\n`;
const typed = (value: Fields): string => `event: ${String(value["type"])}\n${data(value)}`;

const SCRIPTS: Readonly<Record<Wire, () => Script>> = {
  chat: () => {
    const chunk = (delta: Fields, finish: string | null = null, more: Fields = {}): string =>
      data({
        id: "chatcmpl-1",
        object: "chat.completion.chunk",
        created: 1,
        model: "served",
        choices: [{ index: 0, delta, finish_reason: finish }],
        ...more,
      });
    const call = (part: Fields): string => chunk({ tool_calls: [{ index: 0, ...part }] });
    return {
      start: chunk({ role: "assistant", content: "" }),
      openText: "",
      word: (content) => chunk({ content }),
      openCall: call({ id: "call_1", type: "function", function: { name: "read", arguments: "" } }),
      piece: (json) => call({ function: { arguments: json } }),
      end: `${chunk({}, "tool_calls", { usage: { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 } })}data: [DONE]\n\n`,
    };
  },
  responses: () => {
    let count = 0;
    const event = (type: string, more: Fields): string => typed({ type, sequence_number: count++, ...more });
    const response = (status: string, more: Fields = {}): Fields => ({
      id: "resp_1",
      object: "response",
      created_at: 1,
      status,
      model: "served",
      output: [],
      ...more,
    });
    const [text, call] = [
      { item_id: "msg_1", output_index: 0, content_index: 0 },
      { item_id: "fc_1", output_index: 1 },
    ];
    const part = { type: "output_text", text: WORDS.join(""), annotations: [] };
    const message = { id: "msg_1", type: "message", role: "assistant", status: "completed", content: [part] };
    const item = { id: "fc_1", type: "function_call", call_id: "call_1", name: "read" };
    const input = PIECES.join("");
    return {
      start: event("response.created", { response: response("in_progress") }),
      openText:
        event("response.output_item.added", {
          output_index: 0,
          item: { ...message, status: "in_progress", content: [] },
        }) + event("response.content_part.added", { ...text, part: { ...part, text: "" } }),
      word: (delta) => event("response.output_text.delta", { ...text, delta }),
      openCall:
        event("response.output_text.done", { ...text, text: WORDS.join("") }) +
        event("response.content_part.done", { ...text, part }) +
        event("response.output_item.done", { output_index: 0, item: message }) +
        event("response.output_item.added", {
          output_index: 1,
          item: { ...item, arguments: "", status: "in_progress" },
        }),
      piece: (delta) => event("response.function_call_arguments.delta", { ...call, delta }),
      end:
        event("response.function_call_arguments.done", { ...call, arguments: input }) +
        event("response.output_item.done", {
          output_index: 1,
          item: { ...item, arguments: input, status: "completed" },
        }) +
        event("response.completed", {
          response: response("completed", {
            output: [message, { ...item, arguments: input, status: "completed" }],
            usage: { input_tokens: 5, output_tokens: 2, total_tokens: 7 },
          }),
        }),
    };
  },
  messages: () => {
    const event = (type: string, more: Fields = {}): string => typed({ type, ...more });
    const block = (index: number, content_block: Fields): string =>
      event("content_block_start", { index, content_block });
    const delta = (index: number, part: Fields): string => event("content_block_delta", { index, delta: part });
    return {
      start: event("message_start", {
        message: {
          id: "msg_1",
          type: "message",
          role: "assistant",
          model: "served",
          content: [],
          stop_reason: null,
          stop_sequence: null,
          usage: { input_tokens: 5, output_tokens: 1 },
        },
      }),
      openText: block(0, { type: "text", text: "" }),
      word: (text) => delta(0, { type: "text_delta", text }),
      openCall:
        event("content_block_stop", { index: 0 }) +
        block(1, { type: "tool_use", id: "call_1", name: "read", input: {} }),
      piece: (json) => delta(1, { type: "input_json_delta", partial_json: json }),
      end:
        event("content_block_stop", { index: 1 }) +
        event("message_delta", {
          delta: { stop_reason: "tool_use", stop_sequence: null },
          usage: { output_tokens: 2 },
        }) +
        event("message_stop"),
    };
  },
};

/** What a client has read of a stream so far. */
export interface SoFar {
  text: string;
  input: string;
  /** The dialect's own end: [DONE], message_stop, response.completed. */
  ended: boolean;
  error: string | undefined;
  raw: string;
}

export interface StreamReader {
  readonly soFar: SoFar;
  /** Reads on until the condition holds or the stream ends. */
  until(holds: (soFar: SoFar) => boolean): Promise<SoFar>;
  cancel(): Promise<void>;
}

export function readStream(wire: Wire, response: Response): StreamReader {
  const soFar: SoFar = { text: "", input: "", ended: false, error: undefined, raw: "" };
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const utf8 = new TextDecoder();
  let rest = "";
  return {
    soFar,
    until: async (holds) => {
      while (!holds(soFar)) {
        const { done, value } = await reader.read();
        if (done) break;
        const text = utf8.decode(value, { stream: true });
        soFar.raw += text;
        const lines = (rest + text).split(/\r?\n/);
        rest = lines.pop() ?? "";
        for (const line of lines) if (line.startsWith("data: ")) take(wire, line.slice(6), soFar);
      }
      return soFar;
    },
    cancel: () => reader.cancel(),
  };
}

function take(wire: Wire, line: string, soFar: SoFar): void {
  if (line === "[DONE]") return void (soFar.ended = true);
  const event = JSON.parse(line) as Record<string, never>;
  if (event["error"] || event["type"] === "error") soFar.error ??= line;
  READ[wire](event, soFar, line);
}

type Loose = Readonly<Record<string, never>>;
const READ: Readonly<Record<Wire, (event: Loose, soFar: SoFar, line: string) => void>> = {
  chat: (event, soFar) => {
    const delta = (
      (event["choices"] ?? []) as {
        delta?: { content?: string; tool_calls?: { function?: { arguments?: string } }[] };
      }[]
    )[0]?.delta;
    soFar.text += delta?.content ?? "";
    for (const call of delta?.tool_calls ?? []) soFar.input += call.function?.arguments ?? "";
  },
  responses: (event, soFar, line) => {
    if (event["type"] === "response.output_text.delta") soFar.text += String(event["delta"]);
    if (event["type"] === "response.function_call_arguments.delta") soFar.input += String(event["delta"]);
    if (event["type"] === "response.failed") soFar.error ??= line;
    if (event["type"] === "response.completed") soFar.ended = true;
  },
  messages: (event, soFar) => {
    const delta = (event["delta"] ?? {}) as { text?: string; partial_json?: string };
    soFar.text += delta.text ?? "";
    soFar.input += delta.partial_json ?? "";
    if (event["type"] === "message_stop") soFar.ended = true;
  },
};
