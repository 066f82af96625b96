/** TOUR: a client for `setup` is a file, a line in the list, and a page. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { copyOfTree, promised, type Copy } from "./copy.ts";

let copy: Copy;
beforeAll(() => {
  copy = copyOfTree();
  copy.write(
    "src/setup/clients/acme-code.ts",
    `/** Acme Code: .acme.json. */
import { join } from "node:path";
import { editJson } from "../json-edit.ts";
import type { Setup } from "../setup.ts";

export const acmeCode = {
  kind: "files",
  id: "acme-code",
  title: "Acme Code",
  dialect: "openai-chat",
  plan: (read, { home }, { url, key, model }) => {
    const path = join(home, ".acme.json");
    const edits = [[["url"], \`\${url}/v1\`], [["key"], key], [["model"], model]] as const;
    const before = read(path);
    return [{ path, ...(before !== undefined && { before }), after: editJson(path, before, "json", edits) }];
  },
  values: ({ url, key }) => [
    [".acme.json, url", \`\${url}/v1\`],
    [".acme.json, key", key],
  ],
  rivals: [],
  notes: [],
} satisfies Setup;
`,
  );
  copy.insert("src/setup/clients/index.ts", "import { claudeCode }", 'import { acmeCode } from "./acme-code.ts";');
  copy.insert("src/setup/clients/index.ts", "  geminiCli,", "  acmeCode,");
  copy.insert("src/setup/setup.test.ts", "  opencode: {", `  "acme-code": { ".acme.json": '{"theme":"mine"}' },`);
  copy.write(
    "docs/clients/acme-code.md",
    "# Acme Code\n\n```sh\nnpx codeswitch setup acme-code\nnpx codeswitch setup acme-code --undo\n```\n\n<!-- values -->\n<!-- /values -->\n",
  );
});
afterAll(() => copy.remove());

test("a made-up client is added by what TOUR says", async () => {
  const tests = ["./src/setup/docs.test.ts", "./src/setup/setup.test.ts"];
  expect(await copy.failures(tests, { UPDATE: "1" })).toEqual([]);
  expect(await copy.failures(tests)).toEqual([]);
  expect(await copy.changed()).toEqual(promised("a client for `setup`", { CLIENT: "acme-code" }));
  expect(await Bun.file(`${copy.root}/docs/clients/acme-code.md`).text()).toContain(
    "- .acme.json, url: `http://127.0.0.1:4141/v1`",
  );
}, 30_000);

test("setup writes its file, and puts it back", async () => {
  const env = { CODESWITCH_PORT: "1" };
  const wrote = await copy.run(["src/main.ts", "setup", "acme-code", "--yes"], env);
  const file = Bun.file(`${copy.root}/home/.acme.json`);
  expect([wrote, await file.json()]).toMatchObject([{ code: 0 }, { url: "http://127.0.0.1:1/v1", model: "demo" }]);
  await copy.run(["src/main.ts", "setup", "acme-code", "--undo", "--yes"], env);
  expect(await file.exists()).toBe(false);
}, 30_000);
