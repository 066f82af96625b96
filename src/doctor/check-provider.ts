/** One provider: whether it can be reached, takes the key, and knows the models. By its list of models, which costs nothing. */
import type { Config, ProviderConfig, TargetConfig } from "../config/config.ts";
import { didYouMean } from "../config/nearest.ts";
import { DIALECTS } from "../dialects/index.ts";
import type { Answered } from "../probe/call.ts";
import { vendorOf } from "../providers/catalog.ts";
import { dialectFor, endpoint } from "../providers/endpoint.ts";
import { ask } from "./ask.ts";
import { checkModel, nothingAt } from "./check-model.ts";
import { fault, type Finding, noted, ok, warning } from "./finding.ts";
import { hostOf, refusal } from "./refusal.ts";
import { command } from "../typed/command.ts";

export interface Patience {
  readonly now: () => number;
  /** Until a list of models is given up. */
  readonly timeoutMs: number;
  /** An answer that took longer is told. */
  readonly slowMs: number;
}

export const PATIENCE: Patience = { now: Date.now, timeoutMs: 15_000, slowMs: 5_000 };

export async function checkProvider(config: Config, provider: ProviderConfig, patience: Patience): Promise<Finding[]> {
  const about = `provider ${provider.name}`;
  if (provider.baseUrl === "")
    return [noted(about, "reach", "It is the simulator inside the gateway: there is nothing to reach.")];
  const targets = targetsOf(config, provider);
  const dialect = targets[0] ? dialectFor(provider, targets[0]) : dialectFor(provider, { model: "" });
  const { url, headers } = endpoint(provider, dialect, "", "list-models");
  const got = await ask(provider, {
    url,
    headers: { ...headers, ...DIALECTS[dialect].headers.fixed },
    timeoutMs: patience.timeoutMs,
  });
  if (got.kind === "failed")
    return [fault(about, got.fault, `${hostOf(url)} does not answer: ${got.words}. ${got.fix}`)];
  const found = [...checkClock(about, got, patience), ...checkSpeed(about, got, patience)];
  if (got.status === 404 || got.status === 405)
    return [...found, ...(await withoutList(provider, targets, url, patience))];
  return [...found, ...checkAnswer(about, provider, got, url), ...checkNames(about, provider, targets, got)];
}

function targetsOf({ models }: Config, provider: ProviderConfig): TargetConfig[] {
  const all = models.flatMap(({ targets }) => targets).filter((target) => target.provider === provider.name);
  return [...Map.groupBy(all, ({ model }) => model).values()].flatMap(([first]) => first ?? []);
}

function checkAnswer(about: string, provider: ProviderConfig, got: Answered, url: string): Finding[] {
  const refused = refusal(about, provider, got, url);
  if (refused) return [refused];
  const host = hostOf(url);
  if (got.json)
    return [ok(about, "reach", `${host} answers in ${got.tookMs} ms${provider.apiKey ? ", and takes the key" : ""}.`)];
  const start = JSON.stringify(got.text.trim().slice(0, 30));
  const says = `${host} answers with something that is no JSON (${start}), so base_url leads to a web page or a proxy and not to the API. Correct base_url.`;
  return [fault(about, "address", says)];
}

/** No list there: compatible servers may have none, and a wrong path has none either. The first model tells which. */
async function withoutList(
  provider: ProviderConfig,
  targets: readonly TargetConfig[],
  url: string,
  patience: Patience,
): Promise<Finding[]> {
  const about = `provider ${provider.name}`;
  const exact = targets.find(({ model }) => model !== "*");
  if (!exact) return [nothingAt(about, url)];
  return checkModel(provider, exact, patience.timeoutMs);
}

function checkNames(
  about: string,
  provider: ProviderConfig,
  targets: readonly TargetConfig[],
  got: Answered,
): Finding[] {
  const known = idsOf(got);
  if (vendorOf(provider).listsDeployable || known.length === 0) return [];
  const strange = targets.filter(({ model }) => model !== "*" && !known.includes(model));
  return strange.map(({ model }) => {
    const says = `Its list does not name ${model}. ${didYouMean(model, known)}If it is a new or hidden name, ${command(`doctor --deep ${provider.name}`)} asks it.`;
    return warning(about, "models", says);
  });
}

function idsOf({ json }: Answered): string[] {
  const list: unknown = json?.data ?? json?.models;
  const ids = (Array.isArray(list) ? list : []).map((item) => (item as { id?: unknown } | null)?.id);
  return ids.filter((id) => typeof id === "string").map((id) => id.replace(/^models\//, ""));
}

/** Signed requests and token lives break at a few minutes; a minute is told. */
const SKEW_MS = 60_000;

function checkClock(about: string, got: Answered, { now }: Patience): Finding[] {
  const theirs = Date.parse(got.headers.get("date") ?? "");
  if (Number.isNaN(theirs)) return [];
  const skew = now() - theirs;
  if (Math.abs(skew) < SKEW_MS) return [];
  const by = `${Math.round(Math.abs(skew) / 1000)} seconds ${skew > 0 ? "ahead of" : "behind"}`;
  const says = `This machine's clock is ${by} that of the vendor. Switch on the time synchronisation of this machine (NTP).`;
  return [warning(about, "clock", says)];
}

function checkSpeed(about: string, { tookMs }: Answered, { slowMs }: Patience): Finding[] {
  const says = `It took ${(tookMs / 1000).toFixed(1)} seconds to list its models. Look at the network, a proxy on the way, or choose a nearer region.`;
  return tookMs <= slowMs ? [] : [warning(about, "slow", says)];
}
