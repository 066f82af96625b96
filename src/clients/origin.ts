/** Which session, agent, turn and repository a call belongs to: from headers and a few fields at the top of its body, as real clients send them. */
import { createHash } from "node:crypto";
import type { Origin } from "../ir/origin.ts";
import { defined, isList, isObject, type Json, type JsonObject, parseObject } from "../wire/json.ts";
import { type ClientId, versionOf } from "./client.ts";
import { codexOrigin } from "./codex-turn.ts";
import { namedSession, type NamedSession } from "./conversation.ts";
import { ownOrigin, wordIn, wordOf } from "./own-headers.ts";

export interface Sent {
  readonly client: ClientId;
  readonly headers: Headers;
  /** Absent where it could not be read. */
  readonly body?: JsonObject;
  /** Who holds the key: two callers with the same words have two sessions. */
  readonly caller: string;
}

/** The gateway's own headers are believed first, then what the client says, then its first words. */
export function originOf({ client, headers, body = {}, caller }: Sent): Origin {
  const own = ownOrigin(headers);
  const { session, ...rest } = READERS[client]?.(headers, body) ?? { session: read(headers, body) };
  return defined<Origin>({
    clientVersion: versionOf(client, headers),
    ...(own.session === undefined && sessionFields(session ?? guessed(client, caller, body))),
    ...rest,
    ...own,
  });
}

const sessionFields = (session: NamedSession | undefined): Origin =>
  session ? { session: session.id, sessionFrom: session.from } : {};

type Told = Without & { readonly session: NamedSession | undefined };
type Without = Omit<Origin, "session" | "sessionFrom">;
type Reader = (headers: Headers, body: JsonObject) => Told;

const READERS: Readonly<Partial<Record<ClientId, Reader>>> = {
  "claude-code": (headers, body) => ({
    session: read(headers, body) ?? fromUserId(body),
    ...defined<Without>({
      agent: wordIn(headers.get("x-claude-code-agent-id")),
      parentAgent: wordIn(headers.get("x-claude-code-parent-agent-id")),
      // In the program, and not sent by 2.1.329.
      turn: wordIn(headers.get("x-claude-code-prompt-id")),
      turnKind: wordIn(headers.get("x-claude-code-request-class")),
    }),
  }),
  codex: (headers, body) => ({ session: read(headers, body) ?? fromCacheKey(body), ...codexOrigin(headers, body) }),
  opencode: openCode,
  copilot: (headers, body) => ({
    session: fromCacheKey(body),
    ...defined<Without>({ turnKind: wordIn(headers.get("x-initiator")) }),
  }),
};

/** A subagent has a session of its own, whose parent is the one that the person sees: its calls belong there. */
function openCode(headers: Headers, body: JsonObject): Told {
  const named = read(headers, body) ?? fromCacheKey(body);
  const parent = wordIn(headers.get(OPENCODE_PARENT));
  // Of a title, a summary: every call of its loop has tools.
  const side = body.tools === undefined ? { turnKind: "side" } : {};
  if (parent === undefined || named === undefined) return { session: named, ...side };
  return { session: { id: parent, from: OPENCODE_PARENT }, agent: named.id, ...side };
}
const OPENCODE_PARENT = "x-parent-session-id";

/** The one reader of the vault and of cache keys, as far as a record may hold what it found. */
function read(headers: Headers, body: JsonObject): NamedSession | undefined {
  const named = namedSession(headers, body);
  const id = named && wordOf(named.id);
  return named && id !== undefined ? { id, from: named.from } : undefined;
}

/** `{"device_id":…,"account_uuid":…,"session_id":…}` in a string; older versions: `user_…_account__session_UUID`. */
function fromUserId({ metadata }: JsonObject): NamedSession | undefined {
  const text = isObject(metadata) ? metadata.user_id : undefined;
  if (typeof text !== "string" || text.length > USER_ID_LENGTH_MAX) return undefined;
  const id = wordOf(text.startsWith("{") ? sessionIn(text) : (text.split("_session_")[1] ?? ""));
  return id === undefined ? undefined : { id, from: "metadata.user_id" };
}
const USER_ID_LENGTH_MAX = 2_048;

function sessionIn(json: string): string {
  const id = parseObject(json)?.session_id;
  return typeof id === "string" ? id : "";
}

/** Of agents alone: other programs send one key for all conversations that begin alike. */
function fromCacheKey({ prompt_cache_key: key }: JsonObject): NamedSession | undefined {
  const id = typeof key === "string" ? wordOf(key) : undefined;
  return id === undefined ? undefined : { id, from: "prompt_cache_key" };
}

/** The user's first words, which clients repeat in every request, with who says them to whom. Two conversations that begin alike are one: only their client could tell them apart. */
function guessed(client: ClientId, caller: string, body: JsonObject): NamedSession | undefined {
  const said = body.messages ?? body.input;
  const items = isList(said) ? said : [{ role: "user", content: said ?? null }];
  const saidBy = (role: (role: Json | undefined) => boolean): string =>
    textOf(items.find((item) => isObject(item) && role(item.role)));
  const words = saidBy((role) => role === "user");
  if (words === "") return undefined;
  const rules =
    textOf({ content: body.system ?? body.instructions ?? null }) ||
    saidBy((role) => role === "system" || role === "developer");
  const hash = createHash("sha256").update(JSON.stringify([caller, client, rules, words]));
  return { id: hash.digest("hex").slice(0, GUESS_LENGTH), from: "guessed" };
}
const GUESS_LENGTH = 32;

/** The beginning of its text, at most so much: a first message may hold a whole file. */
function textOf(item: Json | undefined): string {
  const content = isObject(item) ? item.content : undefined;
  if (typeof content === "string") return content.slice(0, WORDS_LENGTH_MAX);
  if (!isList(content)) return "";
  let text = "";
  for (const part of content) {
    if (isObject(part) && typeof part.text === "string") text += part.text.slice(0, WORDS_LENGTH_MAX);
    if (text.length >= WORDS_LENGTH_MAX) break;
  }
  return text;
}
const WORDS_LENGTH_MAX = 4_096;
