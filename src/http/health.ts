import type { Handler } from "./exchange.ts";

/** Says nothing that a stranger could use. */
export const health: Handler = () => Response.json({ status: "ok" });
