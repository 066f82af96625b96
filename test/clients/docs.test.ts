/** docs/clients/sdks.md and docs/clients/claude-code.md: what they name exists, and the list of clients is the list that is tested. UPDATE=1 writes it. */
import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { FEATURES } from "../../src/ir/features.ts";
import { holds } from "../marked.ts";
import packages from "./package.json";
import { CLIENTS } from "./sdk-clients.ts";

const ROOT = join(import.meta.dir, "../..");
const VERSIONS = packages.dependencies as Readonly<Record<string, string>>;
const PATHS = { chat: "/v1/chat/completions", responses: "/v1/responses", messages: "/v1/messages" } as const;

const row = ({ name, wire }: (typeof CLIENTS)[number]): string => {
  const used = name.split(", ").filter((part) => part in VERSIONS);
  return `| ${name} | ${used.map((part) => `${part} ${VERSIONS[part]}`).join(", ")} | \`${PATHS[wire]}\` |`;
};
const TABLE = ["| client | version | path |", "|---|---|---|", ...CLIENTS.map(row)].join("\n");

test("sdks.md lists the clients that are tested", () => holds("docs/clients/sdks.md", "clients", TABLE));

describe.each(["sdks", "claude-code"])("docs/clients/%s.md", (page) => {
  const read = (): Promise<string> => Bun.file(join(ROOT, `docs/clients/${page}.md`)).text();

  test("names files that exist", async () => {
    const named = [...(await read()).matchAll(/`((?:test|docs|src)\/[\w./-]+)`/g)].map(([, path]) => path ?? "");
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  test("names losses that the goldens beside them show", async () => {
    for (const line of (await read()).split("\n")) {
      const [, feature] = /\(`([a-z-]+)`\)/.exec(line) ?? [];
      const [, golden] = /`(test\/golden\/[\w./-]+)`/.exec(line) ?? [];
      if (feature === undefined || golden === undefined) continue;
      expect(Object.keys(FEATURES)).toContain(feature);
      expect(await Bun.file(join(ROOT, golden)).text()).toContain(` ${feature} at `);
    }
  });
});
