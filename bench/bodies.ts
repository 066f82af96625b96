/** What the callers ask: bodies of a coding tool's size and make-up. Mostly text; a system prompt, tools, a conversation with calls and results. */

export interface BodyOptions {
  readonly model: string;
  readonly stream: boolean;
  /** Roughly the length of the JSON. */
  readonly bytes: number;
  /** What the last turn is called instead of its number. */
  readonly lastTurn?: string;
}

/** The sender puts another number of the same length in its place in every call. */
export const NEW_TURN = "new_00000000";

export function chatBody({ model, stream, bytes, lastTurn }: BodyOptions): string {
  const tools = toolNames.map((name) => ({
    type: "function",
    function: { name, description: DESCRIPTION, parameters: SCHEMA },
  }));
  const system = { role: "system", content: SYSTEM };
  const turn = (name: string) => [
    { role: "user", content: `Step ${name}: read the file and fix what is wrong.` },
    {
      role: "assistant",
      content: null,
      tool_calls: [{ id: `call_${name}`, type: "function", function: { name: "read_file", arguments: ARGUMENTS } }],
    },
    { role: "tool", tool_call_id: `call_${name}`, content: FILE },
  ];
  const make = (turns: readonly object[]): object => ({
    model,
    stream,
    ...(stream && { stream_options: { include_usage: true } }),
    messages: [system, ...turns],
    tools,
    temperature: 0.2,
  });
  return filled(make, turn, bytes, lastTurn);
}

/** The same, from a client that does not ask for usage: what the gateway asks for itself, it must withhold. */
export const chatBodyWithoutUsage = (options: BodyOptions): string =>
  chatBody(options).replace('"stream_options":{"include_usage":true},', "");

export function messagesBody({ model, stream, bytes, lastTurn }: BodyOptions): string {
  const tools = toolNames.map((name) => ({ name, description: DESCRIPTION, input_schema: SCHEMA }));
  const turn = (name: string) => [
    { role: "user", content: [{ type: "text", text: `Step ${name}: read the file and fix what is wrong.` }] },
    {
      role: "assistant",
      content: [{ type: "tool_use", id: `toolu_${name}`, name: "read_file", input: JSON.parse(ARGUMENTS) as object }],
    },
    {
      role: "user",
      content: [{ type: "tool_result", tool_use_id: `toolu_${name}`, content: [{ type: "text", text: FILE }] }],
    },
  ];
  const make = (turns: readonly object[]): object => ({
    model,
    max_tokens: 8_000,
    stream,
    system: [{ type: "text", text: SYSTEM, cache_control: { type: "ephemeral" } }],
    messages: turns,
    tools,
  });
  return filled(make, turn, bytes, lastTurn);
}

/** As many turns as fit, and at least one. */
function filled(
  make: (turns: readonly object[]) => object,
  turn: (name: string) => readonly object[],
  bytes: number,
  lastTurn: string | undefined,
): string {
  const room = bytes - JSON.stringify(make([])).length;
  const count = Math.max(1, Math.round(room / JSON.stringify(turn("0")).length));
  return JSON.stringify(
    make(
      Array.from({ length: count }, (_, index) =>
        turn((index === count - 1 ? lastTurn : undefined) ?? String(index)),
      ).flat(),
    ),
  );
}

const SYSTEM =
  "You are a careful programmer. Read before you write, keep to the style of the file, and test what you change. ".repeat(
    20,
  );
const DESCRIPTION =
  "Works on one file of the project. The path is relative to the project's root. Large files are cut; ask again with an offset.";
const FILE =
  `export function add(left: number, right: number): number {\n\t// "sum" of both\n\treturn left + right;\n}\n\n`.repeat(
    16,
  );
const ARGUMENTS = '{"path":"src/index.ts","offset":0,"limit":400}';
const SCHEMA = {
  type: "object",
  properties: {
    path: { type: "string", description: "relative to the root" },
    offset: { type: "integer", minimum: 0 },
    limit: { type: "integer", minimum: 1, maximum: 2_000 },
  },
  required: ["path"],
  additionalProperties: false,
};
const toolNames = ["read_file", "write_file", "edit_file", "list_files", "search", "run", "fetch_url", "ask_user"];
