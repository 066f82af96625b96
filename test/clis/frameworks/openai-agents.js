/** OpenAI's Agents SDK, over Chat and Responses. */
import { Agent, OpenAIChatCompletionsModel, OpenAIResponsesModel, Runner, tool } from "@openai/agents";
import OpenAI from "openai";
import { ASK, City, getWeather, joined, KEY, OPENAI, Person, person, tell, WEATHER } from "./tell.js";

const weather = tool({ name: "get_weather", description: WEATHER, parameters: City, execute: getWeather });
const modelSettings = { store: false, providerData: { include: ["reasoning.encrypted_content"] } };

const asks = (model, settings) => {
  const runner = new Runner({ tracingDisabled: true });
  const run = (question, how, options) =>
    runner.run(new Agent({ name: "asked", instructions: "Answer.", model, ...settings, ...how }), question, options);
  return {
    structured: async () => person((await run(ASK.person, { outputType: Person })).finalOutput),
    loop: async () => (await run(ASK.weather, { tools: [weather] })).finalOutput,
    stream: async () => joined((await run(ASK.story, {}, { stream: true })).toTextStream()),
  };
};

await tell((url) => {
  const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: KEY, maxRetries: 0 });
  return {
    "openai-agents (JS), Chat": asks(new OpenAIChatCompletionsModel(client, OPENAI)),
    "openai-agents (JS), Responses": asks(new OpenAIResponsesModel(client, OPENAI), { modelSettings }),
  };
});
