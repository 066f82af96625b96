/** TOUR: a dialect is a folder like its siblings and a line in dialects/index.ts. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { type Asked, upstream, type Upstream } from "../e2e/upstream.ts";
import { type Copy, copyOfTree, promised } from "./copy.ts";
import { TINY_DIALECT } from "./tiny-dialect.ts";

const FOLDER = "src/dialects/tiny";
const SSE = { headers: { "content-type": "text/event-stream" } };
const events = (...data: readonly object[]): string => data.map((one) => `data: ${JSON.stringify(one)}\n\n`).join("");

/** Each answers with its own name, so that it is known who did. */
function answering({ method, path, body }: Asked): Response {
  if (method === "GET") return new Response("Not found", { status: 404 });
  if (path.startsWith("/v1/tiny/")) {
    if (path.includes("/none:")) return Response.json({ fault: "No such model." }, { status: 404 });
    return path.endsWith(":tell")
      ? new Response(events({ words: "Ti" }, { words: "ny." }, { over: true }), SSE)
      : Response.json({ words: "Tiny." });
  }
  const chunk = { id: "c", object: "chat.completion.chunk", created: 1, model: "m" };
  const choice = (delta: object, finish_reason: string | null) => ({
    ...chunk,
    choices: [{ index: 0, delta, finish_reason }],
  });
  if (body["stream"] === true)
    return new Response(`${events(choice({ content: "Chat." }, null), choice({}, "stop"))}data: [DONE]\n\n`, SSE);
  const message = { role: "assistant", content: "Chat." };
  return Response.json({
    ...chunk,
    object: "chat.completion",
    choices: [{ index: 0, message, finish_reason: "stop" }],
  });
}

let copy: Copy;
let vendor: Upstream;
let gateway: ReturnType<Copy["start"]>;
let url: string;
beforeAll(async () => {
  vendor = upstream(answering);
  copy = copyOfTree();
  for (const [name, text] of Object.entries(TINY_DIALECT)) copy.write(`${FOLDER}/${name}`, text);
  copy.insert("src/dialects/index.ts", "import { openaiChat }", 'import { tiny } from "./tiny/index.ts";');
  copy.insert("src/dialects/index.ts", "};", "  tiny,");
  copy.write(
    "home/codeswitch.yaml",
    `server: { port: 0 }
providers:
  some: { kind: openai-compatible, base_url: "${vendor.url}/v1", api_key: some-key-0123456789 }
models:
  little: { provider: some, model: little-1, dialect: tiny }
  none: { provider: some, model: none, dialect: tiny }
  large: { provider: some, model: large-1, dialect: openai-chat }
`,
  );
  gateway = copy.start(["src/main.ts", "start", "--config", `${copy.root}/home/codeswitch.yaml`]);
  url = await gateway.until("ready", (out) => /http:\/\/127\.0\.0\.1:\d+/.exec(out)?.[0]);
}, 30_000);
afterAll(async () => {
  await gateway.stop();
  copy.remove();
  await vendor.stop();
});

const post = async (path: string, body: object): Promise<{ status: number; text: string }> => {
  const headers = { "content-type": "application/json", "tiny-mood": "good" };
  const response = await fetch(url + path, { method: "POST", headers, body: JSON.stringify(body) });
  return { status: response.status, text: await response.text() };
};
const LINES = { lines: [{ by: "user", words: "Hi" }] };
const MESSAGES = [{ role: "user", content: "Hi" }];
const sent = () => {
  const { path, headers, body } = vendor.asked.at(-1) ?? {};
  return { path, version: headers?.get("tiny-version"), key: headers?.get("authorization"), body };
};

describe("a made-up dialect", () => {
  test("is added by what TOUR says, and by nothing else", async () => {
    const changed = (await copy.changed()).filter((file) => !file.startsWith(`${FOLDER}/`));
    expect(changed).toEqual([...promised("a dialect", {})]);
  });

  test("fits the types, and no list of dialects outside its folder lacks it", async () => {
    const here = await Bun.file(join(import.meta.dir, "../../tsconfig.json")).text();
    copy.write("tsconfig.json", here.replace('"src", "test", "bench"', '"src/main.ts"'));
    const { out } = await copy.run(["node_modules/typescript/bin/tsc", "--noEmit"]);
    expect(out.split("\n").filter((line) => line.includes(": error "))).toEqual([]);
  }, 60_000);

  test("is spoken to its own upstream, whole", async () => {
    expect(await post("/tiny/little:ask", LINES)).toEqual({ status: 200, text: '{"words":"Tiny."}' });
    expect(sent()).toEqual({
      path: "/v1/tiny/little-1:ask",
      version: "1",
      key: "Bearer some-key-0123456789",
      body: LINES,
    });
  });

  test("and streamed", async () => {
    const { text } = await post("/tiny/little:tell", LINES);
    expect(text).toBe(events({ words: "Ti" }, { words: "ny." }, { over: true }));
    expect(sent().path).toBe("/v1/tiny/little-1:tell");
  });

  test("is answered by a model behind Chat, whole and streamed", async () => {
    expect((await post("/tiny/large:ask", LINES)).text).toBe('{"words":"Chat."}');
    expect(sent()).toMatchObject({ path: "/v1/chat/completions", body: { model: "large-1", messages: MESSAGES } });
    expect((await post("/tiny/large:tell", LINES)).text).toBe(events({ words: "Chat." }, { over: true }));
  });

  test("answers a client of Chat, whole and streamed", async () => {
    const asked = { model: "little", messages: MESSAGES };
    const whole = JSON.parse((await post("/v1/chat/completions", asked)).text) as {
      choices: { message: { content: string } }[];
    };
    expect(whole.choices[0]?.message.content).toBe("Tiny.");
    expect(sent()).toMatchObject({ path: "/v1/tiny/little-1:ask", body: LINES });
    const { text } = await post("/v1/chat/completions", { ...asked, stream: true });
    expect(text).toContain('"content":"Ti"');
    expect(text).toEndWith("data: [DONE]\n\n");
    expect(sent().path).toBe("/v1/tiny/little-1:tell");
  });

  test("has its errors in its own words: of the gateway, of a path that is nowhere, of the vendor", async () => {
    const wrong = await post("/tiny/unheard:ask", LINES);
    expect([wrong.status, Object.keys(JSON.parse(wrong.text) as object)]).toEqual([404, ["fault"]]);
    expect((await post("/tiny/nowhere", LINES)).text).toStartWith('{"fault":"There is nothing at /tiny/nowhere');
    const refused = await post("/tiny/none:ask", LINES);
    expect([refused.status, JSON.parse(refused.text)]).toEqual([404, { fault: "No such model." }]);
  });

  test("is probed like its siblings", async () => {
    const { out } = await copy.run(["src/main.ts", "doctor", "--config", `${copy.root}/home/codeswitch.yaml`]);
    expect(out).toContain("little-1 answers");
  }, 30_000);
});
