/** One provider: whether it can be reached, takes the key, and knows the models. By its list of models, which costs nothing. */
import type { Config, ProviderConfig, TargetConfig } from "../config/config.ts";
import { didYouMean } from "../config/nearest.ts";
import { BASE_URL_FIX } from "../config/base-url.ts";
import { DIALECTS } from "../dialects/index.ts";
import type { Got } from "../probe/call.ts";
import { vendorOf } from "../providers/catalog.ts";
import { dialectFor, endpoint } from "../providers/endpoint.ts";
import { ask } from "./ask.ts";
import { checkModel } from "./check-model.ts";
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

type Answer = Extract<Got, { kind: "answer" }>;

function checkAnswer(about: string, provider: ProviderConfig, got: Answer, url: string): Finding[] {
  const refused = refusal(about, provider, got, url);
  if (refused) return [refused];
  if (!got.json)
    return [
      fault(
        about,
        "address",
        `${hostOf(url)} answers with something that is no JSON (${start(got.text)}), so base_url leads to a web page or a proxy and not to the API. Correct base_url.`,
      ),
    ];
  return [
    ok(about, "reach", `${hostOf(url)} answers in ${got.tookMs} ms${provider.apiKey ? ", and takes the key" : ""}.`),
  ];
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
  if (!exact) return [fault(about, "address", `There is nothing at ${url.split("?")[0]}. ${BASE_URL_FIX}`)];
  return checkModel(provider, exact, patience.timeoutMs);
}

function checkNames(about: string, provider: ProviderConfig, targets: readonly TargetConfig[], got: Answer): Finding[] {
  const known = idsOf(got);
  if (vendorOf(provider).listsDeployable || known.length === 0) return [];
  return targets
    .filter(({ model }) => model !== "*" && !known.includes(model))
    .map(({ model }) =>
      warning(
        about,
        "models",
        `Its list does not name ${model}. ${didYouMean(model, known)}If it is a new or hidden name, ${command(`doctor --deep ${provider.name}`)} asks it.`,
      ),
    );
}

function idsOf({ json }: Answer): string[] {
  const list: unknown = json?.data ?? json?.models;
  if (!Array.isArray(list)) return [];
  return (list as readonly unknown[]).flatMap((item) => {
    const id = (item as { id?: unknown } | null)?.id;
    return typeof id === "string" ? [id.replace(/^models\//, "")] : [];
  });
}

/** Signed requests and token lives break at a few minutes; a minute is told. */
const SKEW_MS = 60_000;

function checkClock(about: string, got: Answer, { now }: Patience): Finding[] {
  const theirs = Date.parse(got.headers.get("date") ?? "");
  if (Number.isNaN(theirs)) return [];
  const skew = now() - theirs;
  if (Math.abs(skew) < SKEW_MS) return [];
  const by = Math.round(Math.abs(skew) / 1000);
  return [
    warning(
      about,
      "clock",
      `This machine's clock is ${by} seconds ${skew > 0 ? "ahead of" : "behind"} that of the vendor. Switch on the time synchronisation of this machine (NTP).`,
    ),
  ];
}

const checkSpeed = (about: string, { tookMs }: Answer, { slowMs }: Patience): Finding[] =>
  tookMs <= slowMs
    ? []
    : [
        warning(
          about,
          "slow",
          `It took ${(tookMs / 1000).toFixed(1)} seconds to list its models. Look at the network, a proxy on the way, or choose a nearer region.`,
        ),
      ];

const start = (text: string): string => JSON.stringify(text.trim().slice(0, 30));
