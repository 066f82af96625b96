/** The vendor's part in front of every framework: it knows three questions, and answers each as a model would. */
import { isObject, type JsonObject } from "../../../src/wire/json.ts";
import type { Asked, Behaviour, Offered, Part, Play } from "../../../src/simulator/index.ts";

/** What the scripts ask: `asks` in tell.py and tell.js. */
const IS_PERSON = /Who is Ada/;
const IS_WEATHER = /How warm is it/;

export const STORY = "Once upon a time a gateway lost nothing.";
export const PERSON = { name: "Ada", age: 36, nick: "Countess" } as const;
/** First two at once, then one more. */
export const CITIES = ["Rome", "Oslo", "Bergen"] as const;

export const play: Play = (asked) => {
  const body = JSON.stringify(asked.body);
  if (IS_WEATHER.test(body)) return weather(asked, body);
  return IS_PERSON.test(body) ? person(asked, body) : saying(inField("story", STORY, body), asked);
};

function weather(asked: Asked, body: string): Behaviour {
  // Not every framework brings a result as one: smolagents tells it as the user's words.
  const results = [...new Set(body.match(/(Rome|Oslo|Bergen): \d degrees/g))];
  const tool = asked.tools.find(({ name }) => name === "get_weather");
  const ask = (city: string): Part => calling(tool as Offered, { city });
  if (tool && results.length === 0) return answer(asked, ...CITIES.slice(0, 2).map(ask));
  if (tool && results.length === 2) return answer(asked, ask(CITIES[2]));
  const said = results.join(" / ");
  // An agent of smolagents ends by a call, not by words.
  const last = asked.tools.find(({ name }) => name === "final_answer");
  return last ? answer(asked, calling(last, { answer: said })) : saying(said, asked);
}

/** In the shape that was asked for; where a tool stands for the shape, by calling it. */
function person(asked: Asked, body: string): Behaviour {
  const [tool] = asked.tools;
  if (tool) return answer(asked, calling(tool, shaped(tool.schema)));
  return saying(inField("person", JSON.stringify(shaped(asked.answerSchema ?? {})), body), asked);
}

/** Some frameworks wrap the object into a field of their own. */
function shaped({ properties }: JsonObject): JsonObject {
  const names = isObject(properties) ? Object.keys(properties) : [];
  const [wrapper] = names;
  return wrapper === undefined || names.includes("name") ? PERSON : { [wrapper]: PERSON };
}

/** DSPy asks in prose for `[[ ## field ## ]]`. */
const inField = (field: string, said: string, body: string): string =>
  body.includes(`[[ ## ${field} ## ]]`) ? `[[ ## ${field} ## ]]\n${said}\n\n[[ ## completed ## ]]` : said;

const saying = (said: string, asked: Asked): Behaviour => answer(asked, { kind: "text", pieces: words(said) });

function answer(asked: Asked, ...parts: readonly Part[]): Behaviour {
  const thought: Part = { kind: "thinking", sections: [words("The person asks, so I think.")] };
  return { kind: "answer", answer: { parts: asked.thinking === "off" ? parts : [thought, ...parts], stop: "done" } };
}

const calling = (tool: Offered, input: JsonObject): Part => ({
  kind: "call",
  tool,
  pieces: JSON.stringify(input).match(/[^]{1,7}/g) ?? [],
});
const words = (said: string): readonly string[] => said.match(/\s*\S+/g) ?? [];
