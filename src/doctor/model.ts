/** One model of one provider, asked itself: whether it answers at all, for a few tokens. */
import type { ProviderConfig, TargetConfig } from "../config/config.ts";
import { BASE_URL_FIX } from "../config/schema.ts";
import type { DialectId } from "../ir/seal.ts";
import { call, type Got } from "../probe/call.ts";
import { VOICES } from "../probe/voices.ts";
import { capabilitiesOf } from "../providers/capabilities.ts";
import { dialectFor, endpoint } from "../providers/endpoint.ts";
import { withoutCredentials } from "../providers/credentials.ts";
import type { JsonObject } from "../wire/json.ts";
import { fault, type Finding, ok } from "./finding.ts";
import { refusal } from "./refusal.ts";

export async function checkModel(
  provider: ProviderConfig,
  target: TargetConfig,
  timeoutMs: number,
): Promise<Finding[]> {
  const about = `provider ${provider.name}`;
  const dialect = dialectFor(provider, target);
  const body = VOICES[dialect].ask({ model: target.model, prompt: "Hi", extra: shortest(provider, target, dialect) });
  const { url, got } = await askModel(provider, target, body, timeoutMs);
  if (got.kind === "failed")
    return [fault(about, got.fault, `${target.model} does not answer: ${got.words}. ${got.fix}`)];
  if (got.status === 200 && got.json) return [ok(about, "model", `${target.model} answers in ${got.tookMs} ms.`)];
  if (got.status === 404) return [notFound(about, target, url, got)];
  const refused = refusal(about, provider, got, url);
  return [
    refused ?? fault(about, "address", `${target.model} answers with something that is no JSON. Check base_url.`),
  ];
}

/** A vendor that knows the path and not the model says so in its own error; a wrong path has a web server's page. */
function notFound(
  about: string,
  target: TargetConfig,
  url: string,
  { json }: Extract<Got, { kind: "answer" }>,
): Finding {
  const namesModel = /model|deployment/i.test(JSON.stringify(json?.error ?? ""));
  return namesModel
    ? fault(
        about,
        "model",
        `It has no model called ${target.model}. Check the target's model against the vendor's list (where models are deployed: the deployment's name).`,
      )
    : fault(about, "address", `There is nothing at ${url.split("?")[0]}. ${BASE_URL_FIX}`);
}

export async function askModel(
  provider: ProviderConfig,
  target: TargetConfig,
  body: JsonObject,
  timeoutMs: number,
): Promise<{ url: string; got: Got }> {
  const dialect = dialectFor(provider, target);
  const { url, headers } = endpoint(provider, dialect, target.model, "generate");
  const version: Record<string, string> = dialect === "anthropic" ? { [`${dialect}-version`]: "2023-06-01" } : {};
  return {
    url,
    got: await call({
      url,
      headers: { ...version, ...headers },
      body,
      timeoutMs,
      told: (text) => withoutCredentials(text, provider),
    }),
  };
}

/** As few tokens as every vendor accepts: Responses refuses less than 16. */
const FEW_TOKENS = 16;

function shortest(provider: ProviderConfig, target: TargetConfig, dialect: DialectId): JsonObject {
  if (dialect === "openai-responses") return { max_output_tokens: FEW_TOKENS };
  const { traits } = capabilitiesOf(provider, dialect, target.model, target.baseModel);
  return { [traits.maxTokensField]: FEW_TOKENS };
}
