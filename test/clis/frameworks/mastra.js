/** Mastra's agents, by its own router of models. */
import { Agent } from "@mastra/core/agent";
import { createTool } from "@mastra/core/tools";
import { ASK, City, getWeather, joined, KEY, OPENAI, Person, person, tell, WEATHER } from "./tell.js";

const weather = createTool({
  id: "get_weather",
  description: WEATHER,
  inputSchema: City,
  execute: async (input) => getWeather(input.context ?? input),
});

await tell((url) => {
  const model = { id: `openai/${OPENAI}`, url: `${url}/v1`, apiKey: KEY };
  const agent = new Agent({
    id: "asked",
    name: "asked",
    instructions: "Answer.",
    model,
    tools: { get_weather: weather },
  });
  const bare = new Agent({ id: "bare", name: "bare", instructions: "Answer.", model });
  return {
    "Mastra, Chat": {
      structured: async () =>
        person((await bare.generate(ASK.person, { structuredOutput: { schema: Person } })).object),
      loop: async () => (await agent.generate(ASK.weather, { maxSteps: 5 })).text,
      stream: async () => joined((await bare.stream(ASK.story)).textStream),
    },
  };
});
