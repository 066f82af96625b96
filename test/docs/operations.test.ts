/** The move from SQLite to PostgreSQL, typed as docs/OPERATIONS.md has it. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Person, person } from "../e2e/terminal.ts";
import { POSTGRES_BIN, sharedPostgres, withoutPostgres } from "../fixtures/postgres.ts";
import { blocks, section } from "./console.ts";

const PAGE = readFileSync(join(import.meta.dir, "../../docs/OPERATIONS.md"), "utf8");
const [MOVE = ""] = blocks(section(PAGE, "What to do when"), "sh");
const YAML = `providers: { s: { kind: simulator } }
models: { demo: { provider: s, model: demo, prices: { input: 3, output: 15 } } }
`;
test("its table of contents names every heading, in order", () => {
  const contents = [...PAGE.matchAll(/\[([^\]]+)\]\(#([\w-]+)\)/g)].slice(0, 20);
  const headings = [...PAGE.matchAll(/^## (.+)$/gm)].map(([, heading = ""]) => heading);
  expect(contents.map(([, shown]) => shown)).toEqual(headings);
  expect(contents.map(([, , anchor]) => anchor)).toEqual(
    headings.map((heading) => heading.toLowerCase().replaceAll(" ", "-")),
  );
});

const missing = withoutPostgres() ?? (Bun.which("sqlite3") === null ? "sqlite3 is not installed" : undefined);

let me: Person;
beforeAll(() => {
  me = person();
});
afterAll(() => me.leave());

test.skipIf(missing !== undefined)(
  `what SQLite has is moved to PostgreSQL by the commands of the page${missing === undefined ? "" : `: ${missing}`}`,
  async () => {
    const [old, next] = [me.folder(YAML), me.folder(`storage: { url: "\${DATABASE_URL}" }\n${YAML}`)];
    const gateway = await me.start(old, {}, "--port", "0");
    const key = (await me.run(old, ["keys", "add", "laptop", "--budget", "1/day", "--tag", "team=search"])).out.trim();
    const asked = {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: JSON.stringify({ model: "demo", messages: [{ role: "user", content: "hello" }] }),
    };
    for (let call = 0; call < 3; call++) await (await fetch(`${gateway.url}/v1/chat/completions`, asked)).text();
    await fetch(`${gateway.url}/v1/chat/completions`, { ...asked, body: "{" });
    await gateway.stop();
    const before = await Promise.all(
      [
        ["usage", "--by", "tag"],
        ["logs", "--json"],
      ].map((words) => me.run(old, words)),
    );
    expect(before[0]?.out).toContain("team=search");

    const database = { DATABASE_URL: await (await sharedPostgres()).database() };
    await (await me.start(next, database, "--port", "0")).stop();
    const moved = Bun.spawnSync(["sh", "-ec", MOVE], {
      env: { ...database, PATH: `${POSTGRES_BIN()}:${process.env.PATH}`, OLD: join(me.data, "codeswitch.db") },
    });
    expect(moved.stderr.toString()).toBe("");

    const shared = await me.start(next, database, "--port", "0");
    const after = await Promise.all(
      [
        ["usage", "--by", "tag"],
        ["logs", "--json"],
      ].map((words) => me.run(next, words, database)),
    );
    expect(after.map(({ out }) => out)).toEqual(before.map(({ out }) => out));
    expect((await fetch(`${shared.url}/v1/chat/completions`, asked)).status).toBe(200);
    expect((await me.run(next, ["keys", "show", "laptop"], database)).out).toContain("of $1.0000 today");
    await shared.stop();
  },
  120_000,
);
