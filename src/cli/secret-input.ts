/** A secret from stdin, or typed by a person without being shown. */
import { Failure } from "./usage.ts";

/** More than any vendor's key. */
const LENGTH_MAX = 16_384;

export async function secretInput(question: string): Promise<string> {
  const value = process.stdin.isTTY === true ? await typed(question) : await piped();
  return value.trim();
}

async function piped(): Promise<string> {
  let text = "";
  for await (const chunk of process.stdin) {
    text += String(chunk);
    if (text.length > LENGTH_MAX)
      throw new Failure("Nothing was changed: what came from stdin is longer than any key.");
  }
  return text;
}

const [END, BACKSPACE, DELETE] = [/[\r\n]/, "\b", "\u007f"];
const GIVEN_UP = /[\u0003\u0004]/;

/** In raw mode the terminal echoes nothing, and Ctrl-C is a letter. */
async function typed(question: string): Promise<string> {
  const { stdin, stderr } = process;
  stderr.write(question);
  stdin.setRawMode(true);
  try {
    let text = "";
    for await (const chunk of stdin)
      for (const letter of String(chunk)) {
        if (END.test(letter)) return text;
        if (GIVEN_UP.test(letter)) throw new Failure("Nothing was changed.");
        text = letter === BACKSPACE || letter === DELETE ? text.slice(0, -1) : text + letter;
        if (text.length > LENGTH_MAX) throw new Failure("Nothing was changed: that is longer than any key.");
      }
    throw new Failure("Nothing was changed.");
  } finally {
    stdin.setRawMode(false);
    stderr.write("\n");
  }
}
