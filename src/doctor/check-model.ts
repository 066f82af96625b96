/** One model of one provider, asked itself: whether it answers at all, for a few tokens. */
import type { ProviderConfig, TargetConfig } from "../config/config.ts";
import { BASE_URL_FIX } from "../config/base-url.ts";
import { DIALECTS } from "../dialects/index.ts";
import type { Question } from "../dialects/probe.ts";
import { type Answered, messageOf, type Got } from "../probe/call.ts";
import { capabilitiesOf } from "../providers/capabilities.ts";
import { dialectFor, endpoint } from "../providers/endpoint.ts";
import { type Asked, operatorsFault } from "../providers/refusals.ts";
import type { Sighting } from "../providers/sightings.ts";
import { ask } from "./ask.ts";
import { fault, type Finding, ok } from "./finding.ts";
import { refusal } from "./refusal.ts";

/** A model at its provider, and the name that leads to it. */
export interface Subject extends Asked {
  readonly target: TargetConfig;
}

export interface Judged {
  readonly finding: Finding;
  /** Absent: it could not be told whether it is there. */
  readonly state?: Sighting["state"];
}

/** `name`: what leads to it, where that is another. */
export const checkModel = async (
  provider: ProviderConfig,
  target: TargetConfig,
  timeoutMs: number,
  name = target.model,
): Promise<Finding[]> => [(await judgedModel({ provider, target, name }, timeoutMs)).finding];

export async function judgedModel(subject: Subject, timeoutMs: number): Promise<Judged> {
  const { provider, target } = subject;
  const dialect = dialectFor(provider, target);
  const { traits } = capabilitiesOf(provider, dialect, target.model, target.baseModel);
  const extra = DIALECTS[dialect].probe.fields.outputLimit(FEW_TOKENS, traits);
  const { url, got } = await askModel(provider, target, { prompt: "Hi", extra }, timeoutMs);
  return judge(subject, url, got);
}

export function judge(subject: Subject, url: string, got: Got): Judged {
  const { provider, target } = subject;
  const about = `provider ${provider.name}`;
  if (got.kind === "failed")
    return { finding: fault(about, got.fault, `${target.model} does not answer: ${got.words}. ${got.fix}`) };
  if ((got.status === 200 && got.json) || isCutShort(got))
    return { finding: ok(about, "model", `${target.model} answers in ${got.tookMs} ms.`), state: "answers" };
  const said = JSON.stringify(got.json?.error ?? got.json ?? "");
  const own = operatorsFault({ status: got.status, said }, subject);
  if (own?.what === "deployment") return { finding: fault(about, "deployment", own.says), state: "missing" };
  if (got.status === 404 && !own) return { finding: notFound(about, target, url, got) };
  if (got.status === 400 && !own) return { finding: unfit(about, subject, got) };
  const refused = refusal(`model ${target.model} at ${provider.name}`, provider, got, url);
  const noJson = `${target.model} answers with something that is no JSON. Check base_url.`;
  // At 429 it is there, and busy.
  return { finding: refused ?? fault(about, "address", noJson), state: got.status === 429 ? "answers" : undefined };
}

/** Models that think may use up so few tokens before their first word, which some vendors answer with a 400: "Could not finish the message because max_tokens or model output limit was reached." */
const isCutShort = (got: Answered): boolean =>
  got.status === 400 && /max_tokens or model output limit was reached/i.test(got.text);

/** "The responses operation does not work with the specified model": the path, the key and the model are right. */
function unfit(about: string, { provider, target }: Subject, got: Answered): Finding {
  const says = `${target.model} refuses the question (status 400: ${messageOf(got)}). Check its target's dialect, now ${dialectFor(provider, target)}, and that the model answers in words.`;
  return fault(about, "question", says);
}

/** A vendor that knows the path and not the model says so in its own error; a wrong path has a web server's page. */
function notFound(about: string, { model }: TargetConfig, url: string, { json }: Answered): Finding {
  const namesModel = /model|deployment/i.test(JSON.stringify(json?.error ?? ""));
  if (!namesModel) return nothingAt(about, url);
  const says = `It has no model called ${model}. Check the target's model against the vendor's list (where models are deployed: the deployment's name).`;
  return fault(about, "model", says);
}

export const nothingAt = (about: string, url: string): Finding =>
  fault(about, "address", `There is nothing at ${url.split("?")[0]}. ${BASE_URL_FIX}`);

export async function askModel(
  provider: ProviderConfig,
  target: TargetConfig,
  question: Omit<Question, "model">,
  timeoutMs: number,
): Promise<{ url: string; got: Got }> {
  const dialect = dialectFor(provider, target);
  const { probe, headers: own } = DIALECTS[dialect];
  const { url, headers } = endpoint(provider, dialect, target.model, question.stream ? "stream" : "generate");
  const body = probe.ask({ model: target.model, ...question });
  return { url, got: await ask(provider, { url, headers: { ...own.fixed, ...headers }, body, timeoutMs }) };
}

/** As few tokens as every vendor accepts: Responses refuses less than 16. */
const FEW_TOKENS = 16;
