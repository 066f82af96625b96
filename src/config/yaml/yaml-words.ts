/** The words of a YAML text, as its lexer finds them, with their places. */
import { CST, Lexer } from "yaml";

export interface YamlWord {
  /**
   * plain: a value or a name without quotes, or a block of text. syntax: brackets, dashes, blanks, and what is no YAML.
   * flow-end: a bracket closed by nothing but the indentation behind it, which is no text.
   */
  readonly kind: "plain" | "quoted" | "comment" | "syntax" | "flow-end";
  readonly text: string;
  readonly offset: number;
}

const MARKS: ReadonlySet<string> = new Set([CST.SCALAR, CST.DOCUMENT, CST.FLOW_END]);

export function* yamlWords(source: string): Generator<YamlWord> {
  let offset = 0;
  let before = "";
  for (const text of new Lexer().lex(source)) {
    const isPlain = before === CST.SCALAR;
    before = text;
    if (!isPlain && text === CST.FLOW_END) yield { kind: "flow-end", text: "", offset };
    // A mark is nowhere in the text.
    if (!isPlain && MARKS.has(text)) continue;
    yield { kind: isPlain ? "plain" : kindOf(text), text, offset };
    offset += text.length;
  }
}

function kindOf(text: string): YamlWord["kind"] {
  if (text.startsWith("#")) return "comment";
  return /^["']/.test(text) ? "quoted" : "syntax";
}
