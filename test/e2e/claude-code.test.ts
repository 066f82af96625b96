/** What Claude Code relies on at its own vendor: betas, headers and fields arrive as they left, and so do refusals. */
import { afterEach, describe, expect, test } from "bun:test";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { provider, type Running, start, target } from "./gateway.ts";
import { type Answering, type Asked, type Upstream, upstream } from "./upstream.ts";
import { PATH, post, WHOLE, wholeStream } from "./wires.ts";

type Fields = Readonly<Record<string, unknown>>;
const CAPTURES = process.env.CODESWITCH_CAPTURES ?? join(import.meta.dir, "../../../shared/captures");
const open: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.stop();
});

const MODEL = "claude-opus-5-5";
/** `strange`: a host that is not Anthropic's and speaks Messages. */
async function world(answer: Answering, strange = false): Promise<{ gateway: Running; vendor: Upstream }> {
  const vendor = upstream(answer);
  const gateway = await start({
    providers: [provider("p", "messages", vendor.url, strange ? { kind: "openai-compatible" } : {})],
    models: [{ name: "*", targets: [target("p", "messages", "*")] }],
  });
  open.push(vendor, gateway);
  return { gateway, vendor };
}
const good: Answering = () =>
  new Response(wholeStream("messages"), { headers: { "content-type": "text/event-stream" } });
const HEADERS = {
  authorization: "Bearer a key of the gateway",
  "anthropic-version": "2023-06-01",
  "anthropic-beta": "claude-code-20250219,interleaved-thinking-2025-05-14,a-beta-of-tomorrow-2031-01-01",
  "x-claude-code-session-id": "8e2dcaf3",
  "x-claude-code-agent-id": "agent-1",
  "x-app": "cli",
};
/** Fields of today's and tomorrow's betas, written as no printer would. */
const BODY = String.raw`{"model":"${MODEL}", "max_tokens":32000,"stream":true,"system":[{"type":"text","text":"x-anthropic-billing-header: cc_version=2.1.329.0a8; cc_entrypoint=sdk-cli;"},{"type":"text","text":"caf\u00e9","cache_control":{"type":"ephemeral"}}],
"messages":[{"role":"user","content":"hi"},{"role":"system","content":"# Environment","output_config":{"effort":"medium"}}],"tools":[{"name":"Bash","input_schema":{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object"},"eager_input_streaming":true},{"name":"DeferredToolPlaceholder","input_schema":{"type":"object"},"defer_loading":true}],
"thinking":{"type":"adaptive","display":"omitted"},"context_management":{"edits":[{"type":"clear_thinking_20251015","keep":"all"}]},"output_config":{"effort":"medium"},"a_field_of_tomorrow":{"n":1.0}}`;
const last = ({ asked }: Upstream): Asked => asked.at(-1) as Asked;
const PATHNAME = `${PATH.messages}?beta=true`;

describe("its own vendor", () => {
  test("reads the very bytes, and the headers of the protocol", async () => {
    const { gateway, vendor } = await world(good);
    const response = await post(gateway.url, PATHNAME, BODY, HEADERS);
    expect(await response.text()).toBe(wholeStream("messages"));
    expect(last(vendor).text).toBe(BODY);
    for (const name of ["anthropic-version", "anthropic-beta", "x-claude-code-session-id", "x-claude-code-agent-id"])
      expect(last(vendor).headers.get(name)).toBe(HEADERS[name as keyof typeof HEADERS]);
    expect(last(vendor).headers.get("x-api-key")).toBe("upstream-key");
    expect(JSON.stringify([...last(vendor).headers])).not.toContain("a key of the gateway");
  });

  test("refuses in its own words, at every step of the ladder", async () => {
    // Each step drops a beta header and the field that goes with it; a 400 that we made out of another would end it early.
    const refusal = (count: number): string =>
      `{ "type":"error", "error":{"type":"invalid_request_error","message":"step ${count}: display: Extra inputs are not permitted"} }`;
    const { gateway, vendor } = await world((_asked, count) => new Response(refusal(count), { status: 400 }));
    const beta = HEADERS["anthropic-beta"].split(",");
    for (let step = 1; step <= 3; step++) {
      const body = step < 2 ? BODY : BODY.replace(',"display":"omitted"', "");
      const headers = { ...HEADERS, "anthropic-beta": beta.slice(0, 4 - step).join() };
      const response = await post(gateway.url, PATHNAME, body, headers);
      expect([response.status, await response.text()]).toEqual([400, refusal(step)]);
      expect([last(vendor).text, last(vendor).headers.get("anthropic-beta")]).toEqual([
        body,
        headers["anthropic-beta"],
      ]);
    }
    expect([vendor.asked.length, gateway.records.length]).toEqual([3, 3]);
  });

  test("answers without a stream too, which is its fallback", async () => {
    const { gateway, vendor } = await world(() => Response.json(WHOLE.messages));
    const body = BODY.replace('"stream":true,', "");
    expect(await (await post(gateway.url, PATHNAME, body, HEADERS)).json()).toEqual(WHOLE.messages);
    expect(last(vendor).text).toBe(body);
  });

  const captures = existsSync(CAPTURES)
    ? readdirSync(CAPTURES).filter((name) => /^claude-code-.*\.json$/.test(name) && !name.includes("count_tokens"))
    : [];
  test(`reads every recorded body as it was sent (${captures.length} ran)`, async () => {
    const { gateway, vendor } = await world(good);
    for (const name of captures) {
      const { body } = (await Bun.file(join(CAPTURES, name)).json()) as { body: Fields };
      const text = JSON.stringify(body);
      expect((await post(gateway.url, PATHNAME, text, HEADERS)).status).toBe(200);
      // Recordings are cut, their models are not all of today's: what a model refuses may be edited, and nothing else.
      if (gateway.records.at(-1)?.lane === "native") expect(last(vendor).text).toBe(text);
      else expect(JSON.stringify(last(vendor).body["messages"])).toBeTruthy();
    }
  });
});

test("another vendor of Messages gets all but the attribution", async () => {
  const { gateway, vendor } = await world(good, true);
  await post(gateway.url, PATHNAME, BODY, HEADERS);
  const { text } = last(vendor);
  expect(text).not.toContain("x-anthropic-billing-header");
  expect(text).toContain(String.raw`"text":"caf\u00e9"`);
  expect(text).toContain('"a_field_of_tomorrow":{"n":1.0}');
  expect(last(vendor).headers.get("x-claude-code-session-id")).toBeNull();
});

describe("before the first turn", () => {
  test("probes are answered without a key, and with nothing in them", async () => {
    const { gateway } = await world(good);
    for (const path of ["/", "/api/hello"]) {
      const response = await fetch(gateway.url + path, { method: "HEAD", headers: { "user-agent": "Bun/1.4.4" } });
      expect([response.status, await response.text()]).toEqual([200, ""]);
    }
  });
  test("models are listed in Anthropic's shape", async () => {
    const vendor = upstream(good);
    const gateway = await start({
      providers: [provider("p", "messages", vendor.url)],
      models: ["one", "two"].map((name) => ({ name, targets: [target("p", "messages", MODEL)] })),
    });
    open.push(vendor, gateway);
    const headers = { "anthropic-version": "2023-06-01", "user-agent": "claude-code/2.1.329" };
    const list = (await (await fetch(`${gateway.url}/v1/models?limit=1000`, { headers })).json()) as Fields;
    expect(list).toMatchObject({
      data: [
        { type: "model", id: "one", display_name: "one", created_at: expect.any(String) },
        { type: "model", id: "two" },
        { type: "model", id: "claude-codeswitch-one", display_name: "one" },
        { type: "model", id: "claude-codeswitch-two", display_name: "two" },
      ],
      has_more: false,
      first_id: "one",
      last_id: "claude-codeswitch-two",
    });
  });
  test("every name that its picker keeps is answered by the model that it shows, also beside a pattern of Claude's", async () => {
    const vendor = upstream(good);
    const to = (model: string) => [target("p", "messages", model)];
    const gateway = await start({
      providers: [provider("p", "messages", vendor.url)],
      models: [
        { name: "gpt-high", targets: to("deployed") },
        { name: "claude-*", targets: to("*") },
        { name: "claude-mine", targets: to("mine") },
      ],
      keys: [{ name: "narrow", key: "a-key-of-the-gateway", models: ["gpt-high", "claude-mine"] }],
    });
    open.push(vendor, gateway);
    const auth = { ...HEADERS, authorization: "Bearer a-key-of-the-gateway" };
    const list = await fetch(`${gateway.url}/v1/models?limit=1000`, {
      headers: { ...auth, "user-agent": "claude-code/2.1.329" },
    });
    const { data } = (await list.json()) as { data: { id: string; display_name: string }[] };
    const kept = data.filter(({ id }) => /^(claude|anthropic)/.test(id));
    expect(kept.map(({ display_name }) => display_name)).toEqual(["claude-mine", "gpt-high"]);
    const models: unknown[] = [];
    for (const { id } of kept) {
      const response = await post(gateway.url, PATHNAME, BODY.replace(MODEL, id), auth);
      expect(response.status).toBe(200);
      await response.text();
      models.push(last(vendor).body["model"]);
    }
    expect(models).toEqual(["mine", "deployed"]);
  });
});
