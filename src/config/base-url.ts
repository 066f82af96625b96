/** Where a vendor's API begins, as people paste it and as we use it. */
import type { ProviderKind } from "./config.ts";

export const BASE_URL_FIX =
  "Write base_url as the vendor's SDK takes it: https://NAME.openai.azure.com, https://api.anthropic.com, https://host/v1.";

export interface BaseUrl {
  /** No trailing slash, no query. */
  readonly baseUrl: string;
  /** Azure's portal shows whole endpoints; their api-version is kept. */
  readonly apiVersion?: string;
}

/** A string is a fault, in words that finish "base_url …". */
export function normaliseBaseUrl(kind: ProviderKind, written: string): BaseUrl | string {
  const url = URL.canParse(written) ? new URL(written) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) return "is not a URL that starts with https:// or http://";
  if (url.username !== "" || url.password !== "") return "holds a user name or password; keys go into api_key";
  if (url.hash !== "") return "has a # part, which is never sent";
  const path = url.pathname.replace(/\/+$/, "");
  if (kind === "azure") return azure(url, path);
  if (url.search !== "") return "has a ? part; only Azure's api-version may stand there";
  const endpoint = /\/(chat\/completions|responses|messages)$/.exec(path);
  if (endpoint) return `ends in ${endpoint[0]}, which is one endpoint and not the base; leave that part out`;
  // Anthropic's SDK takes the bare host, other tools' documents add /v1: both mean the same.
  return { baseUrl: url.origin + (kind === "anthropic" ? path.replace(/\/v1$/, "") : path) };
}

/** Azure's portal offers the bare host, `…/openai/v1/` and whole request URLs. What stands before `/openai` may be a gateway's own prefix and stays; so does the port. */
function azure(url: URL, path: string): BaseUrl | string {
  const isForeign = [...url.searchParams.keys()].some((name) => name.toLowerCase() !== "api-version");
  if (isForeign) return "has a ? part with more than api-version, which alone may stand there";
  const version = url.searchParams.get("api-version");
  const apiVersion = version ? readApiVersion(version) : undefined;
  const base = path.replace(/\/openai(\/.*)?$/i, "");
  const baseUrl = url.origin + (AZURE_HOST.test(url.hostname) ? base.replace(/^\/(v1|models)(\/.*)?$/i, "") : base);
  return apiVersion === undefined ? { baseUrl } : { baseUrl, apiVersion };
}

/** On its own hosts nothing begins so: `/v1` is a habit from OpenAI's, `/models` the portal's word for the older inference API. */
const AZURE_HOST = /\.(openai|services\.ai|cognitiveservices)\.azure\.(com|us|cn)$/i;

/** `v1`, `preview` and `latest` name the v1 API, which needs no version. */
const readApiVersion = (written: string): string | undefined =>
  /^(v1|preview|latest)$/i.test(written.trim()) || written.trim() === "" ? undefined : written.trim();

type Fault = readonly [fault: string, fix: string];
type Key = "base_url" | "api_version";

/** The version to ask for: as it is written, or as the URL has it. `refuse` is told which of the two is wrong. */
export function versionFor(
  kind: ProviderKind,
  base: BaseUrl,
  written: string | undefined,
  refuse: (key: Key, fault: string, fix: string) => void,
): string | undefined {
  const version = written === undefined ? base.apiVersion : readApiVersion(written);
  const fault = version === undefined ? undefined : apiVersionFault(kind, version);
  if (fault) refuse(written === undefined ? "base_url" : "api_version", ...fault);
  return version;
}

/** What is taken, and is probably not what was meant: in words that finish "base_url …" and "api_version …". */
export const doubtsOf = (
  kind: ProviderKind,
  baseUrl: string,
  apiVersion = "",
): Readonly<Record<Key, string | undefined>> => ({
  base_url: baseUrlDoubt(kind, baseUrl),
  api_version: apiVersionDoubt(apiVersion),
});

/** Elsewhere than at Azure's own hosts a gateway's prefix may be called so. */
const baseUrlDoubt = (kind: ProviderKind, baseUrl: string): string | undefined =>
  kind === "azure" && baseUrl.endsWith("/v1")
    ? "ends in /v1, and /openai/v1 is added to it. Leave /v1 out, unless a gateway in front of Azure wants it."
    : undefined;

function apiVersionDoubt(written: string): string | undefined {
  const version = written.trim();
  if (/^(preview|latest)$/i.test(version))
    return "means the v1 API here, which is asked without a version. Leave it out, or write a date such as 2025-04-01-preview.";
  const date = version.slice(0, 10);
  const isDate = new Date(`${date}T00:00:00Z`).toJSON()?.startsWith(date) ?? false;
  return isApiVersion(version) && !isDate
    ? "is no day of the calendar, so that Azure will not know it. Leave it out for the v1 API, or write one such as 2025-04-01-preview."
    : undefined;
}

/** Azure serves the Responses API from this version on. Dates compare as text. */
const RESPONSES_SINCE = "2025-03-01-preview";

/** What speaks against an api_version for this kind: fault and fix. */
function apiVersionFault(kind: ProviderKind, version: string): Fault | undefined {
  if (kind !== "azure") return ["means something to azure only", "Leave it out."];
  const fix = "Leave it out for the v1 API, or write a date such as 2025-04-01-preview.";
  return isApiVersion(version) ? undefined : ["is not a version of Azure's API", fix];
}

/** What speaks against the Responses dialect at this version: older ones have Chat Completions only. */
export function responsesFault(kind: ProviderKind, version: string | undefined): Fault | undefined {
  if (kind !== "azure" || version === undefined || !isApiVersion(version)) return undefined;
  if (version.slice(0, 10) >= RESPONSES_SINCE.slice(0, 10)) return undefined;
  return ["is not served by the provider's api_version", `Leave api_version out, or use ${RESPONSES_SINCE} or later.`];
}

const isApiVersion = (version: string): boolean => /^\d{4}-\d{2}-\d{2}(-preview)?$/.test(version);
