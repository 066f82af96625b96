/**
 * A copy of every row by HTTP, one JSON object a line, as ClickHouse's JSONEachRow reads it. At least once: a batch whose
 * answer was lost comes again, with the same ids (https://clickhouse.com/docs/engines/table-engines/mergetree-family/replacingmergetree).
 */
import type { Config } from "../config/config.ts";
import { asideIn } from "./into-store.ts";
import { sendInParts } from "./into-parts.ts";
import { reasonOf } from "../wire/reason.ts";
import type { ReaderNeeds } from "./reader.ts";
import { join } from "node:path";

export interface OutboxSide {
  readonly to: NonNullable<Config["outbox"]>;
  /** Where the rows go that are refused. */
  readonly root: string;
  readonly warn: (message: string) => void;
}

const ROWS_AT_ONCE = 1_000;
const ANSWER_MS = 30_000;
const BACKOFF_MS = [1_000, 2_000, 5_000, 15_000, 60_000];

export function outboxOf({ to, root, warn }: OutboxSide): ReaderNeeds {
  const { url, headers } = addressOf(to);
  // Neither user, password nor query: ClickHouse takes all of them as credentials.
  const name = `the outbox at ${url.origin}`;
  const send = async (rows: readonly string[]): Promise<void> => {
    const response = await fetch(url, {
      method: "POST",
      headers,
      body: `${rows.join("\n")}\n`,
      redirect: "manual",
      signal: AbortSignal.timeout(ANSWER_MS),
    }).catch((error: unknown) => {
      // What fetch says may hold the whole address.
      throw new Error(nameOf(error));
    });
    await response.body?.cancel();
    if (!response.ok) throw new Refused(response.status);
  };
  const refused = asideIn(join(root, "refused-by-outbox.jsonl"), `The row of a call is refused by ${name}`, warn);
  return {
    name: "outbox",
    rowsAtOnce: ROWS_AT_ONCE,
    backoffMs: BACKOFF_MS,
    take: (rows) => sendInParts(rows, { send, isRefusal, refused }),
    away: (error) => warn(`Rows wait for ${name} (${reasonOf(error)}). The store has them already.`),
    back: () => warn(`Rows go to ${name} again.`),
  };
}

class Refused extends Error {
  constructor(readonly status: number) {
    super(`status ${status}`);
  }
}

/** What speaks of the rows: a wrong key or path may be put right. ClickHouse says 400 of a row that it cannot parse. */
const isRefusal = (error: unknown): boolean => error instanceof Refused && [400, 413, 422].includes(error.status);

const nameOf = (error: unknown): string => {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return error instanceof Error && error.name === "TimeoutError"
    ? `no answer in ${ANSWER_MS / 1000} s`
    : code || "it cannot be reached";
};

/** User and password of an address go as the header that they stand for: fetch takes none in an address. */
function addressOf(to: OutboxSide["to"]): { readonly url: URL; readonly headers: Headers } {
  const url = new URL(to.url);
  const headers = new Headers({ "content-type": "application/x-ndjson" });
  if (url.username !== "") {
    const pair = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
    headers.set("authorization", `Basic ${Buffer.from(pair).toString("base64")}`);
    url.username = url.password = "";
  }
  for (const [name, value] of Object.entries(to.headers)) headers.set(name, value);
  return { url, headers };
}
