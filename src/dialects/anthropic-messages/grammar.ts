/** What Anthropic is asked to enforce in one request. It makes one grammar of the answer's schema and of those of all strict tools, and refuses one that is too large. */
import type { Json } from "../../wire/json.ts";
import { heldSchema, type HeldSchema } from "./held-schema.ts";

export interface Grammar {
  answer(schema: Json): HeldSchema;
  tool(schema: Json): HeldSchema;
}

/** https://platform.claude.com/docs/en/build-with-claude/structured-outputs#schema-complexity-limits */
const TOOLS_MAX = 20;
/** "Schemas contains too many optional parameters (…) (limit: 24)". */
const OPTIONAL_MAX = 24;
/** Fields with alternatives. */
const UNIONS_MAX = 16;

export function grammar(): Grammar {
  let tools = 0;
  let optional = 0;
  let unions = 0;
  const held = (schema: Json): HeldSchema => {
    const own = heldSchema(schema);
    if ("why" in own) return own;
    if (optional + own.optional > OPTIONAL_MAX) return { why: `more than ${OPTIONAL_MAX} fields may be left out` };
    if (unions + own.unions > UNIONS_MAX) return { why: `more than ${UNIONS_MAX} fields have alternatives` };
    optional += own.optional;
    unions += own.unions;
    return own;
  };
  return {
    answer: held,
    tool: (schema) => {
      if (tools === TOOLS_MAX) return { why: `more than ${TOOLS_MAX} tools are strict` };
      const own = held(schema);
      if ("schema" in own) tools += 1;
      return own;
    },
  };
}
