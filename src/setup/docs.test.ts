/** docs/clients: the values that setup prints stand there word for word. UPDATE=1 writes them. */
import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { SETUPS } from "./clients/index.ts";
import type { AnySetup, Connection } from "./setup.ts";

const DOCS = join(import.meta.dir, "../../docs/clients");
const UPDATE = process.env.UPDATE === "1" && !process.env.CI;
const EXAMPLE: Connection = {
  url: "http://127.0.0.1:4141",
  key: "YOUR_KEY",
  model: "gpt-high",
  models: ["gpt-high"],
  catalogue: [{ slug: "gpt-high", context_window: 272_000 }],
};

type Printing = Exclude<AnySetup, { kind: "unsupported" }>;
const PRINTING = SETUPS.filter((setup): setup is Printing => setup.kind !== "unsupported");

/** Where the page should show what becomes of several. */
const MODELS: Readonly<Record<string, readonly string[]>> = { "claude-code": ["gpt-high", "gpt-medium", "gpt-low"] };

const section = ({ id, values }: Printing): string =>
  values({ ...EXAMPLE, models: MODELS[id] ?? EXAMPLE.models })
    .map(([where, value]) => (value.includes("\n") ? block(where, value) : `- ${where}: \`${value}\``))
    .join("\n");
const block = (where: string, value: string): string => `- ${where}:\n\n${"```"}\n${value}\n${"```"}\n`;

/** Tells the same in its own way; every other page holds the printed values between two marks. */
const UNMARKED = ["cursor"];

describe.each(PRINTING.filter(({ id }) => !UNMARKED.includes(id)).map((setup) => [setup.id, setup] as const))(
  "docs/clients/%s.md",
  (id, setup) => {
    const path = join(DOCS, `${id}.md`);

    test("has the values that setup prints", async () => {
      const text = await Bun.file(path).text();
      const held = /<!-- values -->\n([\s\S]*?)<!-- \/values -->/.exec(text);
      expect(held).not.toBeNull();
      const expected = `\n${section(setup).trim()}\n\n`;
      if (UPDATE)
        await Bun.write(
          path,
          text.replace(held?.[0] ?? "", () => `<!-- values -->\n${expected}<!-- /values -->`),
        );
      else expect(held?.[1]).toBe(expected);
    });

    test("names the command, and how to take it back", async () => {
      const text = await Bun.file(path).text();
      expect(text).toContain(`codeswitch setup ${id}`);
      if (setup.kind === "files") expect(text).toContain("--undo");
    });
  },
);

test("every client has a page", () =>
  expect(SETUPS.map(({ id }) => id).filter((id) => !existsSync(join(DOCS, `${id}.md`)))).toEqual([]));

test("gemini-cli's page says what setup says", async () =>
  expect(await Bun.file(join(DOCS, "gemini-cli.md")).text()).toContain("does not answer that protocol yet"));
