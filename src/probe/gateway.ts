/** A gateway as it is seen from outside: whether one is there, whether it takes a key, and what it serves. */
import type { JsonObject } from "../wire/json.ts";
import { CLOSED } from "../wire/unreachable.ts";
import { call, messageOf } from "./call.ts";

/** What is at an address. */
export type Presence =
  | { readonly kind: "none" }
  /** Something takes connections and does not answer. */
  | { readonly kind: "mute"; readonly words: string; readonly fix: string }
  | { readonly kind: "stranger"; readonly status: number }
  /** `instance`: which one it is; one of an older version does not say it. `wantsKey`: it says that it takes no call without one. */
  | { readonly kind: "gateway"; readonly instance?: string; readonly wantsKey: boolean };

/** Every answer of a gateway carries the first (http/error-response.ts), that of /health the second (http/health.ts). */
export const REQUEST_ID = "x-codeswitch-request-id";
const INSTANCE = "x-codeswitch-instance";
const ACCESS = "x-codeswitch-access";

const TIMEOUT_MS = 5_000;

export async function presence(url: string, timeoutMs = TIMEOUT_MS): Promise<Presence> {
  const got = await call({ url: `${url}/health`, headers: {}, timeoutMs });
  if (got.kind === "failed")
    return got.fault === "unreachable" && got.words !== CLOSED
      ? { kind: "none" }
      : { kind: "mute", words: got.words, fix: got.fix };
  if (!got.headers.has(REQUEST_ID)) return { kind: "stranger", status: got.status };
  const wantsKey = got.headers.get(ACCESS) === "key";
  return { kind: "gateway", wantsKey, instance: got.headers.get(INSTANCE) ?? undefined };
}

export interface Served {
  readonly kind: "serves";
  readonly models: readonly string[];
  /** What Codex wants to know of each model; absent: this gateway does not tell. */
  readonly catalogue?: readonly JsonObject[];
}

/** refuses: the key, or, without one, that there is none. fails: for a reason that is not the key. */
export type Reply = Served | { readonly kind: "refuses" } | { readonly kind: "fails"; readonly words: string };

/** Whoever asks with a version gets the catalogue of models beside the list (http/list-models.ts). */
export const CATALOGUE_PATH = "/v1/models?client_version=0.169.0";

export async function askModels(url: string, key: string | undefined): Promise<Reply> {
  const got = await call({ url: url + CATALOGUE_PATH, headers: bearer(key), timeoutMs: TIMEOUT_MS });
  if (got.kind === "failed") return { kind: "fails", words: `${got.words}. ${got.fix}` };
  if (got.status === 401) return { kind: "refuses" };
  if (got.status !== 200) return { kind: "fails", words: `status ${got.status}: ${messageOf(got)}` };
  const { data, models } = got.json ?? {};
  const ids = Array.isArray(data) ? data.map((model) => (model as { id?: unknown }).id) : [];
  return {
    kind: "serves",
    models: ids.filter((id) => typeof id === "string"),
    catalogue: Array.isArray(models) ? (models as JsonObject[]) : undefined,
  };
}

/** Why a model cannot be asked for, in the gateway's words; undefined: it can. A list holds no patterns. */
export async function modelFault(url: string, key: string | undefined, model: string): Promise<string | undefined> {
  const path = `/v1/models/${encodeURIComponent(model)}`;
  const got = await call({ url: url + path, headers: bearer(key), timeoutMs: TIMEOUT_MS });
  if (got.kind === "failed") return `${got.words}. ${got.fix}`;
  return got.status === 200 ? undefined : messageOf(got);
}

const bearer = (key: string | undefined): Record<string, string> =>
  key === undefined ? {} : { authorization: `Bearer ${key}` };
