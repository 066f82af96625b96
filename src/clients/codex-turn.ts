/** What Codex says of a turn, in a header and in `client_metadata`: JSON with its agent, its turn and, in a git work tree, its repository. Recorded from 0.169.0. */
import type { Origin } from "../ir/origin.ts";
import { defined, isObject, type Json, type JsonObject, parseObject } from "../wire/json.ts";
import { wordOf } from "./own-headers.ts";
import { repositoryOf } from "./repository.ts";

const METADATA = "x-codex-turn-metadata";
/** Agents are named as a path; the one that the person talks to is at its root. */
const ROOT_AGENT = "/root";

export function codexOrigin(headers: Headers, body: JsonObject): Omit<Origin, "session" | "sessionFrom"> {
  const said = isObject(body.client_metadata) ? body.client_metadata : {};
  const metadata = readMetadata(headers.get(METADATA) ?? said[METADATA]);
  const word = (name: string): string | undefined => wordIn(metadata[name]) ?? wordIn(said[name]);
  const agent = word("agent_name");
  const kind = word("request_kind");
  return defined<Omit<Origin, "session" | "sessionFrom">>({
    agent: agent === ROOT_AGENT ? undefined : agent,
    parentAgent: parentOf(agent) ?? wordIn(headers.get("x-codex-parent-thread-id")),
    turn: word("turn_id"),
    turnKind: kind === undefined || kind === "turn" ? (wordIn(headers.get("x-openai-subagent")) ?? kind) : kind,
    ...workspaceOf(metadata.workspaces),
  });
}

const wordIn = (value: Json | undefined | null): string | undefined =>
  typeof value === "string" ? wordOf(value) : undefined;

/** What is too long says more than was asked for. */
const readMetadata = (text: Json | undefined): JsonObject =>
  typeof text === "string" && text.length <= METADATA_LENGTH_MAX ? (parseObject(text) ?? {}) : {};
const METADATA_LENGTH_MAX = 16 * 1024;

function parentOf(agent: string | undefined): string | undefined {
  const slash = agent?.startsWith(`${ROOT_AGENT}/`) ? agent.lastIndexOf("/") : -1;
  return slash > ROOT_AGENT.length ? agent?.slice(0, slash) : undefined;
}

/** `{ "/home/me/shop": { associated_remote_urls: { origin: URL }, latest_git_commit_hash } }`; the path is private and stays unread. */
function workspaceOf(workspaces: Json | undefined): Pick<Origin, "repo" | "commit"> {
  const [workspace] = isObject(workspaces) ? Object.values(workspaces) : [];
  if (!isObject(workspace)) return {};
  const remotes = isObject(workspace.associated_remote_urls) ? workspace.associated_remote_urls : {};
  const [remote] = [remotes.origin, ...Object.values(remotes)].filter((url) => typeof url === "string");
  const repo = remote === undefined ? undefined : repositoryOf(remote);
  return defined<Origin>({
    repo: repo === undefined ? undefined : wordOf(repo),
    commit: wordIn(workspace.latest_git_commit_hash),
  });
}
