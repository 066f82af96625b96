/** Where calls come from: what the real programs send, and what anybody may send instead. */
import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isObject, type JsonObject } from "../wire/json.ts";
import { LIMITS } from "../wire/limits.ts";
import { clientOf } from "./client.ts";
import { originOf } from "./origin.ts";

const originIn = (path: string, said: Record<string, string>, body: JsonObject = {}, caller = "me") => {
  const headers = new Headers(said);
  const client = clientOf(path, headers);
  return { client, ...originOf({ client, headers, body, caller }) };
};

const CLAUDE_CODE = { "user-agent": "claude-cli/2.1.329 (external, sdk-cli)" };
const CODEX = { "user-agent": "codex_exec/0.169.0 (Debian 12.0.0; x86_64) dumb (codex_exec; 0.169.0)" };
const OPENCODE = { "user-agent": "opencode/1.18.33 ai-sdk/provider-utils/4.0.46 runtime/bun/1.3.14" };
const COPILOT = { "user-agent": "OpenAI/JS 5.20.1", "x-initiator": "agent" };
const [ONE, TWO] = ["8e2dcaf3-546f-42d7-bd57-59612da75440", "01a1fcf0-e398-78d3-8cf3-a4a43d204ad8"];

describe("Claude Code", () => {
  const userId = JSON.stringify({ device_id: "d", account_uuid: "", session_id: TWO });

  test("names its session and its subagents in headers", () => {
    const headers = {
      ...CLAUDE_CODE,
      "x-claude-code-session-id": ONE,
      "x-claude-code-agent-id": "a2",
      "x-claude-code-parent-agent-id": "a1",
    };
    expect(originIn("/v1/messages", headers, { metadata: { user_id: userId } })).toEqual({
      client: "claude-code",
      clientVersion: "2.1.329",
      session: ONE,
      sessionFrom: "x-claude-code-session-id",
      agent: "a2",
      parentAgent: "a1",
    });
  });
  test.each([userId, `user_0a_account__session_${TWO}`])("names it in its metadata too: %s", (user_id) => {
    expect(originIn("/v1/messages", CLAUDE_CODE, { metadata: { user_id } })).toMatchObject({
      session: TWO,
      sessionFrom: "metadata.user_id",
    });
  });
});

describe("Codex", () => {
  const METADATA = {
    session_id: TWO,
    thread_id: TWO,
    agent_name: "/root",
    turn_id: "t-1",
    request_kind: "turn",
    workspaces: {
      "/home/somebody/shop": {
        associated_remote_urls: { origin: "https://me:secret@github.com/acme/shop.git" },
        latest_git_commit_hash: "7fd1a60b01f91b314f59955a4e4d4e80d8edf11d",
        has_changes: true,
      },
    },
  };
  const KNOWN = {
    client: "codex" as const,
    clientVersion: "0.169.0",
    session: TWO,
    sessionFrom: "session-id",
    turn: "t-1",
    turnKind: "turn",
    repo: "github.com/acme/shop",
    commit: "7fd1a60b01f91b314f59955a4e4d4e80d8edf11d",
  };

  test("names its turn and its repository in a header of JSON", () => {
    const headers = { ...CODEX, "session-id": TWO, "x-codex-turn-metadata": JSON.stringify(METADATA) };
    expect(originIn("/v1/responses", headers)).toEqual(KNOWN);
  });
  test("and in its body, where the header did not come", () => {
    const body = { client_metadata: { "x-codex-turn-metadata": JSON.stringify(METADATA) }, prompt_cache_key: TWO };
    expect(originIn("/v1/responses", CODEX, body)).toEqual({ ...KNOWN, sessionFrom: "prompt_cache_key" });
  });
  test("names an agent by its path, whose head is its parent", () => {
    const metadata = { ...METADATA, agent_name: "/root/scout/reader", request_kind: "compaction" };
    const headers = { ...CODEX, "x-codex-turn-metadata": JSON.stringify(metadata) };
    expect(originIn("/v1/responses", headers)).toMatchObject({
      agent: "/root/scout/reader",
      parentAgent: "/root/scout",
      turnKind: "compaction",
    });
  });
  test.each(["{", "[]", "null", `"${"x".repeat(20_000)}"`, '{"workspaces":{"x":null},"turn_id":7,"agent_name":{}}'])(
    "what is no metadata is passed over: %.30s",
    (metadata) => {
      const { turn, repo, agent } = originIn("/v1/responses", { ...CODEX, "x-codex-turn-metadata": metadata });
      expect([turn, repo, agent]).toEqual([undefined, undefined, undefined]);
    },
  );
});

test("OpenCode's subagent belongs to the session that the person sees; a call without tools stands beside its loop", () => {
  const tools: JsonObject["tools"] = [];
  const main = { ...OPENCODE, "x-session-id": "ses_1", "x-session-affinity": "ses_1" };
  expect(originIn("/v1/messages", main, { tools })).toEqual({
    client: "opencode",
    clientVersion: "1.18.33",
    session: "ses_1",
    sessionFrom: "x-session-id",
  });
  expect(
    originIn("/v1/messages", { ...main, "x-session-id": "ses_2", "x-parent-session-id": "ses_1" }, { tools }),
  ).toMatchObject({ session: "ses_1", sessionFrom: "x-parent-session-id", agent: "ses_2" });
  expect(originIn("/v1/messages", main)).toMatchObject({ session: "ses_1", turnKind: "side" });
});

test("Copilot's CLI is told from the SDK that it uses, whose version is not its own", () => {
  expect(originIn("/v1/responses", COPILOT, { prompt_cache_key: "k-1" })).toEqual({
    client: "copilot",
    session: "k-1",
    sessionFrom: "prompt_cache_key",
    turnKind: "agent",
  });
});

test("Cursor names its conversation in metadata", () => {
  const body = { metadata: { cursorConversationId: "c-1" } };
  expect(originIn("/cursor/v1/chat/completions", { "user-agent": "Cursor/3.14.0" }, body)).toEqual({
    client: "cursor",
    clientVersion: "3.14.0",
    session: "c-1",
    sessionFrom: "metadata.cursorConversationId",
  });
});

test("the gateway's own headers are believed before what the client says", () => {
  const headers = {
    ...CLAUDE_CODE,
    "x-claude-code-session-id": ONE,
    "x-claude-code-agent-id": "a2",
    "x-codeswitch-session": "mine",
    "x-codeswitch-agent": "scout",
    "x-codeswitch-branch": "main",
  };
  expect(originIn("/v1/messages", headers)).toMatchObject({
    session: "mine",
    sessionFrom: "x-codeswitch-session",
    agent: "scout",
    branch: "main",
  });
});

describe("a session that nobody names", () => {
  const SDK = { "user-agent": "OpenAI/Python 2.1.0" };
  const body = (first: string, rules = "Be brief.", more: readonly JsonObject[] = []): JsonObject => ({
    messages: [{ role: "system", content: rules }, { role: "user", content: first }, ...more],
  });
  const session = (said: JsonObject, caller = "me", headers: Record<string, string> = SDK): string =>
    originIn("/v1/chat/completions", headers, said, caller).session ?? "none";

  test("is guessed from its first words, and says so", () => {
    expect(originIn("/v1/chat/completions", SDK, body("Fix it."))).toMatchObject({
      session: expect.stringMatching(/^[\da-f]{32}$/) as unknown as string,
      sessionFrom: "guessed",
    });
  });
  test("goes on as long as it begins alike", () => {
    const later = body("Fix it.", "Be brief.", [{ role: "assistant", content: "Done." }]);
    expect(session(later)).toBe(session(body("Fix it.")));
  });
  test("is another one for another caller, client, system prompt or beginning", () => {
    const all = [
      session(body("Fix it.")),
      session(body("Fix it."), "you"),
      session(body("Fix it."), "me", { "user-agent": "curl/8" }),
      session(body("Fix it.", "Be long.")),
      session(body("Fix that.")),
    ];
    expect(new Set(all).size).toBe(all.length);
  });
  test("is the same whichever dialect says it in its own way", () => {
    const first = [{ type: "text", text: "Fix it." }];
    const said = session(body("Fix it."));
    expect(session({ messages: [{ role: "user", content: first }], system: "Be brief." })).toBe(said);
    expect(session({ input: "Fix it.", instructions: "Be brief." })).toBe(said);
    expect(session({ input: [{ role: "user", content: first }], instructions: "Be brief." })).toBe(said);
  });
  test("is none where nobody has said a word", () => {
    for (const said of [
      {},
      { messages: [] },
      { messages: null },
      { input: 7 },
      { messages: [null, 1, { role: "user" }] },
    ])
      expect(originIn("/v1/chat/completions", SDK, said)).toEqual({ client: "sdk", clientVersion: "2.1.0" });
  });
});

test("a session that is too long, or none that a log could show, is not the record's", () => {
  for (const id of ["x".repeat(LIMITS.labelLengthMax + 1), "a\u0085b"])
    expect(originIn("/v1/messages", { ...CLAUDE_CODE, "x-claude-code-session-id": id }).session).toBeUndefined();
});

const CAPTURES = process.env.CODESWITCH_CAPTURES ?? "../shared/captures";
const names = existsSync(CAPTURES) ? readdirSync(CAPTURES).filter((name) => name.endsWith(".json")) : [];
const captures = names.flatMap((name) => {
  const capture = JSON.parse(readFileSync(join(CAPTURES, name), "utf8")) as JsonObject;
  const { headers, body, url } = capture;
  return isObject(headers) && isObject(body) && typeof url === "string"
    ? [{ name, url, headers: headers as Record<string, string>, body }]
    : [];
});

/** What a recording's name begins with, and what is known of its calls. */
const KNOWN_OF: Readonly<Record<string, { client: string; named: boolean; turn?: true }>> = {
  "claude-code": { client: "claude-code", named: true },
  "codex-builtin": { client: "codex", named: true },
  "codex-": { client: "codex", named: true, turn: true },
  "opencode-": { client: "opencode", named: true },
  "copilot-cli-responses": { client: "copilot", named: true },
  "copilot-cli-": { client: "copilot", named: false },
  "pi-responses": { client: "sdk", named: true },
  "pi-": { client: "sdk", named: false },
  "qwen-code": { client: "qwen-code", named: false },
  "sdk-": { client: "sdk", named: false },
  "cline-": { client: "sdk", named: false },
};

test.each(captures)("$name: its client, its version and its session are known", ({ name, url, headers, body }) => {
  const known = Object.entries(KNOWN_OF).find(([beginning]) => name.startsWith(beginning))?.[1];
  const origin = originIn(new URL(url, "http://x").pathname, headers, body);
  if (!known) return expect(["unknown", "gemini-cli"]).toContain(origin.client);
  expect(origin.client).toBe(known.client as typeof origin.client);
  if (known.client !== "copilot") expect(origin.clientVersion).toMatch(/^\d+\.\d+/);
  expect(origin.session).toBeString();
  expect(origin.sessionFrom === "guessed").toBe(!known.named);
  if (known.turn) expect([origin.turn, origin.turnKind]).toEqual([expect.any(String), "turn"]);
  return undefined;
});
