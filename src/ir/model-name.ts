/** A model's name is opaque, never a path: a name that some host could read as one is refused. */
import { LIMITS } from "../wire/limits.ts";
import { GatewayError } from "./error.ts";

/** Why a model must not be called so, in words that finish "the name …"; undefined: nothing speaks against it. */
export function modelNameFault(name: string): string | undefined {
  if (name.length > LIMITS.modelNameLengthMax) return `is longer than ${LIMITS.modelNameLengthMax} characters`;
  if (UNPRINTABLE.test(name) || !name.isWellFormed()) return "holds a control character";
  // As the host of a deployment might come to read it: decoded once more, or with its look-alikes made plain.
  const read = name.normalize("NFKC").replace(DOT, ".").replace(SLASH, "/");
  return read.split("/").some((segment) => ONLY_DOTS.test(segment))
    ? "has an empty segment, or one of dots only"
    : undefined;
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

/** Control and format characters (line breaks, direction marks), and the separators of lines and paragraphs. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;
const DOT = /%2e/gi;
/** URL parsers take a backslash for a slash. */
const SLASH = /%2f|%5c|\\/gi;
/** `.`, `..`, and what some servers make of `.. ` and `...`. */
const ONLY_DOTS = /^[. ]*$/;
