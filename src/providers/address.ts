/** The URL at a vendor, as a function of base, path, model and operation. A vendor's row names one of these values, or has one of its own. */
import { checkModelName } from "../ir/model-name.ts";
import type { Operation } from "./provider.ts";

export interface Asked {
  /** The operator's base_url, without slashes at its end. */
  readonly base: string;
  readonly apiVersion: string | undefined;
  readonly operation: Operation;
  /** The protocol's own: `/chat/completions`, `/models`. */
  readonly path: string;
  /** The name that the upstream knows. */
  readonly model: string;
}

export type Address = (asked: Asked) => string;

export const underBase: Address = ({ base, path }) => base + path;

export const underV1: Address = ({ base, path }) => `${base.replace(/\/v1$/, "")}/v1${path}`;

/** Messages, where `root` leads to it. Anthropic's SDK takes the bare host, other tools' documents add /v1: both mean the same. */
export const messagesUnder =
  (root: string): Address =>
  ({ base, path }) => {
    const host = base.replace(/\/v1$/, "").replace(/\/openai$/, "");
    return (host.endsWith("/anthropic") ? `${host}/v1` : host + root) + path;
  };

/** Azure. https://learn.microsoft.com/azure/ai-foundry/openai/api-version-lifecycle: v1 needs no version, and knows the model from the body. */
export const azureResponses: Address = ({ base, apiVersion, path }) => {
  const root = `${base.replace(/\/openai(\/v1)?$/, "")}/openai`;
  if (isDated(apiVersion)) return `${root}${path}?api-version=${encodeURIComponent(apiVersion)}`;
  return `${root}/v1${path}${apiVersion ? `?api-version=${encodeURIComponent(apiVersion)}` : ""}`;
};

/** A dated version has the model in the path, for Chat only. */
export const azureChat: Address = (asked) =>
  isDated(asked.apiVersion) && asked.operation !== "list-models"
    ? azureResponses({ ...asked, path: `/deployments/${deploymentPath(asked.model)}${asked.path}` })
    : azureResponses(asked);

const isDated = (apiVersion: string | undefined): apiVersion is string =>
  apiVersion !== undefined && /^\d{4}-\d{2}-\d{2}/.test(apiVersion);

/** Azure's own names hold no slash; vendors that imitate it take `google/gemini-2.5-pro` as two segments (seed 002). */
function deploymentPath(model: string): string {
  // `fetch` resolves `.` and `..`, which encoding leaves alone.
  checkModelName(model);
  return model.split("/").map(encodeURIComponent).join("/");
}
