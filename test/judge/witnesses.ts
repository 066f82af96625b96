/** Where the published descriptions are behind what the vendor's own API does, or its clients need. Each has its witness. */
import { isList, isObject, type Json, type JsonObject } from "../../src/wire/json.ts";

export const AMENDMENTS = { openai, "open-responses": openResponses };

const NULL: JsonObject = { type: "null" };
const SENT_PARTS: readonly JsonObject[] = [{ $ref: "#/$defs/SentText" }, { $ref: "#/$defs/RefusalContent" }];

function openai(schemas: JsonObject): JsonObject {
  // Recorded: `response.created` says `usage: null`.
  const usage = (schema: JsonObject): JsonObject => property(schema, "usage", (known) => ({ anyOf: [known, NULL] }));
  const response = edited(schemas, "Response", (schema) => ({
    ...schema,
    allOf: list(schema.allOf).map((part) => (isObject(part.properties) && part.properties.usage ? usage(part) : part)),
  }));
  // Recorded: insufficient_quota. Codex decides on all three (codex-api/src/sse/responses.rs).
  const codes = ["insufficient_quota", "context_length_exceeded", "server_is_overloaded"];
  const failed = edited(response, "ResponseErrorCode", (schema) => withWords(schema, codes));
  // The whole message's calls may be custom ones, and the SDK's type of a chunk's has them.
  const chunk = edited(failed, "ChatCompletionMessageToolCallChunk", (schema) =>
    property(schema, "type", (known) => withWords(known, ["custom"])),
  );
  return {
    ...chunk,
    // The AI SDK sends assistant texts without id and status; opencode sends reasoning without its id, Codex with `content: null`.
    SentMessage: {
      ...property(at(schemas, "OutputMessage"), "content", (known) => ({ ...known, items: anyOf(SENT_PARTS) })),
      required: ["type", "role", "content"],
    },
    // In the SDK's own type of a request `logprobs` may be absent.
    SentText: { ...at(schemas, "OutputTextContent"), required: ["type", "text"] },
    SentReasoning: {
      ...property(at(schemas, "ReasoningItem"), "content", (known) => ({ anyOf: [known, NULL] })),
      required: ["type", "summary"],
    },
    Item: anyOf([{ ...at(schemas, "Item") }, ...["SentMessage", "SentReasoning"].map(reference)]),
  };
}

function openResponses(schemas: JsonObject): JsonObject {
  const anything = withoutLoneNulls(schemas) as JsonObject;
  // OpenAI has both; the specification's own comments name the first.
  return edited(anything, "ReasoningEffortEnum", (schema) => withWords(schema, ["minimal", "max"]));
}

/** "This, or null" has lost its first half where that was "anything": the schema of a text format. */
function withoutLoneNulls(schema: Json): Json {
  if (isList(schema)) return schema.map(withoutLoneNulls);
  if (!isObject(schema)) return schema;
  const [only, more] = list(schema.anyOf);
  if (only?.type === "null" && more === undefined) return {};
  return Object.fromEntries(Object.entries(schema).map(([key, value = null]) => [key, withoutLoneNulls(value)]));
}

const list = (value: Json | undefined): readonly JsonObject[] => (isList(value) ? value.filter(isObject) : []);
const anyOf = (branches: readonly JsonObject[]): JsonObject => ({ anyOf: branches });
const reference = (name: string): JsonObject => ({ $ref: `#/$defs/${name}` });

function at(schemas: JsonObject, name: string): JsonObject {
  const schema = schemas[name];
  if (!isObject(schema)) throw new Error(`the description has no ${name} any more`);
  return schema;
}

const edited = (schemas: JsonObject, name: string, edit: (schema: JsonObject) => JsonObject): JsonObject => ({
  ...schemas,
  [name]: edit(at(schemas, name)),
});

const property = (schema: JsonObject, name: string, edit: (known: JsonObject) => JsonObject): JsonObject => ({
  ...schema,
  properties: edited(isObject(schema.properties) ? schema.properties : {}, name, edit),
});

const withWords = (schema: JsonObject, words: readonly string[]): JsonObject => ({
  ...schema,
  enum: [...(isList(schema.enum) ? schema.enum : []), ...words],
});
