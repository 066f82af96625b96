/** A line of the log is the gateway's own: nothing that a caller or a vendor wrote ends it, colours it, fills it or tells what was said. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { startGateway } from "../../src/gateway.ts";
import { logOf } from "../../src/observe/log.ts";
import { configOf, provider, target } from "./gateway.ts";
import { type Upstream, upstream } from "./upstream.ts";
import { bodyFor, CROSSINGS, PATH, post, WHOLE, type Wire, WIRES } from "./wires.ts";

let vendor: Upstream;
beforeAll(() => {
  vendor = upstream(({ path }) =>
    Response.json(
      path.includes("messages") ? WHOLE.messages : path.includes("responses") ? WHOLE.responses : WHOLE.chat,
    ),
  );
});
afterAll(() => vendor?.stop());

async function logging<T>(format: "text" | "json", work: (url: string) => Promise<T>): Promise<string[]> {
  const lines: string[] = [];
  const setup = {
    providers: WIRES.map((wire) => provider(wire, wire, vendor.url)),
    models: WIRES.map((wire) => ({ name: `${wire}-*`, targets: [target(wire, wire, "*")] })),
  };
  const gateway = await startGateway(configOf(setup), { log: logOf(format, (line) => void lines.push(line)) });
  await work(gateway.url);
  await gateway.stop();
  return lines;
}

describe("a model's name", () => {
  const NAMES = [
    "chat-x\n08:00:00 admin FORGED → azure/gpt-5 200\u001b[2J",
    "chat-\u202efdp\u2028\u0085",
    `chat-${"x".repeat(5_000_000)}`,
  ];
  for (const format of ["text", "json"] as const)
    test(`cannot be made to be more than a name in a line of ${format}`, async () => {
      const lines = await logging(format, async (url) => {
        for (const name of NAMES) expect((await post(url, PATH.chat, bodyFor("chat", name))).status).toBe(400);
      });
      expect(lines.length).toBe(NAMES.length);
      for (const line of lines) {
        expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
        expect(line).not.toContain("FORGED");
        expect(line.length).toBeLessThan(1_000);
      }
    });
});

type Tree = Record<string, unknown>;
const CANARY = "CANARY-PROMPT, my secret diary";

const BODIES: Readonly<Record<Wire, Tree>> = {
  chat: {
    messages: [
      { role: "system", content: "s" },
      {
        role: "user",
        content: [
          { type: "text", text: "Go." },
          { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } },
        ],
      },
      {
        role: "assistant",
        content: null,
        tool_calls: [{ id: "c1", type: "function", function: { name: "read", arguments: "{}" } }],
      },
      { role: "tool", tool_call_id: "c1", content: "r" },
    ],
    tools: [{ type: "function", function: { name: "read", parameters: { type: "object", properties: {} } } }],
    tool_choice: { type: "function", function: { name: "read" } },
    response_format: { type: "json_schema", json_schema: { name: "n", schema: { type: "object" } } },
    stream_options: {},
    metadata: {},
  },
  responses: {
    input: [
      { role: "user", content: [{ type: "input_text", text: "Go." }] },
      { type: "reasoning", id: "rs_1", summary: [{ type: "summary_text", text: "t" }] },
      { type: "function_call", call_id: "c1", name: "read", arguments: "{}" },
      { type: "function_call_output", call_id: "c1", output: "r" },
      { type: "web_search_call", id: "ws_1", status: "completed", action: { type: "search", query: "q" } },
    ],
    tools: [
      { type: "function", name: "read", parameters: { type: "object", properties: {} } },
      { type: "web_search", filters: {} },
      { type: "custom", name: "c", format: { type: "text" } },
    ],
    tool_choice: { type: "function", name: "read" },
    reasoning: { effort: "low" },
    text: { format: { type: "json_schema", name: "n", schema: { type: "object" } } },
    metadata: {},
  },
  messages: {
    max_tokens: 100,
    system: [{ type: "text", text: "s", cache_control: { type: "ephemeral" } }],
    messages: [
      {
        role: "user",
        content: [
          { type: "text", text: "Go." },
          {
            type: "document",
            source: { type: "text", media_type: "text/plain", data: "d" },
            citations: { enabled: true },
          },
        ],
      },
      {
        role: "assistant",
        content: [
          { type: "thinking", thinking: "t", signature: "s" },
          { type: "tool_use", id: "c1", name: "read", input: {} },
        ],
      },
      { role: "user", content: [{ type: "tool_result", tool_use_id: "c1", content: [{ type: "text", text: "r" }] }] },
    ],
    tools: [
      { name: "read", input_schema: { type: "object", properties: {} } },
      { type: "web_search_20250305", name: "web_search", user_location: { type: "approximate" } },
    ],
    tool_choice: { type: "tool", name: "read" },
    thinking: { type: "enabled", budget_tokens: 1024 },
    metadata: {},
  },
};

/** Each body once for every object in it, which then holds what a person typed: as a key, and in place of each word. */
function spoiled(body: Tree): Tree[] {
  const all: Tree[] = [];
  const walk = (at: unknown): void => {
    if (typeof at !== "object" || at === null) return;
    const object = at as Tree;
    const once = (name: string, value: unknown): void => {
      const before = object[name];
      object[name] = value;
      all.push(structuredClone(body));
      if (before === undefined) delete object[name];
      else object[name] = before;
    };
    if (!Array.isArray(at)) once(CANARY, { [CANARY]: CANARY });
    for (const [name, value] of Object.entries(object)) {
      if (typeof value === "string") once(name, CANARY);
      else walk(value);
    }
  };
  walk(body);
  return all;
}

for (const { client, upstream: behind } of CROSSINGS)
  test(`what a person typed stands in no record, wherever it stood in the body: ${client} over ${behind}`, async () => {
    const model = `${behind}-gpt-5`;
    const lines = await logging("json", async (url) => {
      for (const body of spoiled(structuredClone(BODIES[client]))) await post(url, PATH[client], { model, ...body });
    });
    expect(lines.length).toBeGreaterThan(30);
    for (const line of lines) expect(line).not.toContain("CANARY");
    const losses = lines.flatMap((line) => (JSON.parse(line) as { losses: { path: string }[] }).losses);
    if (client !== behind) expect(losses.some(({ path }) => path.endsWith("…"))).toBe(true);
  });
