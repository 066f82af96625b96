/** Web pages get nothing unless the configuration names their origin. */
import type { Config } from "../config/config.ts";

const allowed = (request: Request, config: Config): string | undefined => {
  const origin = request.headers.get("origin");
  return origin !== null && config.server.corsOrigins.includes(origin) ? origin : undefined;
};

export function corsHeaders(request: Request, config: Config): readonly (readonly [string, string])[] {
  const origin = allowed(request, config);
  if (origin === undefined) return [];
  return [
    ["access-control-allow-origin", origin],
    ["vary", "origin"],
    ["access-control-expose-headers", READABLE.map((name) => `x-codeswitch-${name}`).join(", ") + ", retry-after"],
  ];
}

/** Headers that pages may read: those that the gateway adds to an answer. */
const READABLE = ["request-id", "target", "lane", "losses", "lost", "hints", "estimated"];

/** The response to a browser's preflight; undefined where the request is none, or its origin is not in the configuration. */
export function preflight(request: Request, config: Config): Response | undefined {
  if (request.method !== "OPTIONS" || allowed(request, config) === undefined) return undefined;
  return new Response(null, {
    status: 204,
    headers: {
      "access-control-allow-methods": "GET, POST, OPTIONS",
      "access-control-allow-headers":
        request.headers.get("access-control-request-headers") ?? "authorization, content-type",
      "access-control-max-age": "600",
    },
  });
}
