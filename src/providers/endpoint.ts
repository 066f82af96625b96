/** Where a call goes, with which credentials. URLs are the operator's own; no caller can name a host. */
import { responsesFault } from "../config/base-url.ts";
import type { ProviderConfig, TargetConfig } from "../config/config.ts";
import type { DialectId } from "../ir/dialect-id.ts";
import { GatewayError } from "../ir/error.ts";
import { checkModelName } from "../ir/model-name.ts";
import { type Auth, type Vendor, vendorOf } from "./catalog.ts";
import { USER_AGENT } from "./headers.ts";
import { modelRow } from "./model-rows.ts";
import type { Endpoint, Operation } from "./provider.ts";

export function endpoint(provider: ProviderConfig, dialect: DialectId, model: string, operation: Operation): Endpoint {
  const vendor = vendorOf(provider);
  if (operation === "count-tokens" && !countsTokens(provider, dialect))
    throw new GatewayError("unsupported", `The provider ${provider.name} has no endpoint that counts tokens.`, {
      provider: provider.name,
    });
  return { url: urlOf(provider, vendor, dialect, model, operation), headers: headersOf(provider, vendor, dialect) };
}

/** The dialect of a target that names none. */
export function dialectFor(
  provider: ProviderConfig,
  target: Pick<TargetConfig, "model" | "baseModel" | "dialect">,
): DialectId {
  return target.dialect ?? defaultDialect(provider, target.baseModel ?? target.model);
}

/** Azure serves Claude at an endpoint of its own, other makers' models through Chat, and Responses only since 2025-03-01-preview. */
export function defaultDialect(provider: ProviderConfig, model: string): DialectId {
  if (provider.kind !== "azure") return vendorOf(provider).dialect;
  const maker = modelRow(model)?.maker;
  if (maker === "anthropic") return "anthropic-messages";
  const isChat = maker === "other" || responsesFault(provider.kind, provider.apiVersion) !== undefined;
  return isChat ? "openai-chat" : "openai-responses";
}

/** A deployment called `prod` behind the name `gpt-5` is a gpt-5, as long as its vendor makes such models. undefined: the deployment's own name tells. */
export function impliedModel(provider: ProviderConfig, model: string, asked: string): string | undefined {
  if (modelRow(model)) return undefined;
  const maker = modelRow(asked)?.maker;
  const makes = { azure: "openai", openai: "openai", anthropic: "anthropic" } as const satisfies Partial<
    Record<ProviderConfig["kind"], string>
  >;
  return maker !== undefined && maker === (makes as Readonly<Record<string, string>>)[provider.kind]
    ? asked
    : undefined;
}

/** The vendor has a counter for Messages bodies. */
export const countsTokens = (provider: ProviderConfig, dialect: DialectId): boolean =>
  dialect === "anthropic-messages" && vendorOf(provider).countsTokens === true;

/** Who makes and reads this provider's seals. */
export function issuerOf(provider: ProviderConfig): string {
  const isAtHome = provider.kind === "anthropic" && vendorOf(provider).hosts.includes(hostOf(provider.baseUrl));
  // One of its accounts reads what another signed: …/build-with-claude/extended-thinking, "compatible across platforms".
  return isAtHome ? provider.kind : `${provider.kind}:${provider.name}`;
}

const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).hostname : url);

const PATHS: Readonly<Record<DialectId, string>> = {
  "openai-chat": "/chat/completions",
  "openai-responses": "/responses",
  "anthropic-messages": "/messages",
};

function urlOf(
  provider: ProviderConfig,
  vendor: Vendor,
  dialect: DialectId,
  model: string,
  operation: Operation,
): string {
  const path =
    operation === "list-models" ? "/models" : PATHS[dialect] + (operation === "count-tokens" ? "/count_tokens" : "");
  const base = provider.baseUrl.replace(/\/+$/, "");
  if (dialect === "anthropic-messages") return messagesBase(base, vendor) + path;
  if (provider.kind === "azure") return azureUrl(base, provider.apiVersion, dialect, model, path);
  return (vendor.kind === "simulator" ? `${base.replace(/\/v1$/, "")}/v1` : base) + path;
}

/** Anthropic's SDK takes the bare host, other tools' documents add /v1: both mean the same. */
function messagesBase(base: string, vendor: Vendor): string {
  const host = base.replace(/\/v1$/, "").replace(/\/openai$/, "");
  const path = vendor.messagesPath ?? "/v1";
  return host.endsWith("/anthropic") ? `${host}/v1` : host + path;
}

// https://learn.microsoft.com/azure/ai-foundry/openai/api-version-lifecycle: v1 needs no version; a dated one has the model in the path for Chat only.
function azureUrl(
  base: string,
  apiVersion: string | undefined,
  dialect: DialectId,
  model: string,
  path: string,
): string {
  const root = `${base.replace(/\/openai(\/v1)?$/, "")}/openai`;
  if (!isDated(apiVersion))
    return `${root}/v1${path}${apiVersion ? `?api-version=${encodeURIComponent(apiVersion)}` : ""}`;
  const isPerDeployment = dialect === "openai-chat" && path !== "/models";
  return `${root}${isPerDeployment ? `/deployments/${deploymentPath(model)}` : ""}${path}?api-version=${encodeURIComponent(apiVersion)}`;
}

const isDated = (apiVersion: string | undefined): apiVersion is string =>
  apiVersion !== undefined && /^\d{4}-\d{2}-\d{2}/.test(apiVersion);

/** Azure's own names hold no slash; hosts that imitate it take `google/gemini-2.5-pro` as two segments (seed 002). */
function deploymentPath(model: string): string {
  // `fetch` resolves `.` and `..`, which encoding leaves alone.
  checkModelName(model);
  return model.split("/").map(encodeURIComponent).join("/");
}

/** The operator's own headers come last. */
function headersOf(provider: ProviderConfig, vendor: Vendor, dialect: DialectId): Record<string, string> {
  const headers: Record<string, string> = { "user-agent": USER_AGENT };
  if (provider.apiKey) Object.assign(headers, CREDENTIALS[authIn(vendor, dialect)](provider.apiKey));
  for (const [name, value] of Object.entries(provider.headers)) headers[name.toLowerCase()] = value;
  return headers;
}

/** Claude in Foundry reads Anthropic's own header. https://platform.claude.com/docs/en/build-with-claude/claude-in-microsoft-foundry */
const authIn = (vendor: Vendor, dialect: DialectId): Auth =>
  vendor.kind === "azure" && dialect === "anthropic-messages" ? "x-api-key" : vendor.auth;

const CREDENTIALS: Readonly<Record<Auth, (key: string) => Record<string, string>>> = {
  bearer: (key) => ({ authorization: `Bearer ${key}` }),
  "api-key": (key) => ({ "api-key": key }),
  "x-api-key": (key) => ({ "x-api-key": key }),
  // Local servers need none; a proxy in front of one may.
  none: (key) => ({ authorization: `Bearer ${key}` }),
};
