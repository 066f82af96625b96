import { expect, test } from "bun:test";
import { eachLine } from "./lines-of.ts";

test("lines pass whole, wherever their bytes were cut, and a last one without its end too", async () => {
  const bytes = new TextEncoder().encode("one – 1\ntwo\n\nthree");
  for (let size = 1; size < bytes.length; size++) {
    const out = new ReadableStream<Uint8Array>({
      start: (controller) => {
        for (let at = 0; at < bytes.length; at += size) controller.enqueue(bytes.slice(at, at + size));
        controller.close();
      },
    });
    const lines: string[] = [];
    await eachLine(out, (line) => void lines.push(line));
    expect(lines).toEqual(["one – 1", "two", "", "three"]);
  }
});
