/** Chat Completions, as a model that thinks in `reasoning_content` speaks it. */
import type { Called, Story } from "./story.ts";
import {
  type Before,
  countOf,
  data,
  fieldsOf,
  type Fields,
  type Heard,
  listOf,
  textOf,
  toolsOf,
  type Wire,
} from "./wire.ts";

const HEAD = { id: "chatcmpl-1", created: 1, model: "served" };

const chunk = (delta: Fields, finish: string | null = null, more: Fields = {}): string =>
  data({ ...HEAD, object: "chat.completion.chunk", choices: [{ index: 0, delta, finish_reason: finish }], ...more });

const finishOf = ({ calls }: Story): string => (calls.length > 0 ? "tool_calls" : "stop");
const usageOf = ({ usage: { prompt, cached, output } }: Story): Fields => ({
  prompt_tokens: prompt,
  completion_tokens: output,
  total_tokens: prompt + output,
  prompt_tokens_details: { cached_tokens: cached },
});
const callOf = ({ id, name, input }: Called): Fields => ({
  id,
  type: "function",
  function: { name, arguments: input },
});

export const chat = {
  path: "/v1/chat/completions",
  keyHeader: (key) => ({ authorization: `Bearer ${key}` }),
  frames: (story) => [
    chunk({ role: "assistant", content: "" }),
    ...story.thinking.map((reasoning_content) => chunk({ reasoning_content })),
    ...story.text.map((content) => chunk({ content })),
    ...story.calls.map((call, index) => chunk({ tool_calls: [{ index, ...callOf(call) }] })),
    chunk({}, finishOf(story)),
    data({ ...HEAD, object: "chat.completion.chunk", choices: [], usage: usageOf(story) }),
    "data: [DONE]\n\n",
  ],
  whole: (story) => ({
    ...HEAD,
    object: "chat.completion",
    choices: [
      {
        index: 0,
        message: {
          role: "assistant",
          content: story.text.join(""),
          ...(story.thinking.length > 0 && { reasoning_content: story.thinking.join("") }),
          ...(story.calls.length > 0 && { tool_calls: story.calls.map(callOf) }),
        },
        finish_reason: finishOf(story),
      },
    ],
    usage: usageOf(story),
  }),
  refusal: (status) => ({ error: { message: `soak ${status}`, type: "server_error" } }),
  failure: data({ error: { message: "soak failure", type: "server_error" } }),
  ask: ({ model, stream, words, note, before }) => ({
    model,
    stream,
    ...(stream && { stream_options: { include_usage: true } }),
    reasoning_effort: "high",
    messages: [
      { role: "user", content: words },
      ...before.flatMap((turn) => [
        ...turn.heard.said.map(turn.thinking === "kept" ? whole : thoughtless),
        ...repliesTo(turn),
      ]),
    ],
    tools: toolsOf(note, (name, description, parameters) => ({
      type: "function",
      function: { name, description, parameters },
    })),
  }),
  readWhole: (body) => {
    const message = fieldsOf(listOf(body["choices"])[0]?.["message"]);
    const calls = listOf(message["tool_calls"]).map(calledIn);
    const finish = textOf(listOf(body["choices"])[0]?.["finish_reason"]);
    return heardOf(textOf(message["content"]), textOf(message["reasoning_content"]), calls, finish, body);
  },
  readStream: (events) => {
    const choices = events.flatMap((event) => listOf(event["choices"]).slice(0, 1));
    const deltas = choices.map(({ delta }) => fieldsOf(delta));
    const joined = (name: string): string => deltas.map((delta) => textOf(delta[name])).join("");
    const calls: Called[] = [];
    for (const part of deltas.flatMap((delta) => listOf(delta["tool_calls"]))) {
      const { id, name, input } = calledIn(part);
      const at = countOf(part["index"]);
      const known = calls[at] ?? { id: "", name: "", input: "" };
      calls[at] = { id: known.id + id, name: known.name + name, input: known.input + input };
    }
    const isDone = events.some((event) => Object.keys(event).length === 0);
    const finish = isDone ? choices.map((choice) => textOf(choice["finish_reason"])).join("") : "";
    const rest = Object.assign({}, ...events.filter(({ usage, error }) => usage ?? error)) as Fields;
    return heardOf(joined("content"), joined("reasoning_content"), calls, finish, rest);
  },
} satisfies Wire;

const whole = (message: Fields): Fields => message;
const thoughtless = ({ reasoning_content: _, ...message }: Fields): Fields => message;
const repliesTo = ({ heard, reply }: Before): readonly Fields[] =>
  heard.calls.length === 0
    ? [{ role: "user", content: reply }]
    : heard.calls.map(({ id }) => ({ role: "tool", tool_call_id: id, content: reply }));

const calledIn = (call: Fields): Called => {
  const { name, arguments: input } = fieldsOf(call["function"]);
  return { id: textOf(call["id"]), name: textOf(name), input: textOf(input) };
};

function heardOf(text: string, thinking: string, calls: readonly Called[], finish: string, rest: Fields): Heard {
  const usage = fieldsOf(rest["usage"]);
  return {
    text,
    thinking,
    calls,
    usage: rest["usage"]
      ? {
          prompt: countOf(usage["prompt_tokens"]),
          cached: countOf(fieldsOf(usage["prompt_tokens_details"])["cached_tokens"]),
          output: countOf(usage["completion_tokens"]),
        }
      : undefined,
    ended: finish === (calls.length > 0 ? "tool_calls" : "stop"),
    error: rest["error"] ? JSON.stringify(rest["error"]) : undefined,
    said: [
      {
        role: "assistant",
        content: text === "" ? null : text,
        ...(thinking !== "" && { reasoning_content: thinking }),
        ...(calls.length > 0 && { tool_calls: calls.map(callOf) }),
      },
    ],
  };
}
