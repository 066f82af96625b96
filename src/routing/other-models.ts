/** Models that a body names beside its `model`: a vendor reads those too, so that a key's `models` apply to them. */
import type { Config, KeySettings } from "../config/config.ts";
import { GatewayError } from "../ir/error.ts";
import { isList, isObject, type Json, type JsonObject, pathOf } from "../wire/json.ts";
import { LIMITS } from "../wire/limits.ts";
import { reached } from "./plan.ts";
import type { Target } from "./target.ts";

/** Throws `forbidden` where the body names a model that the key may not have at one of the targets. */
export function checkOtherModels(
  config: Config,
  body: JsonObject,
  targets: readonly Target[],
  key?: KeySettings,
): void {
  const patterns = key?.models;
  if (!patterns || patterns.includes("*")) return;
  const allowed = new Set<string>();
  const mayBeAsked = (name: string): boolean => {
    const there = reached(config, name, key);
    return targets.every(
      ({ provider, model }) =>
        model === name || there.some((other) => other.provider === provider && other.model === name),
    );
  };
  eachName(body, (name, path) => {
    if (name === UNKNOWN)
      refuse(path, "a vendor picks models by it, so that a key with models of its own may not send it. Leave it out");
    if (allowed.has(name)) return;
    if (allowed.size === LIMITS.otherModelsMax) refuse(path, `one more than ${allowed.size} models. Name fewer`);
    if (!mayBeAsked(name))
      refuse(path, `this key may not use that model. Leave it out, or name one of: ${patterns.join(", ")}`);
    allowed.add(name);
  });
}

function refuse(path: string, why: string): never {
  throw new GatewayError("forbidden", `${path}: ${why}.`, { param: path });
}

/** A model is asked for, and the body does not say which. */
const UNKNOWN = Symbol();
type Visit = (name: string | typeof UNKNOWN, path: string) => void;

/**
 * `models`, `fallback_model`, `fallbacks: [{ model }]`, `allowed_models` of a plugin, `model` of a tool or of its
 * parameters: https://openrouter.ai/docs, https://platform.claude.com/docs (advisor), https://docs.litellm.ai (fallbacks).
 */
const NAMES = /model|fallback/;
/** Fields that select models without naming them: a preset, and a route, by which OpenRouter once chose fallbacks of its own. */
const STANDS_FOR = /^(preset|route)$/;
/** Tools and plugins that ask another model, the vendor's choice where they name none. */
const ASKS_ANOTHER = /advisor|fusion|sub-?agent/;

/** Their words are data. Only tools may be declared among them. */
const CONVERSATION: ReadonlySet<string> = new Set(["messages", "input", "system", "instructions"]);
/** Of a tool's or an answer's shape: properties may be called as they like. */
const SHAPES: ReadonlySet<string> = new Set(
  "input_schema schema properties patternProperties $defs definitions examples input_examples".split(" "),
);

/** As lenient readers of JSON take a key, Go's among them: the case of letters does not count, and `ſ` is an s. */
const folded = (key: string): string => key.toLowerCase().replaceAll("ſ", "s");

function eachName(body: JsonObject, visit: Visit): void {
  const { model: _, ...rest } = body;
  for (const [key, value] of Object.entries(rest)) {
    if (!CONVERSATION.has(key)) field(key, value, "", visit);
    else if (isList(value)) value.forEach((one, index) => eachTool(one, pathOf(key, index), visit));
  }
}

function eachTool(message: Json, at: string, visit: Visit): void {
  if (!isObject(message)) return;
  for (const key in message)
    if (key.length === 5 && folded(key) === "tools") within(message[key], pathOf(at, key), visit);
}

function field(key: string, value: Json | undefined, at: string, visit: Visit): void {
  if (SHAPES.has(key) || saysNothing(value)) return;
  const path = pathOf(at, key);
  const word = folded(key);
  if (STANDS_FOR.test(word)) visit(UNKNOWN, path);
  else if (NAMES.test(word)) named(value, path, visit);
  else within(value, path, visit);
}

const saysNothing = (value: Json | undefined): boolean =>
  value === undefined || value === null || typeof value === "boolean" || typeof value === "number" || value === "";

function within(value: Json | undefined, at: string, visit: Visit): void {
  if (isList(value)) value.forEach((one, index) => within(one, pathOf(at, index), visit));
  if (!isObject(value)) return;
  let isSaid = false;
  for (const [key, inner] of Object.entries(value))
    field(key, inner, at, (name, path) => {
      isSaid = true;
      visit(name, path);
    });
  if (!isSaid && [value.type, value.id].some((kind) => typeof kind === "string" && ASKS_ANOTHER.test(folded(kind))))
    visit(UNKNOWN, at);
}

/** Where a model is named: each text is one, and so is each text of a list, whatever the list is called. */
function named(value: Json | undefined, at: string, visit: Visit): void {
  if (typeof value === "string") visit(value, at);
  else if (isList(value)) value.forEach((one, index) => named(one, pathOf(at, index), visit));
  else if (isObject(value)) {
    const isNames = ([key, inner]: [string, Json | undefined]): boolean =>
      NAMES.test(folded(key)) || (isList(inner) && inner.every((one) => typeof one === "string"));
    const fields = Object.entries(value);
    if (!fields.some(isNames)) visit(UNKNOWN, at);
    for (const one of fields) {
      const [key, inner] = one;
      if (isNames(one)) named(inner, pathOf(at, key), visit);
      else field(key, inner, at, visit);
    }
  }
}
