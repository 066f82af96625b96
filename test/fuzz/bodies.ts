/** Calls to start from: our own, and those of real clients where the captures are at hand. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { DialectId } from "../../src/ir/dialect-id.ts";
import { isObject, parseJson, type JsonObject } from "../../src/wire/json.ts";
import { PROBES } from "../losses/probes.ts";

export interface Body {
  readonly dialect: DialectId;
  readonly body: JsonObject;
}

const CAPTURES = process.env.CODESWITCH_CAPTURES ?? join(import.meta.dir, "../../../shared/captures");

export function bodies(): readonly Body[] {
  return [...ownBodies(), ...capturedBodies()];
}

const ownBodies = (): readonly Body[] =>
  PROBES.flatMap((probe) =>
    Object.entries(probe.bodies).map(([dialect, body]) => ({
      dialect: dialect as DialectId,
      body: body as JsonObject,
    })),
  );

const DIALECT_OF_PATH: readonly (readonly [RegExp, DialectId])[] = [
  [/\/chat\/completions/, "openai-chat"],
  [/\/responses/, "openai-responses"],
  [/\/messages(\?|$)/, "anthropic-messages"],
];

function capturedBodies(): readonly Body[] {
  if (!existsSync(CAPTURES)) return [];
  return readdirSync(CAPTURES)
    .filter((name) => name.endsWith(".json"))
    .flatMap((name) => {
      const capture = parseJson(readFileSync(join(CAPTURES, name), "utf8"));
      if (!isObject(capture) || !isObject(capture.body) || typeof capture.url !== "string") return [];
      const url = capture.url;
      const dialect = DIALECT_OF_PATH.find(([pattern]) => pattern.test(url))?.[1];
      return dialect === undefined ? [] : [{ dialect, body: capture.body }];
    });
}
