/** Vercel's AI SDK, over its three providers. */
import { createAnthropic } from "@ai-sdk/anthropic";
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { generateText, Output, stepCountIs, streamText, tool } from "ai";
import { ASK, City, CLAUDE, getWeather, joined, KEY, OPENAI, Person, person, tell, WEATHER } from "./tell.js";

const tools = { get_weather: tool({ description: WEATHER, inputSchema: City, execute: getWeather }) };

const asks = (model) => {
  const to = { model, maxRetries: 0 };
  const output = Output.object({ schema: Person });
  return {
    structured: async () => person((await generateText({ ...to, output, prompt: ASK.person })).output),
    "structured, streamed": async () => person(await streamText({ ...to, output, prompt: ASK.person }).output),
    loop: async () => (await generateText({ ...to, tools, stopWhen: stepCountIs(5), prompt: ASK.weather })).text,
    "loop, streamed": () => streamText({ ...to, tools, stopWhen: stepCountIs(5), prompt: ASK.weather }).text,
    stream: () => joined(streamText({ ...to, prompt: ASK.story }).textStream),
  };
};

await tell((url) => {
  const to = { baseURL: `${url}/v1`, apiKey: KEY };
  const compatible = createOpenAICompatible({ ...to, name: "gateway", supportsStructuredOutputs: true });
  return {
    "AI SDK, Chat": asks(createOpenAI(to).chat(OPENAI)),
    "AI SDK, compatible": asks(compatible(OPENAI)),
    "AI SDK, Responses": asks(createOpenAI(to).responses(OPENAI)),
    "AI SDK, Messages": asks(createAnthropic(to)(CLAUDE)),
  };
});
