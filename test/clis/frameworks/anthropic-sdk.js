/** Anthropic's SDK: its parser, and its runner, which holds the conversation at the vendor where the vendor lets it. */
import Anthropic from "@anthropic-ai/sdk";
import { betaZodTool } from "@anthropic-ai/sdk/helpers/beta/zod";
import { zodOutputFormat } from "@anthropic-ai/sdk/helpers/zod";
import { ASK, City, CLAUDE, getWeather, KEY, Person, person, tell, WEATHER } from "./tell.js";

const to = { model: CLAUDE, max_tokens: 8192 };
const asked = (content) => [{ role: "user", content }];
const textOf = ({ content }) => content.flatMap((block) => (block.type === "text" ? [block.text] : [])).join("");

await tell((url) => {
  const client = new Anthropic({ baseURL: url, apiKey: KEY, maxRetries: 0 });
  const weather = betaZodTool({ name: "get_weather", description: WEATHER, inputSchema: City, run: getWeather });
  const run = (more) =>
    client.beta.messages.toolRunner({ ...to, messages: asked(ASK.weather), tools: [weather], ...more });
  return {
    "anthropic (JS)": {
      structured: async () => {
        const output_config = { format: zodOutputFormat(Person) };
        return person(
          (await client.messages.parse({ ...to, messages: asked(ASK.person), output_config })).parsed_output,
        );
      },
      loop: async () => textOf(await run({})),
      "loop, streamed": async () => textOf(await run({ stream: true }).runUntilDone()),
      stream: () => client.messages.stream({ ...to, messages: asked(ASK.story) }).finalText(),
    },
  };
});
