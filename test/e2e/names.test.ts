/** A model's name is opaque: no spelling of one reaches a path, or a model, that the caller's key does not name. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { KeyConfig } from "../../src/config/config.ts";
import { provider, type Running, start, target } from "./gateway.ts";
import { type Upstream, upstream } from "./upstream.ts";
import { bodyFor, PATH, post, WHOLE } from "./wires.ts";

const SECRETS = { mini: "mini-key-0123456789", all: "all-key-0123456789", azure: "azure-key-0123456789" };
const KEYS: readonly KeyConfig[] = [
  { name: "mini", key: SECRETS.mini, models: ["gpt-5-mini*"] },
  { name: "azure", key: SECRETS.azure, models: ["dated/*"] },
  { name: "all", key: SECRETS.all },
];

let vendor: Upstream;
let gateway: Running;
beforeAll(async () => {
  vendor = upstream(({ path }) => Response.json(path.includes("/messages") ? WHOLE.messages : WHOLE.chat));
  gateway = await start({
    keys: KEYS,
    providers: [
      provider("dated", "chat", vendor.url, { kind: "azure", baseUrl: vendor.url, apiVersion: "2024-10-21" }),
      provider("claude", "messages", vendor.url),
    ],
    models: [
      { name: "gpt-*", targets: [{ provider: "dated", model: "*" }] },
      { name: "claude-opus", targets: [target("claude", "messages")] },
      { name: "both", targets: [target("claude", "messages"), { provider: "dated", model: "prod" }] },
    ],
  });
});
afterAll(async () => {
  await gateway?.stop();
  await vendor?.stop();
});

type Who = keyof typeof SECRETS;
const ask = (model: string, who: Who, path: string = PATH.chat) =>
  post(gateway.url, path, bodyFor("chat", model), { authorization: `Bearer ${SECRETS[who]}` });

/** What the vendor was asked since, by a call of this name. */
async function asked(model: string, who: Who, path?: string): Promise<{ status: number; paths: string[] }> {
  const before = vendor.asked.length;
  const { status } = await ask(model, who, path);
  return { status, paths: vendor.asked.slice(before).map((one) => one.path) };
}

const DEPLOYMENT = (name: string) => `/openai/deployments/${name}/chat/completions?api-version=2024-10-21`;

describe("a name that could be read as a path", () => {
  const WAYS_OUT: readonly (readonly [what: string, name: string])[] = [
    ["two dots", "gpt-5-mini/../gpt-5"],
    ["two dots out of the deployments", "gpt-5-mini/../../../other/thing"],
    ["one dot", "gpt-5-mini/./x"],
    ["backslashes", "gpt-5-mini\\..\\gpt-5"],
    ["both slashes", "gpt-5-mini/..\\gpt-5"],
    ["encoded slashes", "gpt-5-mini%2f..%2fgpt-5"],
    ["encoded dots", "gpt-5-mini/%2e%2e/gpt-5"],
    ["one encoded dot", "gpt-5-mini/%2E./gpt-5"],
    ["a tab between dots, which parsers leave out", "gpt-5-mini/.\t./gpt-5"],
    ["a line break behind dots", "gpt-5-mini/..\n/gpt-5"],
    ["an empty segment", "gpt-5-mini//gpt-5"],
    ["an empty segment at its end", "gpt-5-mini/"],
    ["dots and a blank", "gpt-5-mini/.. /gpt-5"],
    ["wide dots", "gpt-5-mini/\uff0e\uff0e/gpt-5"],
    ["a wide slash and a two dot leader", "gpt-5-mini\uff0f\u2025\uff0fgpt-5"],
    ["a NUL", "gpt-5-mini\u0000"],
    ["a mark that turns the direction", "gpt-5-mini\u202egpt"],
    ["half a character", "gpt-5-mini\ud800"],
    ["no end", `gpt-5-mini${"x".repeat(300)}`],
  ];
  for (const who of ["mini", "all"] as const)
    test.each(WAYS_OUT)(`by %s is a 400 for the key ${who}, asks nobody and is not recorded`, async (_what, name) => {
      const records = gateway.records.length;
      expect(await asked(name, who)).toEqual({ status: 400, paths: [] });
      expect(gateway.records[records]).toBeDefined();
      expect(gateway.records[records]).not.toHaveProperty("modelAsked");
    });

  test("is refused in the path of a deployment too, and as a name to be looked up or counted for", async () => {
    const headers = { authorization: `Bearer ${SECRETS.mini}` };
    for (const name of ["gpt-5-mini%2F..%2Fgpt-5", "gpt-5-mini%5C..%5Cgpt-5", "gpt-5-mini%2F%252e%252e%2Fgpt-5"]) {
      expect(await asked("gpt-5-mini", "mini", `/openai/deployments/${name}/chat/completions`)).toEqual({
        status: 400,
        paths: [],
      });
      expect((await fetch(`${gateway.url}/v1/models/${name}`, { headers })).status).toBe(400);
    }
    const body = { ...bodyFor("messages", "gpt-5-mini/../claude-opus") };
    expect((await post(gateway.url, "/v1/messages/count_tokens", body, headers)).status).toBe(400);
  });

  test("is no way round when the path itself is normalised", async () => {
    const path = "/openai/deployments/gpt-5-mini/../gpt-5/chat/completions";
    expect(await asked("gpt-5-mini", "mini", path)).toEqual({ status: 403, paths: [] });
  });
});

describe("a name with marks of a URL in it", () => {
  test.each([
    ["gpt-5-mini?x=1#y", "gpt-5-mini%3Fx%3D1%23y"],
    ["gpt-5-mini%2fx", "gpt-5-mini%252fx"],
    ["gpt-5-mini;a=b", "gpt-5-mini%3Ba%3Db"],
    ["gpt-5-mini/eu", "gpt-5-mini/eu"],
    ["gpt-5-mini é", "gpt-5-mini%20%C3%A9"],
  ])("%s stays inside its deployment", async (name, encoded) => {
    expect(await asked(name, "mini")).toEqual({ status: 200, paths: [DEPLOYMENT(encoded)] });
  });
});

describe("a key's models", () => {
  test("hold, whatever stands in the body beside the path", async () => {
    const told = await asked("gpt-5", "mini", "/openai/deployments/gpt-5-mini/chat/completions");
    expect(told).toEqual({ status: 200, paths: [DEPLOYMENT("gpt-5-mini")] });
    expect(vendor.asked.at(-1)?.body.model).not.toBe("gpt-5");
  });

  test("that name a provider let nothing through to another one", async () => {
    expect((await asked("dated/gpt-5", "azure")).paths).toEqual([DEPLOYMENT("gpt-5")]);
    expect((await asked("gpt-5-high", "azure")).paths).toEqual([DEPLOYMENT("gpt-5")]);
    for (const name of ["dated/claude-opus", "claude-opus", "claude/claude-opus", "dated/claude/claude-opus"])
      expect((await asked(name, "azure")).paths).toEqual([]);
  });

  test("keep of a model the targets that they name", async () => {
    expect((await asked("both", "azure")).paths).toEqual([DEPLOYMENT("prod")]);
    expect((await asked("both", "all")).paths).toEqual(["/v1/messages"]);
    expect(await asked("both", "mini")).toEqual({ status: 403, paths: [] });
  });

  test("say what is listed, looked up and counted", async () => {
    const headers = { authorization: `Bearer ${SECRETS.azure}` };
    const list = (await (await fetch(`${gateway.url}/v1/models`, { headers })).json()) as { data: { id: string }[] };
    expect(list.data.map(({ id }) => id)).toEqual(["both"]);
    const looked = async (name: string) => (await fetch(`${gateway.url}/v1/models/${name}`, { headers })).status;
    expect([await looked("both"), await looked("dated/gpt-5"), await looked("claude-opus")]).toEqual([200, 200, 403]);
    const count = (model: string) =>
      post(gateway.url, "/v1/messages/count_tokens", bodyFor("messages", model), headers).then(({ status }) => status);
    const before = vendor.asked.length;
    expect([await count("both"), await count("claude-opus")]).toEqual([200, 403]);
    expect(vendor.asked.length).toBe(before);
  });
});
