/** OpenAI's SDK: its parse and stream helpers, and the runner of tools, which holds the conversation itself. */
import OpenAI from "openai";
import { zodFunction, zodResponseFormat, zodTextFormat } from "openai/helpers/zod";
import { ASK, City, getWeather, joined, KEY, OPENAI, Person, person, tell, WEATHER } from "./tell.js";

const model = OPENAI;
const asked = (content) => [{ role: "user", content }];

await tell((url) => {
  const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: KEY, maxRetries: 0 });
  const { completions } = client.chat;
  return {
    "openai (JS), Chat": {
      structured: async () => {
        const response_format = zodResponseFormat(Person, "person");
        const said = await completions.parse({ model, messages: asked(ASK.person), response_format });
        return person(said.choices[0].message.parsed);
      },
      loop: () => {
        const tools = [
          zodFunction({ name: "get_weather", description: WEATHER, parameters: City, function: getWeather }),
        ];
        return completions.runTools({ model, messages: asked(ASK.weather), tools }).finalContent();
      },
      stream: () => completions.stream({ model, messages: asked(ASK.story) }).finalContent(),
    },
    "openai (JS), Responses": {
      structured: async () => {
        const text = { format: zodTextFormat(Person, "person") };
        return person((await client.responses.parse({ model, input: ASK.person, text })).output_parsed);
      },
      stream: () =>
        joined(client.responses.stream({ model, input: ASK.story }), ({ type, delta }) =>
          type === "response.output_text.delta" ? delta : "",
        ),
    },
  };
});
