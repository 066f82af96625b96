/** TOUR: a command is a file, a line in the list, and what people type most. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { copyOfTree, promised, type Copy } from "./copy.ts";

let copy: Copy;
beforeAll(() => {
  copy = copyOfTree();
  copy.write(
    "src/cli/greet.ts",
    `import { defineCommand } from "citty";

export const greetCommand = defineCommand({
  meta: { name: "greet", description: "Say hello. Asks no vendor." },
  args: { loudly: { type: "boolean", description: "In capitals." } },
  run: ({ args }) => console.log(args.loudly ? "HELLO" : "Hello"),
});
`,
  );
  copy.insert("src/cli/commands.ts", "import { modelsCommand }", 'import { greetCommand } from "./greet.ts";');
  copy.insert("src/cli/commands.ts", "    models: modelsCommand", "    greet: greetCommand,");
  copy.insert("src/cli/examples.ts", "  models: [", '  greet: [["greet --loudly", "for all to hear"]],');
});
afterAll(() => copy.remove());

test("a made-up command is added by what TOUR says", async () => {
  expect(await copy.changed()).toEqual(promised("a command", { COMMAND: "greet" }));
  const tests = ["./src/cli/help.test.ts", "./test/typed.test.ts", "./test/arrows.test.ts"];
  expect(await copy.failures(tests)).toEqual([]);
}, 30_000);

test("it runs, and its page shows its flags and its examples", async () => {
  expect(await copy.run(["src/main.ts", "greet", "--loudly"])).toMatchObject({ code: 0, out: "HELLO\n" });
  const [page, front] = await Promise.all([
    copy.run(["src/main.ts", "greet", "--help"]),
    copy.run(["src/main.ts", "--help"]),
  ]);
  for (const words of ["Say hello.", "--loudly", "for all to hear"]) expect(page.out).toContain(words);
  expect(front.out).toMatch(/^ {2}greet {2,}Say hello\.$/m);
}, 30_000);
