/** The table of paths: what is found, with what captured, and what asks for a key. */
import { describe, expect, test } from "bun:test";
import { exchangeOf } from "../../test/fixtures/exchange.ts";
import { dialectOfPath, match, ROUTES } from "./routes.ts";

const found = (method: string, path: string) => {
  const matched = match(method, path);
  return "route" in matched ? { ...matched.route, captured: matched.captured } : matched;
};
const answerOf = (method: string, path: string) => {
  const matched = match(method, path);
  if (!("route" in matched)) throw new Error(`nothing answers ${method} ${path}`);
  return matched.route.handler(exchangeOf(new Request(`http://localhost${path}`, { method })).exchange);
};

test("what is answered without a key is health, and nothing else", () => {
  const open = ROUTES.filter(({ access }) => access === "none").map(({ method, path }) => `${method} ${String(path)}`);
  expect(open).toEqual([
    "GET /health",
    "GET /ready",
    "GET /healthz",
    "GET /livez",
    "GET /readyz",
    "GET /cursor/health",
    "GET /",
    "GET /api/hello",
  ]);
});

describe("a path", () => {
  test.each([
    ["POST", "/v1/chat/completions", "openai-chat"],
    ["POST", "/cursor/v1/chat/completions", "openai-chat"],
    ["POST", "/openai/responses", "openai-responses"],
    ["POST", "/v1/messages", "anthropic-messages"],
    ["POST", "/v1/messages/count_tokens", "anthropic-messages"],
  ])("%s %s is found, with a key asked for and errors in %s", (method, path, dialect) => {
    expect(found(method, path)).toMatchObject({ method, path, dialect, access: "key", captured: "" });
  });

  test.each([
    ["POST", "/openai/deployments/gpt-5/chat/completions", "gpt-5"],
    ["POST", "/openai/deployments/team/gpt-5/responses", "team/gpt-5"],
    ["POST", "/openai/deployments/team%2Fgpt-5/responses", "team/gpt-5"],
    ["POST", "/openai/deployments/100%/responses", "100%"],
    ["GET", "/v1/models/a/b", "a/b"],
    ["GET", "/cursor/v1/models/a%20b", "a b"],
  ])("%s %s captures %s", (method, path, name) => {
    expect(found(method, path)).toMatchObject({ access: "key", captured: name });
  });

  test("that several dialects share has its errors in the one of its family", () => {
    expect(found("GET", "/v1/models")).toMatchObject({ access: "key", captured: "" });
    expect(found("GET", "/v1/models")).not.toHaveProperty("dialect");
  });

  test("asked with HEAD is the one of GET", () => {
    expect(found("HEAD", "/v1/models")).toEqual(found("GET", "/v1/models"));
    expect(found("HEAD", "/v1/messages")).toEqual({ allowed: ["POST"] });
  });

  test.each([
    ["GET", "/v1/messages", ["POST"]],
    ["DELETE", "/v1/responses", ["POST", "GET"]],
    ["POST", "/health", ["GET"]],
    ["POST", "/v1/models/m", ["GET"]],
  ])("asked with another method, %s %s, says which it has", (method, path, allowed) => {
    expect(found(method, path)).toEqual({ allowed });
  });

  test.each([
    "/v1",
    "/V1/messages",
    "/v1/messages/",
    "/v1/messages/x",
    "/x/v1/messages",
    "/openai/deployments/responses",
    "/openai/deployments//responses",
    "/azure/v1/models/m",
    "/healthy",
  ])("%s is nowhere", (path) => {
    for (const method of ["GET", "POST"]) expect(found(method, path)).toEqual({ allowed: [] });
  });
});

test.each([
  ["/v1/messages/batches", "anthropic-messages"],
  ["/v1/responses/resp_1", "openai-responses"],
  ["/responses", "openai-responses"],
  ["/v1/responsesx", "openai-chat"],
  ["/x/v1/messages", "openai-chat"],
  ["/", "openai-chat"],
] as const)("an error at %s is told in %s", (path, dialect) => {
  expect(dialectOfPath(path)).toBe(dialect);
});

test("health says that it is there, and nothing that a stranger could use", async () => {
  for (const path of ["/health", "/ready", "/healthz", "/livez", "/readyz", "/cursor/health", "/", "/api/hello"]) {
    const response = await answerOf("GET", path);
    expect([response.status, await response.text()]).toEqual([200, '{"status":"ok"}']);
  }
});

test("an upgrade to WebSocket is refused with what to do instead", () => {
  for (const path of ["/v1/responses", "/responses", "/openai/v1/responses", "/openai/responses"])
    expect(() => answerOf("GET", path)).toThrow("Send a POST to the same path.");
});
