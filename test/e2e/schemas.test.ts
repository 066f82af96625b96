/** Schemas of tools and answers on their way: what reaches each vendor is what it takes, and as much of it is enforced as was. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { checkRequest } from "../../src/simulator/strict.ts";
import type { Json, JsonObject } from "../../src/wire/json.ts";
import { DIALECT_OF, provider, type Running, start, target } from "./gateway.ts";
import { type Upstream, upstream } from "./upstream.ts";
import { bodyFor, PATH, post, WHOLE, type Wire, WIRES } from "./wires.ts";

let servers: Readonly<Record<Wire, Upstream>>;
let gateway: Running;
beforeAll(async () => {
  const serve = (wire: Wire): Upstream => upstream(() => Response.json(WHOLE[wire]));
  servers = { chat: serve("chat"), responses: serve("responses"), messages: serve("messages") };
  gateway = await start({
    providers: [
      // A Chat endpoint of OpenAI's own.
      provider("chat", "chat", servers.chat.url, { kind: "openai" }),
      provider("responses", "responses", servers.responses.url),
      provider("messages", "messages", servers.messages.url),
      provider("compatible", "chat", servers.chat.url),
      provider("kimi", "chat", servers.chat.url, { kind: "kimi" }),
    ],
    models: [
      ...WIRES.map((wire) => ({ name: wire, targets: [target(wire, wire, MODEL[wire])] })),
      { name: "compatible", targets: [target("compatible", "chat")] },
      ...KIMI.map((name) => ({ name, targets: [target("kimi", "chat", name)] })),
    ],
  });
});
afterAll(async () => {
  await gateway?.stop();
  for (const wire of WIRES) await servers?.[wire].stop();
});

const MODEL: Readonly<Record<Wire, string>> = { chat: "gpt-5", responses: "gpt-5", messages: "claude-sonnet-5" };
const KIMI = ["kimi-k2.5", "kimi-k2-thinking", "kimi-k2.7-code", "kimi-k3"] as const;

type Losses = readonly string[];
interface Sent {
  readonly body: JsonObject;
  /** `feature weight` of each. */
  readonly losses: Losses;
  readonly lane: string | undefined;
}

/** What reached the vendor, which is known to take it. */
async function sent(client: Wire, model: string, more: JsonObject, to: Wire = model as Wire): Promise<Sent> {
  const response = await post(gateway.url, PATH[client], { ...bodyFor(client, model), ...more });
  const said = await response.text();
  expect([response.status, said.slice(0, 300)]).toEqual([200, said.slice(0, 300)]);
  const body = servers[to].asked.at(-1)?.body as JsonObject;
  const vendor = model === "chat" ? "openai" : "any";
  expect(checkRequest(DIALECT_OF[to], body, { vendor })).toBeUndefined();
  const record = gateway.records.at(-1);
  return {
    body,
    losses: (record?.losses ?? []).map(({ feature, weight }) => `${feature} ${weight}`),
    lane: record?.lane,
  };
}

const text = { type: "string" };
const object = (properties: JsonObject, more: JsonObject = {}): JsonObject => ({ type: "object", properties, ...more });
const closed = (properties: JsonObject, more: JsonObject = {}): JsonObject =>
  object(properties, { required: Object.keys(properties), additionalProperties: false, ...more });

function toolOf(client: Wire, schema: Json, strict?: boolean): JsonObject {
  const beside = strict === undefined ? {} : { strict };
  if (client === "messages") return { name: "help", input_schema: schema, ...beside };
  const parameters = { name: "help", parameters: schema, ...beside };
  return client === "chat" ? { type: "function", function: parameters } : { type: "function", ...parameters };
}
const withTool = (client: Wire, schema: Json, strict?: boolean): JsonObject => ({
  tools: [toolOf(client, schema, strict)],
});

/** The first tool, as the vendor got it. */
function toolIn({ body }: Sent): { readonly schema: JsonObject; readonly strict: unknown } {
  const [tool] = body.tools as readonly JsonObject[];
  const inner = (tool?.function ?? tool) as JsonObject;
  return { schema: (inner.parameters ?? inner.input_schema) as JsonObject, strict: inner.strict };
}

function withOutput(client: Wire, schema: Json, strict?: boolean): JsonObject {
  const beside = strict === undefined ? {} : { strict };
  if (client === "messages") return { output_config: { format: { type: "json_schema", schema } } };
  if (client === "responses") return { text: { format: { type: "json_schema", name: "x", schema, ...beside } } };
  return { response_format: { type: "json_schema", json_schema: { name: "x", schema, ...beside } } };
}
/** The schema of the answer and whether it is enforced, as the vendor got it. */
function outputIn({ body }: Sent): { readonly schema?: Json; readonly strict?: Json } {
  const at = (holder: Json | undefined, key: string): Json | undefined => (holder as JsonObject | undefined)?.[key];
  const format =
    at(at(body.response_format, "json_schema"), "schema") === undefined
      ? (at(body.text, "format") ?? at(body.output_config, "format"))
      : at(body.response_format, "json_schema");
  return (format ?? {}) as { readonly schema?: Json; readonly strict?: Json };
}

const OPENAI: readonly Wire[] = ["chat", "responses"];
const CROSSINGS = WIRES.flatMap((client) => OPENAI.map((model) => ({ client, model })));

describe("a tool without arguments reaches OpenAI with properties", () => {
  for (const { client, model } of CROSSINGS)
    for (const schema of [{ type: "object" }, {}, { properties: {} }])
      test(`${client} to ${model}: ${JSON.stringify(schema)}`, async () => {
        const found = await sent(client, model, withTool(client, schema));
        expect(toolIn(found).schema).toEqual({ type: "object", properties: {} });
        expect(found.losses).toEqual([]);
        expect(found.lane).toBe(client === model ? "native" : "translated");
      });
  test("and a compatible host too, where that harms nobody", async () => {
    const found = await sent("messages", "compatible", withTool("messages", { type: "object" }), "chat");
    expect(toolIn(found).schema).toEqual({ type: "object", properties: {} });
  });
  test("inside a namespace of a native body", async () => {
    const tools = [
      { type: "namespace", name: "mcp", description: "d", tools: [toolOf("responses", { type: "object" })] },
    ];
    const { body } = await sent("responses", "responses", { tools });
    expect(body.tools).toEqual([{ ...tools[0], tools: [toolOf("responses", { type: "object", properties: {} })] }]);
  });
});

for (const { client, model } of CROSSINGS)
  test(`a tool that is a reference as a whole reaches OpenAI as the object that it means: ${client} to ${model}`, async () => {
    const definition = object({ city: text }, { required: ["city"] });
    const definitions = { In: definition };
    const found = await sent(client, model, withTool(client, { $ref: "#/definitions/In", definitions }));
    expect(toolIn(found).schema).toEqual({ definitions, ...definition });
    expect(found.losses).toEqual([]);
  });

test("a tool of a Chat body whose parameters are null reaches OpenAI with a schema", async () => {
  const found = await sent("chat", "chat", withTool("chat", null));
  expect([found.lane, toolIn(found).schema]).toEqual(["native", object({})]);
});

describe("a tool with alternatives at its top reaches OpenAI and Anthropic without them", () => {
  const union = {
    type: "object",
    description: "Either.",
    anyOf: [closed({ kind: { const: "id" }, id: text }), { $ref: "#/$defs/ByName" }],
    $defs: { ByName: closed({ kind: { const: "name" }, name: text }) },
  };
  const both = {
    type: "object",
    description: "Either.",
    properties: { kind: { anyOf: [{ const: "id" }, { const: "name" }] }, id: text, name: text },
    required: ["kind"],
    $defs: union.$defs,
  };
  for (const { client, model } of [...CROSSINGS, ...OPENAI.map((client) => ({ client, model: "messages" as const }))])
    test(`${client} to ${model}: their properties are offered together`, async () => {
      const found = await sent(client, model, withTool(client, union));
      expect(toolIn(found).schema).toEqual(both);
      expect(found.losses).toEqual(["tool-schema hint"]);
    });
  for (const keyword of ["oneOf", "allOf", "enum", "not"])
    test(`${keyword} too`, async () => {
      const value = keyword === "not" ? { required: ["b"] } : [object({ a: text })];
      const found = await sent(
        "messages",
        "responses",
        withTool("messages", object({ b: text }, { [keyword]: value })),
      );
      expect(Object.keys(toolIn(found).schema)).not.toContain(keyword);
      expect(found.losses).toEqual(["tool-schema hint"]);
    });
});

test("a list that says nothing of its items, however deep, reaches OpenAI with items", async () => {
  const deep = object({ a: { anyOf: [object({ b: { type: "array" } }), { type: "null" }] } });
  const found = await sent("messages", "responses", withTool("messages", deep));
  expect(JSON.stringify(toolIn(found).schema)).toContain('{"type":"array","items":{}}');
});

describe("a strict tool", () => {
  test("of Anthropic's with an optional field is not held to its schema by OpenAI, and that is told", async () => {
    const optional = closed({ name: text, nick: text }, { required: ["name"] });
    for (const model of OPENAI) {
      const found = await sent("messages", model, withTool("messages", optional, true));
      expect(toolIn(found)).toEqual({ schema: optional, strict: false });
      expect(found.losses).toEqual(["strict-tool hint"]);
    }
  });
  test("of Anthropic's that keeps OpenAI's rules, or can without another meaning, stays strict", async () => {
    const mode = { enum: ["a", "b"], default: "a" };
    for (const model of OPENAI) {
      const found = await sent("messages", model, withTool("messages", closed({ mode }), true));
      expect(toolIn(found)).toEqual({
        schema: closed({ mode: { enum: ["a", "b"], type: "string", description: '{default: "a"}' } }),
        strict: true,
      });
      expect(found.losses).toEqual([]);
    }
  });
  test("of OpenAI's with bounds is held to its shape by Claude; the bounds stand in words", async () => {
    for (const client of OPENAI) {
      const found = await sent(
        client,
        "messages",
        withTool(client, closed({ age: { type: "integer", minimum: 0 } }), true),
      );
      expect(toolIn(found)).toEqual({
        schema: closed({ age: { type: "integer", description: "{minimum: 0}" } }),
        strict: true,
      });
      expect(found.losses).toEqual(["strict-tool hint"]);
    }
  });
  test("that Claude cannot be held to keeps its schema and loses strict", async () => {
    const map = object({ counts: { type: "object", additionalProperties: { type: "integer" } } });
    const found = await sent("responses", "messages", withTool("responses", map, true));
    expect(toolIn(found)).toEqual({ schema: map, strict: undefined });
    expect(found.losses).toEqual(["strict-tool hint"]);
  });
  test("beyond Anthropic's limits for one request loses strict, not the call", async () => {
    const tools = Array.from({ length: 22 }, (_, at) => ({
      type: "function",
      function: { name: `t${at}`, parameters: closed({ a: text }), strict: true },
    }));
    const found = await sent("chat", "messages", { tools });
    expect((found.body.tools as readonly JsonObject[]).filter(({ strict }) => strict === true).length).toBe(20);
    expect(found.losses).toEqual(["strict-tool hint", "strict-tool hint"]);
  });
});

describe("an answer's schema", () => {
  test("of a Chat or Responses caller reaches Claude closed", async () => {
    for (const client of OPENAI) {
      const found = await sent(client, "messages", withOutput(client, object({ a: object({ b: text }) })));
      expect(outputIn(found).schema).toEqual(
        object({ a: object({ b: text }, { additionalProperties: false }) }, { additionalProperties: false }),
      );
      expect(found.losses).toEqual([]);
    }
  });
  test("with bounds reaches Claude with the bounds in its descriptions: a loss of meaning for who was promised them", async () => {
    const age = { type: "integer", minimum: 0, maximum: 150 };
    for (const client of OPENAI)
      for (const [strict, weight] of [
        [true, "meaning"],
        [undefined, "hint"],
      ] as const) {
        const found = await sent(client, "messages", withOutput(client, closed({ age }), strict));
        expect(outputIn(found).schema).toEqual(
          closed({ age: { type: "integer", description: "{minimum: 0, maximum: 150}" } }),
        );
        expect(found.losses).toEqual([`output-schema ${weight}`]);
      }
  });
  test("with a map, which Claude could only leave empty, is told in words, as a loss of meaning", async () => {
    const map = closed({ counts: { type: "object", additionalProperties: { type: "integer" } } });
    const found = await sent("chat", "messages", withOutput("chat", map, true));
    expect(found.body.output_config).toBeUndefined();
    expect(JSON.stringify(found.body.system)).toContain("It must match this JSON Schema");
    expect(found.losses).toEqual(["output-schema meaning"]);
  });
  test("of Anthropic's, always enforced there, is enforced by OpenAI where it keeps the rules", async () => {
    for (const model of OPENAI) {
      const found = await sent("messages", model, withOutput("messages", closed({ a: text })));
      expect(outputIn(found)).toMatchObject({ schema: closed({ a: text }), strict: true });
      expect(found.losses).toEqual([]);
    }
  });
  test("of Anthropic's with an optional field is a wish at OpenAI, and that is a loss of meaning", async () => {
    const optional = closed({ a: text }, { required: [] });
    for (const model of OPENAI) {
      const found = await sent("messages", model, withOutput("messages", optional));
      expect(outputIn(found)).toMatchObject({ schema: optional, strict: false });
      expect(found.losses).toEqual(["output-schema meaning"]);
    }
  });
  test("that is a reference as a whole reaches OpenAI as the object that it means", async () => {
    const node = object({ a: text, next: { $ref: "#/$defs/Node" } }, { required: ["a"], additionalProperties: false });
    const schema = { $ref: "#/$defs/Node", $defs: { Node: node } };
    for (const model of OPENAI) {
      const found = await sent("messages", model, withOutput("messages", schema));
      expect(outputIn(found)).toMatchObject({ schema: { ...node, $defs: { Node: node } }, strict: false });
    }
  });
  test("is never enforced where its caller did not ask for it", async () => {
    const found = await sent("chat", "responses", withOutput("chat", closed({ a: text })));
    expect(outputIn(found).strict).toBeUndefined();
  });
  test("passes within one dialect as it came", async () => {
    const schema = closed({ age: { type: "integer", minimum: 0 } }, { required: [] });
    const found = await sent("chat", "chat", withOutput("chat", schema, false));
    expect([found.lane, outputIn(found)]).toMatchObject(["native", { schema, strict: false }]);
  });
});

describe("a forced call of a Kimi", () => {
  const tools = ["help", "other"].map((name) => ({
    type: "function",
    function: { name, parameters: object({ a: text }) },
  }));
  const named = { type: "function", function: { name: "help" } };
  const body = (choice: Json, more: JsonObject = {}): JsonObject => ({ tools, tool_choice: choice, ...more });
  const messages = (choice: JsonObject): JsonObject => ({
    tools: ["help", "other"].map((name) => ({ name, input_schema: object({ a: text }) })),
    tool_choice: choice,
  });
  const asked = (client: Wire, model: string, more: JsonObject): Promise<Sent> => sent(client, model, more, "chat");

  test("switches the thinking off that is on by default: native Chat", async () => {
    for (const choice of ["required", named]) {
      const found = await asked("chat", "kimi-k2.5", body(choice));
      expect(found.body).toMatchObject({ tool_choice: choice, thinking: { type: "disabled" } });
      expect([found.lane, found.losses]).toEqual(["native", []]);
    }
  });
  test("tells it where the caller had asked for thoughts", async () => {
    const found = await asked("chat", "kimi-k2.5", body("required", { thinking: { type: "enabled" } }));
    expect(found.body.thinking).toEqual({ type: "disabled" });
    expect(found.losses).toEqual(["reasoning-effort hint"]);
  });
  test("switches it off for callers of other dialects", async () => {
    for (const [choice, wanted] of [
      [{ type: "any" }, "required"],
      [{ type: "tool", name: "help" }, named],
    ] as const) {
      const found = await asked("messages", "kimi-k2.5", messages(choice));
      expect(found.body).toMatchObject({ tool_choice: wanted, thinking: { type: "disabled" } });
    }
  });
  test("leaves the choice to a model that always thinks, as a loss of meaning", async () => {
    for (const model of ["kimi-k2-thinking", "kimi-k2.7-code"])
      for (const found of [
        await asked("chat", model, body("required")),
        await asked("messages", model, messages({ type: "any" })),
      ]) {
        expect(found.body).toMatchObject({ tool_choice: "auto" });
        expect(found.body.thinking).toBeUndefined();
        expect(found.losses).toEqual(["tool-choice meaning"]);
      }
  });
  test("K3 takes: required as it is, a named tool as the only one that is offered", async () => {
    expect((await asked("chat", "kimi-k3", body("required"))).body).toMatchObject({ tools, tool_choice: "required" });
    for (const found of [
      await asked("chat", "kimi-k3", body(named)),
      await asked("messages", "kimi-k3", messages({ type: "tool", name: "help" })),
    ]) {
      expect(found.body).toMatchObject({ tools: tools.slice(0, 1), tool_choice: "required" });
      expect((found.body.tools as readonly Json[]).length).toBe(1);
      expect(found.losses).toEqual(["allowed-tools hint"]);
    }
  });
  test("is no other thing when nothing is forced", async () => {
    const found = await asked("chat", "kimi-k2.5", body("auto"));
    expect(found.body.thinking).toBeUndefined();
  });
});

for (const type of ["enabled", "disabled"])
  test(`a model that always thinks gets no empty thinking object where its caller said ${type}`, async () => {
    const { body } = await sent("chat", "kimi-k2-thinking", { thinking: { type } }, "chat");
    expect(body).not.toHaveProperty("thinking");
  });

test("kimi-k3 takes an effort and no thinking object, and temperature 1 only", async () => {
  const chat = await sent("chat", "kimi-k3", { temperature: 0.2, thinking: { type: "disabled" } }, "chat");
  expect([chat.body.temperature, chat.body.thinking]).toEqual([undefined, undefined]);
  expect(chat.losses.toSorted()).toEqual(["reasoning-effort hint", "temperature hint"]);
  const effort = await sent("responses", "kimi-k3", { reasoning: { effort: "medium" } }, "chat");
  expect(effort.body).toMatchObject({ reasoning_effort: "high" });
  expect(effort.body.thinking).toBeUndefined();
  const native = await sent("chat", "kimi-k3", { reasoning_effort: "low" }, "chat");
  expect([native.lane, native.body.reasoning_effort]).toEqual(["native", "low"]);
});
