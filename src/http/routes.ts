/** Every path that the gateway answers, in one table. What is not here is a 404. */
import type { Dialect } from "../dialects/dialect.ts";
import { DIALECTS, FALLBACK } from "../dialects/index.ts";
import type { DialectId } from "../ir/dialect-id.ts";
import { namedIn, type PathPattern } from "../wire/path.ts";
import { countTokens } from "./count-tokens.ts";
import type { Handler } from "./exchange.ts";
import { generate } from "./generate.ts";
import { health } from "./health.ts";
import { listModels, oneModel } from "./list-models.ts";
import { surfaceOf } from "./surfaces.ts";
import { upgradeRequired } from "./upgrade.ts";

export interface Route {
  readonly method: "GET" | "POST";
  readonly path: PathPattern;
  readonly handler: Handler;
  /** The protocol of error bodies; absent: as the path says. */
  readonly dialect?: DialectId;
  /** none: answered without a key. Everything else asks for one. */
  readonly access: "key" | "none";
}

const get = (paths: readonly PathPattern[], handler: Handler, access: Route["access"] = "key"): Route[] =>
  paths.map((path) => ({ method: "GET", path, handler, access }));

function routesOf({ id, paths, tokenCount }: Dialect): Route[] {
  const post = (at: readonly PathPattern[], handler: Handler): Route[] =>
    at.map((path) => ({ method: "POST", path, handler, dialect: id, access: "key" }));
  return [
    ...post(paths.generate, generate(surfaceOf(id))),
    // Codex falls back to HTTP on a 426 at once, on a 404 after seven tries.
    ...get(paths.webSocket ?? [], upgradeRequired),
    ...(tokenCount ? post(tokenCount.paths, countTokens(id, tokenCount)) : []),
  ];
}

export const ROUTES: readonly Route[] = [
  ...Object.values(DIALECTS).flatMap(routesOf),
  ...get(["/v1/models", "/models", "/openai/v1/models", "/cursor/models", "/cursor/v1/models"], listModels),
  ...get(
    ["/v1/models/", "/models/", "/openai/v1/models/", "/cursor/v1/models/"].map((before) => ({ before, after: "" })),
    oneModel,
  ),
  // Claude Code checks with HEAD whether a server answers: 2.1.197 at the root, 2.1.329 at /api/hello, both without a key.
  ...get(["/health", "/ready", "/healthz", "/livez", "/readyz", "/cursor/health", "/", "/api/hello"], health, "none"),
];

export interface Matched {
  readonly route: Route;
  /** What the path names where the route leaves it open. */
  readonly captured: string;
}

/** The route of a path, or the methods that the path has instead. HEAD is a GET without its body. */
export function match(method: string, path: string): Matched | { readonly allowed: readonly string[] } {
  const wanted = method === "HEAD" ? "GET" : method;
  const allowed = new Set<string>();
  for (const route of ROUTES) {
    const captured = namedIn(path, route.path);
    if (captured === undefined) continue;
    if (route.method === wanted) return { route, captured };
    allowed.add(route.method);
  }
  return { allowed: [...allowed] };
}

/** The dialect of errors at a path that is not in the table: the nearest family of paths. */
export const dialectOfPath = (path: string): DialectId =>
  Object.values(DIALECTS).find(({ paths }) => paths.isOwn(path))?.id ?? FALLBACK.id;
