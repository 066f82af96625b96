/** A model's name is opaque, never a path: a name that some host could read as one is refused. */
import { LIMITS } from "../wire/limits.ts";
import { isPrintable } from "../wire/printable.ts";
import { GatewayError } from "./error.ts";

/** Why a model must not be called so, in words that finish "the name …"; undefined: nothing speaks against it. */
export function modelNameFault(name: string): string | undefined {
  if (name.length > LIMITS.modelNameLengthMax) return `is longer than ${LIMITS.modelNameLengthMax} characters`;
  if (!isPrintable(name)) return "holds a character that cannot be seen";
  // As the host of a deployment might come to read it: decoded once more, or with its look-alikes made plain.
  const read = name.replace(ROOT, "").normalize("NFKC").replace(DOT, ".").replace(SLASH, "/");
  return read.split("/").some((segment) => ONLY_DOTS.test(segment))
    ? "has an empty segment, or one of dots only"
    : undefined;
}

/** `*` matches any run of characters; the case of letters does not count. */
export function matches(pattern: string, name: string): boolean {
  const parts = pattern.toLowerCase().split("*");
  const text = name.toLowerCase();
  const [first = "", ...rest] = parts;
  const last = rest.pop();
  if (last === undefined) return text === first;
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length) return false;
  let at = first.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return at <= text.length - last.length;
}

/** Throws `invalid-request`. The name itself is not repeated. */
export function checkModelName(name: string): void {
  const fault = modelNameFault(name);
  if (fault !== undefined)
    throw new GatewayError(
      "invalid-request",
      `model: the name ${fault}. Name one of the models that GET /v1/models lists.`,
      { param: "model" },
    );
}

/** vLLM calls a model by the folder that it was read from, `/mnt/models`: whoever drops that slash reads the same name. */
const ROOT = /^\//;
const DOT = /%2e/gi;
/** URL parsers take a backslash for a slash. */
const SLASH = /%2f|%5c|\\/gi;
/** `.`, `..`, and what some servers make of `.. ` and `...`. */
const ONLY_DOTS = /^[. ]*$/;
