/** What every script asks, and how it tells what came: one JSON line for each backend, client and question. tell.py's twin. */
import { z } from "zod";

export const KEY = "test-key-of-the-gateway";
export const OPENAI = "gpt-5.5";
export const CLAUDE = "claude-sonnet-5";
export const ASK = {
  person: "Who is Ada? Answer with the person.",
  weather: "How warm is it in Rome, Oslo and Bergen?",
  story: "Tell me a story.",
};

/** A person, as people write schemas: with bounds, and a field that may be null. */
export const Person = z.object({
  name: z.string().min(1).max(80),
  age: z.number().int().min(0).max(150).describe("In years."),
  nick: z.string().nullable(),
});
export const City = z.object({ city: z.string().describe("The city's name.") });
export const WEATHER = "How warm it is in a city.";
export const getWeather = ({ city }) => `${city}: ${city.length} degrees`;

export const person = ({ age, name, nick }) => JSON.stringify({ age, name, nick });

/** The pieces of a stream, put together. */
export async function joined(pieces, textOf = (piece) => piece) {
  let text = "";
  for await (const piece of pieces) text += textOf(piece) ?? "";
  return text;
}

/** `clients(url)`: what each client of the framework answers to its questions, as functions. */
export async function tell(clients) {
  for (const [backend, url] of Object.entries(JSON.parse(process.argv[2])))
    for (const [client, asks] of Object.entries(clients(url)))
      for (const [what, ask] of Object.entries(asks)) {
        const told = await Promise.resolve()
          .then(ask)
          .catch((error) => `${error.name}: ${error.message}`);
        console.log(JSON.stringify({ backend, client, what, told: String(told) }));
      }
  process.exit(0);
}
