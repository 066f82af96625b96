/** TOUR: an OpenAI-compatible vendor is a row, a golden and what UPDATE=1 writes. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { upstream, type Upstream } from "../e2e/upstream.ts";
import { copyOfTree, promised, type Copy } from "./copy.ts";

const ROW = (url: string): string => `  vendor({
    id: "acme",
    title: "Acme",
    baseUrl: "${url}/v1",
    keyVariables: ["ACME_API_KEY", "ACME_KEY"],
    keyMeaning: "Your key at Acme: acme-*.",
    hosts: ["api.acme.example"],
    traits: { "openai-chat": { reasoningReplay: "reasoning", parallelSwitch: false } },
    refusesFields: ["service_tier"],
    models: ["acme-*"],
    listed: ["acme-large"],
    prefixes: ["acme/"],
  }),`;
const CASE = `Acme shows its reasoning in \`reasoning\`, and refuses service_tier.
== client request ==
{"model":"acme-large","max_tokens":100,"stream":true,"service_tier":"auto","messages":[{"role":"user","content":"Go"}]}
== upstream stream ==
{"id":"c","object":"chat.completion.chunk","created":1,"model":"acme-large","choices":[{"index":0,"delta":{"role":"assistant","reasoning":"Hm."},"finish_reason":null}]}
{"id":"c","object":"chat.completion.chunk","created":1,"model":"acme-large","choices":[{"index":0,"delta":{"content":"Done."},"finish_reason":"stop"}]}
{"id":"c","object":"chat.completion.chunk","created":1,"model":"acme-large","choices":[],"usage":{"prompt_tokens":5,"completion_tokens":2,"total_tokens":7}}
[DONE]
`;
const GOLDEN = "test/golden/messages--acme/reasoning.case";
/** The tests that TOUR's row names, without the stories of other vendors. */
const TESTS = [
  "./test/golden",
  "./src/config/docs.test.ts",
  "./src/providers/catalog.test.ts",
  "-t",
  "acme|CONFIG.md|env.example|the order of|a vendor",
];

let copy: Copy;
let acme: Upstream;
beforeAll(() => {
  acme = upstream(() =>
    Response.json({
      id: "c",
      object: "chat.completion",
      created: 1,
      model: "acme-large",
      choices: [{ index: 0, message: { role: "assistant", content: "Done." }, finish_reason: "stop" }],
    }),
  );
  copy = copyOfTree();
  copy.insert("src/providers/catalog.ts", "  // A vendor that is not in the list", ROW(acme.url));
  copy.write(GOLDEN, CASE);
});
afterAll(async () => {
  copy.remove();
  await acme.stop();
});

describe("a made-up vendor", () => {
  test("is added by what TOUR says, and by nothing else", async () => {
    expect(await copy.failures(TESTS, { UPDATE: "1" })).toEqual([]);
    expect(await copy.failures(TESTS)).toEqual([]);
    const promise = promised("an OpenAI-compatible vendor", { VENDOR: "acme", STORY: "reasoning" });
    expect(await copy.changed()).toEqual(promise);
  }, 30_000);

  test("is a story that says what was asked of it and what was lost", async () => {
    const written = await Bun.file(`${copy.root}/${GOLDEN}`).text();
    expect(written).toContain('"model": "acme-large"');
    expect(written).toContain('"thinking":"Hm."');
    expect(written).toContain("service-tier");
    expect(await Bun.file(`${copy.root}/docs/CONFIG.md`).text()).toContain(
      "| `ACME_KEY` | honoured | Another name for ACME_API_KEY. |",
    );
  });

  test("is listed and called with one key in the environment", async () => {
    const gateway = copy.start(["src/main.ts", "start"], { PORT: "0", ACME_API_KEY: "acme-key-0123456789" });
    const url = await gateway.until("ready", (out) => /http:\/\/127\.0\.0\.1:\d+/.exec(out)?.[0]);
    try {
      const { data } = (await (await fetch(`${url}/v1/models`)).json()) as { data: { id: string }[] };
      expect(data.map(({ id }) => id)).toEqual(["acme-large"]);
      for (const model of ["acme-large", "acme-small"]) {
        const body = JSON.stringify({ model, messages: [{ role: "user", content: "Go" }] });
        const headers = { "content-type": "application/json" };
        const response = await fetch(`${url}/v1/chat/completions`, { method: "POST", headers, body });
        expect(await response.text()).toContain("Done.");
        const { path, headers: sent, body: asked } = acme.asked.at(-1) ?? {};
        expect([path, sent?.get("authorization"), asked?.model]).toEqual([
          "/v1/chat/completions",
          "Bearer acme-key-0123456789",
          model,
        ]);
      }
    } finally {
      await gateway.stop();
    }
  }, 30_000);
});
