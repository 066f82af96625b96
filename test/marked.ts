/** Parts of documents that the code knows better: between `<!-- name -->` and `<!-- /name -->` stands what was measured. */
import { expect } from "bun:test";
import { join } from "node:path";

const ROOT = join(import.meta.dir, "..");
const UPDATE = process.env.UPDATE === "1" && !process.env.CI;

/** The part is word for word what is expected; UPDATE=1 writes it. `file` is named from the project's root. */
export async function holds(file: string, name: string, expected: string): Promise<void> {
  const path = join(ROOT, file);
  const text = await Bun.file(path).text();
  const parts = new RegExp(`(<!-- ${name}\\b[^>]*-->\\n)([^]*?)(<!-- /${name} -->)`).exec(text);
  const [whole = "", open = "", held = "", close = ""] = parts ?? [];
  expect(whole).not.toBe("");
  const now = `${open}\n${expected.trim()}\n\n${close}`;
  if (UPDATE)
    await Bun.write(
      path,
      text.replace(whole, () => now),
    );
  else expect(held.trim()).toBe(expected.trim());
}
