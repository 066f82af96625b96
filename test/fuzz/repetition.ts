/** Every list that a client sends, repeated twenty-thousandfold: answered, or refused with a reason, in time that grows as the body does. */
import { startThree } from "../e2e/gateway.ts";
import { upstream } from "../e2e/upstream.ts";
import { PATH, type Wire, WHOLE, WIRES } from "../e2e/wires.ts";
import { isList, isObject, type Json, type JsonObject } from "../../src/wire/json.ts";
import { bodies } from "./bodies.ts";
import { type Failure, hasErrorShape } from "./failure.ts";
import { random } from "./random.ts";

const ENTRIES = 20_000;
const BYTES_MAX = 6 * 1024 * 1024;
/** A quarter of the entries must take about a quarter of the time: with quadratic work it is a sixteenth. */
const GROWTH_MAX = 9;
/** Below this the clock tells nothing of growth. */
const CPU_MS_MIN = 600;
const WIRE_OF = { "openai-chat": "chat", "openai-responses": "responses", "anthropic-messages": "messages" } as const;

/** A list by the keys that lead to it, and the first body that has it. */
interface Place {
  readonly client: Wire;
  readonly path: readonly (string | number)[];
  readonly body: JsonObject;
}

export const lists = (): readonly Place[] => {
  const found = new Map<string, Place>();
  for (const { dialect, body } of bodies()) {
    const client = WIRE_OF[dialect];
    for (const path of pathsOf(body)) {
      // The fields of a schema are the client's own: one of its lists is like another.
      const name = `${client} ${kindsOn(body, path)}`;
      if (!found.has(name)) found.set(name, { client, path, body });
    }
  }
  return [...found.values()];
};

/** `count` of the lists, drawn by the seed; each before one vendor. */
export async function fuzzRepetition(count: number, seed: number): Promise<readonly Failure[]> {
  const dice = random(seed);
  const vendors = Object.fromEntries(WIRES.map((wire) => [wire, upstream(() => Response.json(WHOLE[wire]))])) as Record<
    Wire,
    ReturnType<typeof upstream>
  >;
  const gateway = await startThree({
    chat: vendors.chat.url,
    responses: vendors.responses.url,
    messages: vendors.messages.url,
  });
  const failures: Failure[] = [];
  const all = lists();
  for (let at = 0; at < count; at++) {
    // All of them, before one of them comes again.
    const place = all[(seed * 7919 + at) % all.length] as Place;
    const model = dice.pick(WIRES);
    const what = await judge(gateway.url, place, model);
    for (const { asked } of Object.values(vendors)) asked.length = 0;
    const input = `${place.client} → ${model}: ${place.path.join(".")}`;
    if (what !== undefined) failures.push({ seed, what, input });
  }
  await gateway.stop();
  for (const vendor of Object.values(vendors)) await vendor.stop();
  return failures;
}

async function judge(url: string, { client, path, body }: Place, model: Wire): Promise<string | undefined> {
  const times = timesOf(body, path);
  const text = (count: number): string => JSON.stringify({ ...repeated(body, path, count), model, stream: false });
  const ask = async (count: number): Promise<{ cpuMs: number; what?: string }> => {
    const asked = text(count);
    const before = process.cpuUsage();
    const response = await fetch(url + PATH[client], {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: asked,
    });
    const answer = await response.text();
    const { user, system } = process.cpuUsage(before);
    const isRefused = response.status >= 400 && response.status < 500 && hasErrorShape(answer);
    const isAnswered = response.status === 200 || isRefused;
    return {
      cpuMs: (user + system) / 1000,
      ...(!isAnswered && { what: `${response.status}: ${answer.slice(0, 300)}` }),
    };
  };
  const whole = await ask(times);
  if (whole.what !== undefined || whole.cpuMs < CPU_MS_MIN) return whole.what;
  const quarter = await ask(Math.ceil(times / 4));
  if (whole.cpuMs < GROWTH_MAX * quarter.cpuMs) return undefined;
  return `${times} entries took ${Math.round(whole.cpuMs)} ms, a quarter of them ${Math.round(quarter.cpuMs)} ms`;
}

function timesOf(body: JsonObject, path: Place["path"]): number {
  const list = at(body, path) as readonly Json[];
  const bytes = JSON.stringify(list).length / list.length;
  return Math.min(ENTRIES, Math.ceil(BYTES_MAX / bytes));
}

const at = (value: Json, path: Place["path"]): Json | undefined =>
  path.reduce<Json | undefined>((inner, key) => (inner as Record<string | number, Json> | undefined)?.[key], value);

/** The body with so many entries in that list: its own, over and over. */
function repeated(value: Json, path: Place["path"], count: number): JsonObject {
  const copy = structuredClone(value) as JsonObject;
  const list = at(copy, path) as Json[];
  const own = [...list];
  for (let next = own.length; next < count; next++) list.push(own[next % own.length] as Json);
  return copy;
}

function pathsOf(value: Json, path: Place["path"] = []): Place["path"][] {
  if (isList(value)) {
    const inside = value.flatMap((entry, index) => pathsOf(entry, [...path, index]));
    return value.length > 0 ? [path, ...inside] : inside;
  }
  return isObject(value) ? Object.entries(value).flatMap(([key, inner]) => pathsOf(inner as Json, [...path, key])) : [];
}

/** `messages[].content[]` of a user is another list than that of the model; schemas are not looked into. */
function kindsOn(body: JsonObject, path: Place["path"]): string {
  const words = path.map((key, depth) => {
    if (typeof key === "string") return key;
    const entry = at(body, path.slice(0, depth + 1));
    return isObject(entry) ? `[${[entry["type"], entry["role"]].filter(Boolean).join(" ")}]` : "[]";
  });
  const schema = words.findIndex((word) => word === "properties" || word === "$defs");
  return [...(schema === -1 ? words : [...words.slice(0, schema + 1), words.at(-1)])].join(".");
}
