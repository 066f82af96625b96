/** Tools that OpenAI's clients run themselves, as functions: their arguments are the fields of the call's own item. */
import type { Tool } from "../ir/request.ts";
import { isObject, type JsonObject, lookup } from "../wire/json.ts";

interface Described {
  readonly description: string;
  readonly input_schema: JsonObject;
}

type Builtin = Extract<Tool, { kind: "builtin" }>;

/** A tool that brings its own words and schema (tool_search) keeps them. https://platform.openai.com/docs/api-reference/responses */
export function builtinFunction(tool: Builtin): Described {
  const raw = isObject(tool.raw) ? tool.raw : {};
  const known = lookup(KNOWN, tool.name) ?? { description: `The client's ${tool.name} tool.`, input_schema: ANYTHING };
  return {
    description: typeof raw.description === "string" ? raw.description : known.description,
    input_schema: isObject(raw.parameters) ? { ...raw.parameters, type: "object" } : known.input_schema,
  };
}

/** False: neither the tool nor we can say what it takes. */
export const isDescribed = (tool: Builtin): boolean =>
  lookup(KNOWN, tool.name) !== undefined || (isObject(tool.raw) && isObject(tool.raw.parameters));

const ANYTHING: JsonObject = { type: "object", properties: {} };
const text = (description: string): JsonObject => ({ type: "string", description });
const number = (description: string): JsonObject => ({ type: "integer", description });
const object = (properties: JsonObject, required: readonly string[]): JsonObject => ({
  type: "object",
  properties,
  required,
});

const KNOWN: Readonly<Record<string, Described>> = {
  apply_patch: {
    description:
      "Create, change or delete one file. `diff` is in the V4A format: lines that begin with +, - or a space, under @@ headers.",
    input_schema: object(
      {
        operation: object(
          {
            type: { type: "string", enum: ["create_file", "update_file", "delete_file"] },
            path: text("The file, relative to the workspace."),
            diff: text("The V4A diff; absent for delete_file."),
          },
          ["type", "path"],
        ),
      },
      ["operation"],
    ),
  },
  shell: {
    description: "Run shell commands on the user's machine.",
    input_schema: object(
      {
        action: object(
          {
            commands: { type: "array", items: { type: "string" }, description: "Commands, run one after another." },
            timeout_ms: number("How long they may take."),
            max_output_length: number("How many characters of output to keep."),
          },
          ["commands"],
        ),
      },
      ["action"],
    ),
  },
  local_shell: {
    description: "Run one command on the user's machine.",
    input_schema: object(
      {
        action: object(
          {
            type: { type: "string", enum: ["exec"] },
            command: { type: "array", items: { type: "string" }, description: "The program and its arguments." },
            env: { type: "object", additionalProperties: { type: "string" } },
            working_directory: text("Where it runs."),
            timeout_ms: number("How long it may take."),
          },
          ["type", "command", "env"],
        ),
      },
      ["action"],
    ),
  },
  tool_search: {
    description: "Find more tools by what they do.",
    input_schema: object({ query: text("What the tool should do."), limit: number("How many tools at most.") }, [
      "query",
    ]),
  },
};
