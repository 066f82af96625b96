/** A key is asked for on every route that the gateway has, of every client, before anything of the body is read. */
import type { DialectId } from "../../src/ir/dialect-id.ts";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { ROUTES, type Route } from "../../src/http/routes.ts";
import { provider, type Running, start, target } from "./gateway.ts";
import { headOf, talk } from "./raw.ts";
import { type Upstream, upstream } from "./upstream.ts";
import { bodyFor, post, WHOLE, type Wire } from "./wires.ts";

const KEY = "sesame-open-7f";
const SECOND_KEY = "second-key-9a";
let server: Upstream;
let gateway: Running;
beforeAll(async () => {
  // One that counts tokens itself: here that takes two seconds of preparation.
  server = upstream(({ path }) => Response.json(path.includes("count_tokens") ? { input_tokens: 1 } : WHOLE.messages));
  gateway = await start({
    providers: [provider("p", "messages", server.url)],
    models: [{ name: "m", targets: [target("p", "messages")] }],
    keys: [
      { name: "laptop", key: KEY },
      { name: "other", key: SECOND_KEY },
    ],
  });
});
afterAll(async () => {
  await gateway?.stop();
  await server?.stop();
});

/** A path of each pattern in the table of routes. */
const EXAMPLES = [
  "/openai/deployments/m/chat/completions",
  "/openai/deployments/m/responses",
  "/models/m",
  "/v1/models/m",
  "/openai/v1/models/m",
  "/cursor/v1/models/m",
];
const pathsOf = ({ path }: Route): readonly string[] =>
  typeof path === "string"
    ? [path]
    : EXAMPLES.filter((example) => example.startsWith(path.before) && example.endsWith(path.after));

const WIRE: Readonly<Record<DialectId, Wire>> = {
  "openai-chat": "chat",
  "openai-responses": "responses",
  "anthropic-messages": "messages",
};
const asking = (access: Route["access"], method: Route["method"]) =>
  ROUTES.filter((route) => route.access === access && route.method === method).flatMap((route) =>
    pathsOf(route).map((path) => ({ path, body: JSON.stringify(bodyFor(WIRE[route.dialect ?? "openai-chat"], "m")) })),
  );
const POSTS = asking("key", "POST");
const GETS = asking("key", "GET");

/** One program of every kind that the gateway tells apart. */
const AGENTS = [
  "",
  "Cursor/3.14",
  "curl/8.5.0",
  "claude-cli/2.1.329 (external, cli)",
  "claude-code/2.1.329",
  "codex_cli_rs/0.169.0",
  "opencode/1.0.0",
  "GeminiCLI/0.9.0",
  "GitHubCopilotChat/0.33",
  "QwenCode/0.1.0",
  "Cline/3.0",
  "OpenAI/JS 6.1.0",
];
const MISSING = /^No API key came with the request\./;
const WRONG = /^The API key is not one of this gateway's keys\./;
const STRANGERS: readonly (readonly [Readonly<Record<string, string>>, RegExp])[] = [
  [{}, MISSING],
  [{ authorization: "Bearer " }, MISSING],
  [{ authorization: "Basic c2VzYW1l" }, MISSING],
  [{ "x-api-key": "" }, MISSING],
  [{ authorization: `Bearer ${KEY.slice(0, -1)}` }, WRONG],
  [{ authorization: `Bearer ${KEY}g` }, WRONG],
  [{ "x-api-key": "another-key" }, WRONG],
  [{ "api-key": "another-key" }, WRONG],
];

/** Cursor shows its user the text of a 400 only. */
const statusFor = (path: string, agent: string): number =>
  path.startsWith("/cursor/") || (agent.startsWith("Cursor/") && dialectOf(path) === "chat") ? 400 : 401;
const dialectOf = (path: string): Wire =>
  /^(\/v1)?\/messages/.test(path) ? "messages" : /\/responses\b/.test(path) ? "responses" : "chat";

async function refusalOf(response: Response): Promise<string> {
  const { error } = (await response.json()) as { error: { message: string } };
  return error.message;
}

test("every pattern of the table of routes has an example here", () => {
  expect(ROUTES.filter((route) => pathsOf(route).length === 0)).toEqual([]);
});

describe("a good call", () => {
  for (const { path, body } of POSTS)
    test(`to ${path} passes with the key, wherever a client puts it`, async () => {
      for (const headers of [
        { authorization: `Bearer ${KEY}` },
        { authorization: `bearer ${SECOND_KEY}` },
        { "x-api-key": KEY },
        { "api-key": KEY },
      ] as Record<string, string>[])
        expect([headers, (await post(gateway.url, path, body, headers)).status]).toEqual([headers, 200]);
    });

  for (const { path, body } of POSTS)
    test(`to ${path} goes nowhere without the key, whoever sends it`, async () => {
      const asked = server.asked.length;
      for (const agent of AGENTS)
        for (const [headers, message] of STRANGERS) {
          const response = await post(gateway.url, path, body, { ...headers, "user-agent": agent });
          const said = await refusalOf(response);
          expect([agent, headers, response.status, said]).toEqual([
            agent,
            headers,
            statusFor(path, agent),
            expect.stringMatching(message),
          ]);
        }
      expect(server.asked.length).toBe(asked);
    });
});

for (const { path } of GETS)
  test(`GET ${path} tells a stranger nothing but that a key is missing`, async () => {
    for (const method of ["GET", "HEAD"])
      for (const [headers, message] of STRANGERS) {
        const response = await fetch(gateway.url + path, { method, headers });
        expect([method, headers, response.status]).toEqual([method, headers, statusFor(path, "")]);
        if (method === "GET") expect(await refusalOf(response)).toMatch(message);
      }
    const status = (await fetch(gateway.url + path, { headers: { "x-api-key": KEY } })).status;
    expect(status).toBe(dialectOf(path) === "responses" ? 426 : 200);
  });

for (const { path } of asking("none", "GET"))
  test(`GET ${path} is answered without a key, with nothing but health`, async () => {
    const response = await fetch(gateway.url + path);
    expect([response.status, await response.text()]).toEqual([200, '{"status":"ok"}']);
  });

test("a stranger whose body never comes is refused on every route", async () => {
  const headers = { "content-type": "application/json" };
  const LENGTHS: readonly Readonly<Record<string, string>>[] = [
    { "content-length": "1000000" },
    { "transfer-encoding": "chunked" },
  ];
  await Promise.all(
    POSTS.flatMap(({ path }) =>
      LENGTHS.map(async (length) => {
        const head = headOf({ method: "POST", path, headers, body: "" }, length);
        // The reply is whole before a byte of the body was sent: nobody waited for one.
        const reply = await talk(gateway.url, (write) => write(head));
        expect([path, length, reply.status]).toEqual([path, length, statusFor(path, "")]);
        expect((JSON.parse(reply.body) as { error: { message: string } }).error.message).toMatch(MISSING);
      }),
    ),
  );
});
