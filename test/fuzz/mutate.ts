/** Ways in which bodies and streams go wrong: values of another type, missing and strange fields, torn and doubled bytes. */
import type { Json } from "../../src/wire/json.ts";
import type { Random } from "./random.ts";

const STRANGE_VALUES: readonly Json[] = [
  null,
  true,
  false,
  0,
  -1,
  1e308,
  "",
  " ",
  "\ud800",
  "x".repeat(5000),
  [],
  {},
  [[]],
  [null],
  { type: null },
  { type: "text" },
  { type: "function" },
  { role: "user" },
  "__proto__",
  "constructor",
];

/** A value of its own each time: a shared list could end up inside itself. */
const strange = (random: Random): Json => structuredClone(random.pick(STRANGE_VALUES)) as Json;

/** A copy with one to four values changed anywhere in the tree. */
export function mutateJson(body: Json, random: Random): Json {
  const copy = structuredClone(body) as Json;
  for (let count = 1 + random.int(4); count > 0; count--) mutateOnce(copy, random);
  return copy;
}

function mutateOnce(root: Json, random: Random): void {
  const places = containersOf(root);
  if (places.length === 0) return;
  const place = random.pick(places);
  if (Array.isArray(place)) mutateList(place as Json[], random, places);
  else mutateObject(place as Record<string, Json>, random, places);
}

function mutateList(list: Json[], random: Random, places: readonly Json[]): void {
  const at = random.int(list.length + 1);
  const how = random.int(5);
  if (how === 0) list.splice(at, 1);
  else if (how === 1) list.splice(at, 0, strange(random));
  else if (how === 2 && list.length > 0) list.splice(at, 0, structuredClone(random.pick(list)));
  else if (how === 3) list.reverse();
  else if (list.length > 0)
    list[at % list.length] = random.int(3) === 0 ? structuredClone(random.pick(places)) : strange(random);
}

function mutateObject(object: Record<string, Json>, random: Random, places: readonly Json[]): void {
  const keys = Object.keys(object);
  const key = keys.length > 0 ? random.pick(keys) : "type";
  const how = random.int(5);
  if (how === 0) delete object[key];
  else if (how === 1)
    object[random.pick(["type", "role", "content", "id", "name", "arguments", "index", "usage"])] = strange(random);
  else if (how === 2) object[key] = structuredClone(random.pick(places));
  else object[key] = strange(random);
}

function containersOf(value: Json, found: Json[] = []): Json[] {
  if (typeof value !== "object" || value === null || found.length > 2000) return found;
  found.push(value);
  for (const inner of Object.values(value)) containersOf(inner as Json, found);
  return found;
}

/** Text with a piece cut out, doubled, moved or replaced. */
export function mutateText(text: string, random: Random): string {
  const from = random.int(text.length + 1);
  const to = Math.min(text.length, from + random.int(200));
  const piece = text.slice(from, to);
  switch (random.int(5)) {
    case 0:
      return text.slice(0, from) + text.slice(to);
    case 1:
      return text.slice(0, to) + piece + text.slice(to);
    case 2:
      return text.slice(0, from);
    case 3:
      return (
        text.slice(0, from) +
        random.pick([
          "\n\n",
          "\r",
          "data: ",
          "{",
          "}",
          '"',
          "\\",
          "[DONE]",
          ":",
          "\u0000",
          "data: null\n\n",
          "data: []\n\n",
        ]) +
        text.slice(from)
      );
    default:
      return text.slice(0, from) + piece.replaceAll(/\d/g, "9").replaceAll('"', "'") + text.slice(to);
  }
}
