/** Every route that the gateway promises, asked as its clients ask. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Running, startOver } from "./gateway.ts";
import { type Upstream, upstream } from "./upstream.ts";
import { bodyFor, post, readStream, WHOLE, type Wire, wholeStream, WIRES } from "./wires.ts";

let servers: Readonly<Record<Wire, Upstream>>;
let gateway: Running;
let stop: (() => Promise<void>) | undefined;
beforeAll(async () => {
  const serve = (wire: Wire): Upstream =>
    upstream((asked) => {
      if (asked.path.startsWith("/v1/messages/count_tokens")) return Response.json({ input_tokens: 4711 });
      return asked.body["stream"] === true
        ? new Response(wholeStream(wire), { headers: { "content-type": "text/event-stream" } })
        : Response.json(WHOLE[wire]);
    });
  ({ servers, gateway, stop } = await startOver(serve));
});
afterAll(() => stop?.());

const ROUTES: Readonly<Record<Wire, readonly string[]>> = {
  chat: [
    "/v1/chat/completions",
    "/chat/completions",
    "/openai/v1/chat/completions",
    "/cursor/chat/completions",
    "/cursor/v1/chat/completions",
    "/openai/deployments/{model}/chat/completions?api-version=2024-12-01-preview",
  ],
  responses: [
    "/v1/responses",
    "/responses",
    "/openai/v1/responses",
    "/openai/responses",
    "/openai/responses?api-version=2025-04-01-preview",
    "/openai/deployments/{model}/responses?api-version=2025-04-01-preview",
  ],
  messages: ["/v1/messages", "/v1/messages?beta=true"],
};

for (const client of WIRES)
  for (const route of ROUTES[client])
    for (const model of WIRES)
      describe(`POST ${route} over ${model}`, () => {
        const path = route.replace("{model}", model);
        // In Azure's shape the path decides; a client may name anything in the body.
        const named = route.includes("{model}") ? "whatever" : model;

        test("whole", async () => {
          const asked = servers[model].asked.length;
          const response = await post(gateway.url, path, bodyFor(client, named));
          const text = await response.text();
          expect([response.status, text]).toEqual([200, expect.stringContaining("Done.")]);
          expect(response.headers.get("content-type")).toContain("application/json");
          expect(response.headers.get("x-codeswitch-request-id")).toBeTruthy();
          expect(response.headers.get("x-codeswitch-losses")).toMatch(/^\d+$/);
          expect(servers[model].asked.length).toBe(asked + 1);
          expect(servers[model].asked.at(-1)?.body["model"]).toBe("served");
          expect(servers[model].asked.at(-1)?.body["stream"]).not.toBe(true);
        });

        test("streamed", async () => {
          const response = await post(gateway.url, path, bodyFor(client, named, { stream: true }));
          expect(response.headers.get("content-type")).toContain("text/event-stream");
          expect(response.headers.get("x-codeswitch-losses")).toMatch(/^\d+$/);
          const end = await readStream(client, response).until(() => false);
          expect(end).toMatchObject({
            text: "One two three.",
            input: '{"path":"a.ts"}',
            ended: true,
            error: undefined,
          });
          expect(servers[model].asked.at(-1)?.body["stream"]).toBe(true);
        });
      });

describe("a deployment with a slash in its name", () => {
  for (const name of ["team/chat", "team%2Fchat"])
    test(`is found as /openai/deployments/${name}/…`, async () => {
      const response = await post(
        gateway.url,
        `/openai/deployments/${name}/chat/completions?api-version=2024-12-01-preview`,
        bodyFor("chat", "x"),
      );
      const { error } = (await response.json()) as { error: { message: string } };
      expect(response.status).toBe(404);
      expect(error.message).toContain("team/chat");
    });
});

describe("models", () => {
  for (const path of [
    "/v1/models",
    "/models",
    "/openai/v1/models",
    "/cursor/models",
    "/cursor/v1/models",
    "/v1/models?limit=1000",
  ])
    test(`GET ${path} is OpenAI's list`, async () => {
      const list = (await (await fetch(gateway.url + path)).json()) as {
        object: string;
        data: { id: string; object: string; created: number; owned_by: string }[];
      };
      expect(list.object).toBe("list");
      expect(list.data.map((model) => model.id)).toEqual(["chat", "responses", "messages"]);
      for (const model of list.data)
        expect([model.object, typeof model.created, typeof model.owned_by]).toEqual(["model", "number", "string"]);
    });

  test("a client of Anthropic reads Anthropic's list", async () => {
    const headers = { "anthropic-version": "2023-06-01", "x-api-key": "k" };
    const list = (await (await fetch(`${gateway.url}/v1/models?limit=1000`, { headers })).json()) as {
      data: { type: string; id: string; display_name: string; created_at: string }[];
      has_more: boolean;
    };
    expect(list.has_more).toBe(false);
    expect(list.data.map((model) => [model.type, model.id])).toEqual([
      ["model", "chat"],
      ["model", "responses"],
      ["model", "messages"],
    ]);
    for (const model of list.data)
      expect([typeof model.display_name, Number.isNaN(Date.parse(model.created_at))]).toEqual(["string", false]);
  });

  test("one of them, and one that is not there", async () => {
    expect(await (await fetch(`${gateway.url}/v1/models/chat`)).json()).toMatchObject({ id: "chat", object: "model" });
    const missing = await fetch(`${gateway.url}/v1/models/chet`);
    expect([missing.status, await missing.text()]).toEqual([404, expect.stringContaining("chat")]);
  });
});

describe("count_tokens", () => {
  const body = {
    model: "messages",
    messages: [{ role: "user", content: "Hello there, how are you?" }],
    system: "Be brief.",
  };
  test("is the vendor's own where the vendor counts", async () => {
    for (const path of ["/v1/messages/count_tokens", "/v1/messages/count_tokens?beta=true"]) {
      const response = await post(gateway.url, path, body);
      expect(await response.json()).toEqual({ input_tokens: 4711 });
      expect(response.headers.get("x-codeswitch-estimated")).toBeNull();
      expect(servers.messages.asked.at(-1)?.body["model"]).toBe("served");
    }
  });
  test("is estimated elsewhere, and says so", async () => {
    const response = await post(gateway.url, "/v1/messages/count_tokens", { ...body, model: "chat" });
    const { input_tokens: count } = (await response.json()) as { input_tokens: number };
    expect(response.headers.get("x-codeswitch-estimated")).toBe("true");
    expect(count).toBeGreaterThan(7);
    expect(count).toBeLessThan(40);
  });
});

describe("everything else", () => {
  test("health without a key, and nothing but health", async () => {
    for (const path of ["/health", "/ready", "/cursor/health"]) {
      const response = await fetch(gateway.url + path);
      expect([response.status, await response.text()]).toEqual([200, '{"status":"ok"}']);
    }
  });
  test("HEAD is answered", async () => {
    for (const path of ["/health", "/v1/models"])
      expect((await fetch(gateway.url + path, { method: "HEAD" })).status).toBe(200);
    // Claude Code asks HEAD /api/hello and HEAD / at its start, without a key.
    for (const path of ["/", "/api/hello"])
      expect((await fetch(gateway.url + path, { method: "HEAD" })).status).toBe(200);
  });
  test("an upgrade to a WebSocket is a 426, so that Codex falls back at once", async () => {
    for (const path of ["/v1/responses", "/responses"]) {
      const response = await fetch(gateway.url + path, {
        headers: {
          connection: "Upgrade",
          upgrade: "websocket",
          "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
          "sec-websocket-version": "13",
        },
      });
      expect([path, response.status]).toEqual([path, 426]);
    }
  });
  test("an unknown path is a 404 in JSON, a wrong method a 405", async () => {
    for (const path of [
      "/v1",
      "/v1/embeddings",
      "/foo",
      "/v1/chat/completions/x",
      "/%2e%2e/etc/passwd",
      "/v1/messages/x",
    ]) {
      const response = await post(gateway.url, path, {});
      expect([path, response.status, Boolean(((await response.json()) as { error?: unknown }).error)]).toEqual([
        path,
        404,
        true,
      ]);
    }
    expect((await fetch(`${gateway.url}/v1/messages`)).status).toBe(405);
  });
  test("strict turns a loss of meaning into a 400 that names the field, before anybody is asked", async () => {
    const asked = servers.messages.asked.length;
    const body = { ...bodyFor("chat", "messages"), logprobs: true, top_logprobs: 2 };
    expect((await post(gateway.url, "/v1/chat/completions", body)).status).toBe(200);
    const strict = await post(gateway.url, "/v1/chat/completions", body, { "x-codeswitch-strict": "true" });
    const { error } = (await strict.json()) as { error: { message: string; param: string } };
    expect([strict.status, error.message]).toEqual([400, expect.stringContaining("logprobs")]);
    expect(servers.messages.asked.length).toBe(asked + 1);
  });
  test("a field that may be for the model is no hint, whoever invented it: a strict call is refused for it", async () => {
    for (const more of [{ held_state: { type: "continue" } }, { context_management: { edits: [{ type: "clear" }] } }]) {
      const body = { ...bodyFor("messages", "chat"), ...more };
      expect((await post(gateway.url, "/v1/messages", body)).status).toBe(200);
      const strict = await post(gateway.url, "/v1/messages", body, { "x-codeswitch-strict": "true" });
      expect([strict.status, await strict.text()]).toEqual([400, expect.stringContaining(Object.keys(more).join())]);
    }
  });
  test("stored state of another vendor is a 400 that names the field", async () => {
    const response = await post(
      gateway.url,
      "/v1/responses",
      bodyFor("responses", "messages", { previous_response_id: "resp_1" }),
    );
    expect([response.status, await response.text()]).toEqual([400, expect.stringContaining("previous_response_id")]);
    expect(
      (await post(gateway.url, "/v1/responses", bodyFor("responses", "responses", { previous_response_id: "resp_1" })))
        .status,
    ).toBe(200);
  });
  test("a call of the Chat or Messages side keeps nothing at the vendor and asks for the sealed reasoning", async () => {
    for (const client of ["chat", "messages"] as const) {
      await post(
        gateway.url,
        client === "chat" ? "/v1/chat/completions" : "/v1/messages",
        bodyFor(client, "responses"),
      );
      expect(servers.responses.asked.at(-1)?.body).toMatchObject({
        store: false,
        include: ["reasoning.encrypted_content"],
      });
    }
  });
  test("the cache key is the caller's, else the conversation's, never the user's", async () => {
    const keyOf = async (more: Record<string, unknown>, headers: Record<string, string> = {}): Promise<unknown> => {
      await post(gateway.url, "/v1/chat/completions", bodyFor("chat", "responses", more), headers);
      return servers.responses.asked.at(-1)?.body["prompt_cache_key"];
    };
    expect(await keyOf({ prompt_cache_key: "mine", metadata: { cursorConversationId: "c-1" } })).toBe("mine");
    expect(await keyOf({ metadata: { cursorConversationId: "c-1" }, user: "u" })).toBe("c-1");
    expect(await keyOf({}, { "x-session-id": "s-1" })).toBe("s-1");
    // Nobody names it: its first question does.
    const derived = await keyOf({ user: "u" });
    expect(derived).toMatch(/^[0-9a-f]{64}$/);
    expect(await keyOf({ user: "somebody else" })).toBe(derived);
    expect(await keyOf({ user: "u", tools: [] })).toBeUndefined();
    const long = "x".repeat(65);
    expect(await keyOf({ prompt_cache_key: long })).toBe(new Bun.CryptoHasher("sha256").update(long).digest("hex"));
  });
});
