/** What a conversation holds, counted alike in every dialect, and in bodies that mix them as Cursor's do. Nothing of src/ is used. */

export interface Shape {
  readonly calls: number;
  readonly results: number;
  readonly images: number;
  /** Everything that a person, a program or a model said in words, without the white space. */
  readonly words: string;
}

type Fields = Readonly<Record<string, unknown>>;
const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const fieldsIn = (value: unknown): readonly Fields[] => (Array.isArray(value) ? value.filter(isFields) : []);

export function shapeOf(body: Fields): Shape {
  const nodes = [...fieldsIn(body["messages"]), ...fieldsIn(body["input"])].flatMap(within);
  const types = nodes.map((node) => String(node["type"] ?? ""));
  return {
    calls:
      types.filter((type) => /^tool_use$|_call$/.test(type)).length +
      nodes.flatMap((node) => fieldsIn(node["tool_calls"])).length,
    results:
      types.filter((type) => /^tool_result$|_output$/.test(type)).length +
      nodes.filter((node) => node["role"] === "tool").length,
    images: types.filter((type) => /^(image|image_url|input_image)$/.test(type)).length,
    words: nodes
      .filter((node) => node["role"] === "user")
      .flatMap(wordsOf)
      .join("")
      .replace(OURS, "")
      .replace(/\s+/g, ""),
  };
}

/** Chat has no place for the picture of a result: it follows in a message that says so. Messages takes no empty conversation: it gets a full stop. */
const OURS = /\[Images of the result of tool call [^\]]*\]|^\.$/g;

/** A message or an item, and the blocks inside it: a result holds blocks of its own. */
const within = (node: Fields): readonly Fields[] => [
  node,
  ...[...fieldsIn(node["content"]), ...fieldsIn(node["output"])].flatMap(within),
];

const wordsOf = ({ content }: Fields): readonly string[] =>
  typeof content === "string"
    ? [content]
    : fieldsIn(content).flatMap(({ type, text }) => (String(type).endsWith("text") ? [String(text)] : []));
