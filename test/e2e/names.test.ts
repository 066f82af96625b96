/** A model's name is opaque: no spelling of one reaches a path, or a model, that the caller's key does not name. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { KeyConfig } from "../../src/config/config.ts";
import { provider, type Running, start, target } from "./gateway.ts";
import { type Upstream, upstream } from "./upstream.ts";
import { LIMITS } from "../../src/wire/limits.ts";
import { bodyFor, PATH, post, type Wire, WHOLE, WIRES } from "./wires.ts";

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

describe("a body that names a second model", () => {
  const CHEAP = "cheap-key-0123456789";
  const FREE = "free-key-01234567890";
  let wide: Running;
  let asked: Upstream;
  beforeAll(async () => {
    asked = upstream(({ path }) => {
      if (path.includes("count_tokens")) return Response.json({ input_tokens: 7 });
      const wire: Wire = path.includes("/messages") ? "messages" : path.includes("/responses") ? "responses" : "chat";
      return Response.json(WHOLE[wire]);
    });
    wide = await start({
      keys: [
        { name: "cheap", key: CHEAP, models: ["at-*", "cheap*"] },
        { name: "free", key: FREE },
        { name: "star", key: "star-key-01234567890", models: ["*"] },
      ],
      providers: [
        ...WIRES.map((wire) => provider(wire, wire, asked.url)),
        provider("dated", "chat", asked.url, { kind: "azure", baseUrl: asked.url, apiVersion: "2024-10-21" }),
      ],
      models: [
        ...WIRES.map((wire) => ({ name: `at-${wire}`, targets: [target(wire, wire, "small")] })),
        { name: "at-dated", targets: [target("dated", "chat", "small")] },
        { name: "cheap-alias", targets: [target("chat", "chat", "cheap-served")] },
        { name: "*", targets: WIRES.map((wire) => target(wire, wire, "*")) },
      ],
    });
  });
  afterAll(async () => {
    await wide?.stop();
    await asked?.stop();
  });

  interface Told {
    readonly status: number;
    readonly body: string;
    readonly calls: number;
  }
  async function tell(path: string, body: unknown, key = CHEAP): Promise<Told> {
    const before = asked.asked.length;
    const response = await post(wide.url, path, body, { authorization: `Bearer ${key}` });
    const text = await response.text();
    return { status: response.status, body: text, calls: asked.asked.length - before };
  }
  /** Every way in: native and translated, counted, and by a dated deployment. */
  const WAYS: readonly (readonly [way: string, path: string, wire: Wire, model: string])[] = [
    ...WIRES.flatMap((wire) => WIRES.map((to) => [`${wire} to ${to}`, PATH[wire], wire, `at-${to}`] as const)),
    ["chat to a dated deployment", PATH.chat, "chat", "at-dated"],
    ["a deployment in the path", "/openai/deployments/at-dated/chat/completions", "chat", "at-dated"],
    ["Responses on the Chat path", PATH.chat, "responses", "at-responses"],
    ["a count at the vendor", "/v1/messages/count_tokens", "messages", "at-messages"],
    ["a local count", "/v1/messages/count_tokens", "messages", "at-chat"],
  ];

  for (const [way, path, wire, model] of WAYS) {
    test(`as another spelling of model is a 400 for every key and asks nobody: ${way}`, async () => {
      for (const second of ["MODEL", "Model", "mODEL", "modeL"])
        for (const key of [CHEAP, FREE])
          for (const body of [
            { ...bodyFor(wire, model), [second]: "expensive" },
            { [second]: "expensive", ...bodyFor(wire, model) },
          ]) {
            const told = await tell(path, body, key);
            expect([second, told.status, told.calls]).toEqual([second, 400, 0]);
            expect(told.body).toContain(
              `${second}: some servers take it for model. Send the model's name once, as model.`,
            );
          }
    });

    test(`is held against the key's models: ${way}`, async () => {
      const more = {
        models: ["cheap-1", "expensive"],
        fallbacks: [{ model: "expensive" }],
        fallback_model: "expensive",
      };
      for (const [field, value] of Object.entries(more)) {
        const told = await tell(path, bodyFor(wire, model, { [field]: value }));
        expect([field, told.status, told.calls]).toEqual([field, 403, 0]);
        expect(told.body).toContain("this key may not use that model. Leave it out, or name one of: at-*, cheap*.");
      }
    });
  }

  const FOREIGN: readonly (readonly [where: string, more: object])[] = [
    ["models[1]", { models: ["small", "expensive"], route: undefined }],
    ["MODELS[0]", { MODELS: ["expensive"] }],
    ["modelſ[0]", { modelſ: ["expensive"] }],
    ["fallback_model", { fallback_model: "expensive" }],
    ["fallbacks[0].model", { fallbacks: [{ model: "expensive" }] }],
    ["fallbacks[0]", { fallbacks: ["expensive"] }],
    ["fallbacks[0].small[0]", { fallbacks: [{ small: ["expensive"] }] }],
    ["fallbacks[0].Model", { Fallbacks: [{ Model: "expensive" }] }],
    ["context_window_fallbacks[0].small[0]", { context_window_fallbacks: [{ small: ["expensive"] }] }],
    ["route", { route: "fallback" }],
    ["preset", { preset: "mine" }],
    ["plugins[0].model", { plugins: [{ id: "web" }, { id: "x", model: "expensive" }] }],
    ["plugins[0].allowed_models[0]", { plugins: [{ id: "auto-router", allowed_models: ["*"] }] }],
    ["plugins[0]", { plugins: [{ id: "fusion" }] }],
    ["extra_body.model", { extra_body: { model: "expensive" } }],
    ["tools[0].model", { tools: [{ type: "advisor_20260301", name: "advisor", model: "claude-opus-4-6" }] }],
    ["tools[0].model", { tools: [{ type: "image_generation", model: "gpt-image-1" }] }],
    ["tools[0].parameters.model", { tools: [{ type: "openrouter:advisor", parameters: { model: "expensive" } }] }],
    ["tools[0]", { tools: [{ type: "openrouter:advisor" }] }],
    ["TOOLS[0].model", { TOOLS: [{ type: "image_generation", model: "gpt-image-1" }] }],
    ["fallback", { fallback: { id: "expensive" } }],
    ["a name that is none", { models: ["at-chat/../expensive"] }],
    ["another provider's name", { fallback_model: "cheap-alias" }],
  ];
  for (const wire of WIRES)
    test.each(FOREIGN)(
      `${wire}: at %s is a 403 that says where, and passes for a key without models`,
      async (where, more) => {
        const told = await tell(PATH[wire], bodyFor(wire, `at-${wire}`, { ...more }));
        expect([told.status, told.calls]).toEqual([403, 0]);
        expect(told.body).toMatch(/Leave it out/);
        if (/^[a-z]+\[\d\]$|^preset$|^route$/.test(where)) expect(told.body).toContain(`${where}: `);
        for (const key of [FREE, "star-key-01234567890"])
          expect((await tell(PATH[wire], bodyFor(wire, `at-${wire}`, { ...more }), key)).status).not.toBe(403);
      },
    );

  test("among the tools of an item or a message is held too", async () => {
    const tools = [{ type: "image_generation", model: "gpt-image-1" }];
    const input = [
      { role: "user", content: "Go." },
      { type: "additional_tools", role: "developer", tools },
    ];
    const messages = [
      { role: "user", content: "Go." },
      { role: "system", content: "x", Tools: tools },
    ];
    for (const [wire, more] of [
      ["responses", { input }],
      ["chat", { messages }],
    ] as const) {
      const told = await tell(PATH[wire], { ...bodyFor(wire, `at-${wire}`), ...more });
      expect([told.status, told.calls]).toEqual([403, 0]);
    }
  });

  test("passes where the key may ask that vendor for it", async () => {
    const ask = async (model: string, name: string) =>
      (await tell(PATH.chat, bodyFor("chat", model, { models: [name], plugins: [{ id: "web" }] }))).status;
    for (const name of ["small", "cheap-1", "cheap-served"])
      expect([name, await ask("at-chat", name)]).toEqual([name, 200]);
    // Its upstream is asked for another name than the alias, and the deployments are asked for no name but theirs.
    expect(await ask("at-chat", "cheap-alias")).toBe(403);
    expect([await ask("at-dated", "small"), await ask("at-dated", "cheap-1")]).toEqual([200, 403]);
  });

  test("in a schema, in what is said and where nothing is said is none", async () => {
    const schema = {
      type: "object",
      properties: { model: { type: "string", default: "expensive" } },
      required: ["model"],
    };
    const more = {
      tools: [{ type: "function", function: { name: "pick", parameters: schema } }],
      messages: [{ role: "user", content: [{ type: "text", text: '{"model":"expensive"}' }] }],
      models: [],
      fallback_model: null,
      provider: { allow_fallbacks: true },
    };
    expect((await tell(PATH.chat, { ...bodyFor("chat", "at-chat"), ...more })).status).toBe(200);
    const tool = { name: "pick", input_schema: { ...schema, examples: [{ model: "expensive" }] } };
    expect((await tell(PATH.messages, { ...bodyFor("messages", "at-messages"), tools: [tool] })).status).toBe(200);
  });

  test("names no more of them than are checked in a moment", async () => {
    const names = Array.from({ length: LIMITS.otherModelsMax + 1 }, (_, at) => `cheap${at}`);
    const ask = (models: readonly string[]) => tell(PATH.chat, bodyFor("chat", "cheap-free", { models }));
    expect((await ask(names.slice(1))).status).toBe(200);
    const told = await ask(names);
    expect([told.status, told.calls]).toEqual([403, 0]);
    expect(told.body).toContain("Name fewer");
  });
});
