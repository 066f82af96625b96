/** LangChain.js: agents over its models of OpenAI and Anthropic. */
import { ChatAnthropic } from "@langchain/anthropic";
import { ChatOpenAI } from "@langchain/openai";
import { createAgent, providerStrategy, tool, toolStrategy } from "langchain";
import { ASK, City, CLAUDE, getWeather, joined, KEY, OPENAI, Person, person, tell, WEATHER } from "./tell.js";

const weather = tool(getWeather, { name: "get_weather", description: WEATHER, schema: City });

const asks = (model) => {
  const run = (content, how) =>
    createAgent({ model, tools: [], ...how }).invoke({ messages: [{ role: "user", content }] });
  const structured = async (responseFormat) => person((await run(ASK.person, { responseFormat })).structuredResponse);
  return {
    structured: async () =>
      person(await model.withStructuredOutput(Person, { method: "jsonSchema" }).invoke(ASK.person)),
    "structured, agent": () => structured(providerStrategy(Person)),
    "structured by a tool": () => structured(toolStrategy(Person)),
    loop: async () => (await run(ASK.weather, { tools: [weather] })).messages.at(-1).text,
    stream: async () => joined(await model.stream(ASK.story), ({ text }) => text),
  };
};

await tell((url) => {
  const openai = { model: OPENAI, apiKey: KEY, maxRetries: 0, configuration: { baseURL: `${url}/v1` } };
  const claude = { model: CLAUDE, apiKey: KEY, maxRetries: 0, anthropicApiUrl: url, maxTokens: 8192 };
  return {
    "LangChain.js, Chat": asks(new ChatOpenAI({ ...openai, useResponsesApi: false })),
    "LangChain.js, Responses": asks(new ChatOpenAI({ ...openai, useResponsesApi: true })),
    "LangChain.js, Messages": asks(new ChatAnthropic(claude)),
  };
});
