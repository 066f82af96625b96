import { expect, test } from "bun:test";
import type { JsonObject } from "../../src/wire/json.ts";
import { answerFaults, eventFaults, requestFaults } from "./answers.ts";
import { SPECS_MISSING, WHY_NOT } from "./published.ts";

const judged = SPECS_MISSING === undefined ? test : test.skip;

const MESSAGE: JsonObject = {
  type: "message",
  id: "msg_1",
  status: "completed",
  role: "assistant",
  content: [{ type: "output_text", text: "Hi.", annotations: [], logprobs: [] }],
};
const RESPONSE: JsonObject = {
  id: "resp_1",
  object: "response",
  created_at: 1,
  completed_at: 2,
  status: "completed",
  background: false,
  error: null,
  incomplete_details: null,
  model: "m",
  output: [MESSAGE],
  frequency_penalty: 0,
  instructions: null,
  max_output_tokens: null,
  max_tool_calls: null,
  parallel_tool_calls: true,
  presence_penalty: 0,
  previous_response_id: null,
  prompt_cache_key: null,
  reasoning: { effort: null, summary: null },
  safety_identifier: null,
  service_tier: "auto",
  store: false,
  temperature: 1,
  text: { format: { type: "text" } },
  tools: [{ type: "function", name: "f", description: null, parameters: null, strict: null }],
  tool_choice: "auto",
  top_logprobs: 0,
  top_p: 1,
  truncation: "disabled",
  metadata: {},
  usage: {
    input_tokens: 1,
    input_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 },
    output_tokens: 1,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: 2,
  },
};

judged(`a Responses answer with every field of both descriptions has no fault${WHY_NOT}`, () => {
  expect(answerFaults("openai-responses", [RESPONSE])).toEqual([]);
  const done = { type: "response.completed", sequence_number: 3, response: RESPONSE };
  expect(answerFaults("openai-responses", [done])).toEqual([]);
});

judged(`a fault is named with its place and with whose description it breaks${WHY_NOT}`, () => {
  const { completed_at: _, ...response } = RESPONSE;
  expect(answerFaults("openai-responses", [response])).toEqual([
    expect.stringMatching(/^completed_at: .* \(open-responses\)$/),
  ]);
  expect(answerFaults("openai-responses", [{ ...RESPONSE, user: null }])).toEqual([
    expect.stringMatching(/^user: .* \(openai\)$/),
  ]);
  const [part] = MESSAGE.content as readonly JsonObject[];
  const open = { ...MESSAGE, content: [{ ...part, text: 1 }] };
  expect(answerFaults("openai-responses", [{ ...RESPONSE, output: [open] }])).toEqual([
    expect.stringMatching(/^output\[0\]\.content\[0\]\.text: .* \(openai\)$/),
    expect.stringMatching(/^output\[0\]\.content\[0\]\.text: .* \(open-responses\)$/),
  ]);
  expect(eventFaults({ type: "error", error: { type: "t", code: null, message: "m", param: null } })).toContainEqual(
    expect.stringMatching(/^error: sequence_number: .* \(open-responses\)$/),
  );
});

judged(
  `items of kinds that Open Responses leaves to its vendors are judged by OpenAI's description alone${WHY_NOT}`,
  () => {
    const call = { type: "custom_tool_call", id: "ctc_1", status: "completed", call_id: "c", name: "n", input: "i" };
    expect(answerFaults("openai-responses", [{ ...RESPONSE, output: [call] }])).toEqual([]);
    expect(answerFaults("openai-responses", [{ ...RESPONSE, output: [{ ...call, input: 1 }] }])).toEqual([
      expect.stringMatching(/\(openai\)$/),
    ]);
  },
);

judged(`a request with a field of the wrong kind is found in either dialect${WHY_NOT}`, () => {
  const chat = { model: "m", messages: [{ role: "user", content: "hi" }] };
  expect(requestFaults("openai-chat", chat)).toEqual([]);
  expect(requestFaults("openai-chat", { ...chat, messages: [{ role: "user", content: 1 }] })).not.toEqual([]);
  const said = { type: "message", role: "assistant", content: [{ type: "output_text", text: "a", annotations: [] }] };
  const thought = { type: "reasoning", summary: [], content: null, encrypted_content: "x" };
  expect(requestFaults("openai-responses", { model: "m", input: [said, thought] })).toEqual([]);
  expect(requestFaults("openai-responses", { model: "m", input: [{ ...said, role: "tool" }] })).not.toEqual([]);
});
