/** Every path that the gateway answers, in one table. What is not here is a 404. */
import type { DialectId } from "../ir/dialect-id.ts";
import { countTokens } from "./count-tokens.ts";
import type { Handler } from "./exchange.ts";
import { generate } from "./generate.ts";
import { health } from "./health.ts";
import { listModels, oneModel } from "./list-models.ts";
import { CHAT, MESSAGES, RESPONSES } from "./surfaces.ts";
import { upgradeRequired } from "./upgrade.ts";

/** A path, or what stands around the part of it that the handler gets. */
type Path = string | { readonly before: string; readonly after: string };

export interface Route {
  readonly method: "GET" | "POST";
  readonly path: Path;
  readonly handler: Handler;
  /** Whose words errors are in. */
  readonly dialect: DialectId;
  /** none: answered without a key. Everything else asks for one. */
  readonly access: "key" | "none";
}

const post = (paths: readonly Path[], dialect: DialectId, handler: Handler): Route[] =>
  paths.map((path) => ({ method: "POST", path, handler, dialect, access: "key" }));
const get = (paths: readonly Path[], handler: Handler, access: Route["access"] = "key"): Route[] =>
  paths.map((path) => ({ method: "GET", path, handler, dialect: "openai-chat", access }));

export const ROUTES: readonly Route[] = [
  ...post(
    [
      "/v1/chat/completions",
      "/chat/completions",
      "/openai/v1/chat/completions",
      "/cursor/chat/completions",
      "/cursor/v1/chat/completions",
      // Azure's shape; a deployment's name may hold slashes, plain or encoded.
      { before: "/openai/deployments/", after: "/chat/completions" },
    ],
    "openai-chat",
    generate(CHAT),
  ),
  ...post(
    [
      "/v1/responses",
      "/responses",
      "/openai/v1/responses",
      "/openai/responses",
      { before: "/openai/deployments/", after: "/responses" },
    ],
    "openai-responses",
    generate(RESPONSES),
  ),
  // Codex falls back to HTTP on a 426 at once, on a 404 after seven tries.
  ...get(["/v1/responses", "/responses", "/openai/v1/responses", "/openai/responses"], upgradeRequired),
  ...post(["/v1/messages", "/messages"], "anthropic-messages", generate(MESSAGES)),
  ...post(["/v1/messages/count_tokens", "/messages/count_tokens"], "anthropic-messages", countTokens),
  ...get(["/v1/models", "/models", "/openai/v1/models", "/cursor/models", "/cursor/v1/models"], listModels),
  ...get(
    ["/v1/models/", "/models/", "/openai/v1/models/", "/cursor/v1/models/"].map((before) => ({ before, after: "" })),
    oneModel,
  ),
  // Claude Code asks with HEAD whether somebody is there: 2.1.197 at the root, 2.1.329 at /api/hello, both without a key.
  ...get(["/health", "/ready", "/healthz", "/livez", "/readyz", "/cursor/health", "/", "/api/hello"], health, "none"),
];

export interface Matched {
  readonly route: Route;
  readonly captured: readonly string[];
}

/** The route of a path, or the methods that the path has instead. HEAD is a GET without its body. */
export function match(method: string, path: string): Matched | { readonly allowed: readonly string[] } {
  const wanted = method === "HEAD" ? "GET" : method;
  const allowed = new Set<string>();
  for (const route of ROUTES) {
    const captured = captures(route.path, path);
    if (!captured) continue;
    if (route.method === wanted) return { route, captured };
    allowed.add(route.method);
  }
  return { allowed: [...allowed] };
}

/** No regular expression: a stranger's path is long and may be made to be slow. */
function captures(wanted: Path, path: string): readonly string[] | undefined {
  if (typeof wanted === "string") return wanted === path ? [] : undefined;
  const { before, after } = wanted;
  const isLong = path.length > before.length + after.length;
  return isLong && path.startsWith(before) && path.endsWith(after)
    ? [decoded(path.slice(before.length, path.length - after.length))]
    : undefined;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The dialect that errors of an unknown path are told in: the nearest family of paths. */
export const dialectOfPath = (path: string): DialectId =>
  MESSAGES_PATHS.some((start) => path.startsWith(start))
    ? "anthropic-messages"
    : path.split("/").includes("responses")
      ? "openai-responses"
      : "openai-chat";

/** Twice /v1: the SDKs of Messages append it themselves. */
const MESSAGES_PATHS = ["/v1/messages", "/messages", "/v1/v1/messages"];
