/** A file of the journal at the end of its disk. */
import { expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readLines } from "./journal-line.ts";

/** A file that must not grow past its bound stands for a disk that is full: the write takes a part of the line, and the next one fails. */
test.skipIf(process.platform === "win32")(
  "a line that does not fit leaves nothing of it behind, and those before it are whole (by ulimit, which Windows lacks)",
  async () => {
    const dir = mkdtempSync(join(tmpdir(), "codeswitch-segment-"));
    const script = join(dir, "fill.ts");
    writeFileSync(
      script,
      `import { openJournal } from ${JSON.stringify(join(import.meta.dir, "journal.ts"))};
     const journal = openJournal(${JSON.stringify(dir)});
     let count = 0;
     for (const room of ["full", "still full"])
       try { for (;; count++) journal.row("id-" + count, JSON.stringify({ text: "x".repeat(700) })); }
       catch (error) { console.log(room, count, error.code); }`,
    );
    const child = Bun.spawn(["sh", "-c", `ulimit -f 40; exec "$0" "$1"`, process.execPath, script], {
      stdout: "pipe",
      stderr: "inherit",
    });
    const [first, second] = (await new Response(child.stdout).text())
      .trim()
      .split("\n")
      .map((line) => line.split(" "));
    expect(await child.exited).toBe(0);
    const [file = ""] = readdirSync(dir).filter((name) => name.endsWith(".journal"));
    const bytes = readFileSync(join(dir, file));
    const { lines, used, damaged } = readLines(bytes);
    expect([first?.[1], first?.[2]]).toEqual([String(lines.length), "EFBIG"]);
    expect(second?.slice(-2)).toEqual([String(lines.length), "EFBIG"]);
    expect(lines.length).toBeGreaterThan(20);
    expect([used, damaged]).toEqual([bytes.length, 0]);
    rmSync(dir, { recursive: true });
  },
);
