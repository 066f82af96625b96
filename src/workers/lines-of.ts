/** The lines that a process prints, each whole, whatever others print meanwhile. */

/** Longer ones pass in pieces: no line of ours is. */
const LINE_CHARS_MAX = 1024 * 1024;

export async function eachLine(out: ReadableStream<Uint8Array>, print: (line: string) => void): Promise<void> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of out) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) print(line);
    if (rest.length > LINE_CHARS_MAX) {
      print(rest);
      rest = "";
    }
  }
  if (rest !== "") print(rest);
}
