/** `codeswitch doctor [provider|model|client]`: what is wrong, one sentence each, with the fix. */
import { defineCommand } from "citty";
import type { Config, ProviderConfig } from "../config/config.ts";
import { didYouMean } from "../config/nearest.ts";
import { ConfigError, printProblem } from "../config/problem.ts";
import { type Observed, probeModel } from "../doctor/probe-model.ts";
import { checkModels, configured, deployments } from "../doctor/deployments.ts";
import { fault, type Finding, noted, ok, warning } from "../doctor/finding.ts";
import { type Keeper, keeperIn } from "../doctor/observations.ts";
import { checkMachine } from "../doctor/check-machine.ts";
import type { Subject as Model } from "../doctor/check-model.ts";
import { checkProvider, PATIENCE } from "../doctor/check-provider.ts";
import { sightingsIn } from "../doctor/stored-sightings.ts";
import { publicUrlFault } from "../probe/public-url.ts";
import type { Sightings } from "../providers/sightings.ts";
import { listedModels, plan } from "../routing/plan.ts";
import { SETUPS } from "../setup/clients/index.ts";
import { dataHere } from "./data.ts";
import { checkClient } from "./doctor-client.ts";
import { checkGateway } from "./doctor-gateway.ts";
import { type Address, findGateway, keyHere, KEY_ARG, URL_ARG } from "./find-gateway.ts";
import { paint } from "./paint.ts";
import { CONFIG_ARG, loadHere } from "./surroundings.ts";
import { Failure, UsageError } from "./usage.ts";

export const doctorCommand = defineCommand({
  meta: {
    name: "doctor",
    description: "Say what is wrong with providers, models, clients or this machine, and how to mend it.",
  },
  args: {
    what: {
      type: "positional",
      required: false,
      valueHint: "NAME",
      description: "Only this provider, model or client. Default: everything.",
    },
    config: CONFIG_ARG,
    deep: {
      type: "boolean",
      description:
        "Ask every model what it can do, and keep it in the data folder. Costs a few thousand tokens a model.",
    },
    json: { type: "boolean", description: "One JSON object instead of lines." },
    url: URL_ARG,
    key: KEY_ARG,
    "public-url": {
      type: "string",
      valueHint: "URL",
      description: "Check that this address is HTTPS and leads to this gateway.",
    },
  },
  run: async ({ args }) => {
    const report = reporter(args.json === true);
    const config = configOr(report, args.config);
    if (config) {
      const { dataDir } = dataHere(args.config);
      const seen = sightingsIn(dataDir);
      const wanted = {
        what: args.what,
        deep: args.deep === true,
        publicUrl: args["public-url"],
        url: args.url,
        key: keyHere(args.key, args.config),
        file: args.config,
      };
      await examine(config, { ...wanted, keeper: keeperIn(dataDir), seen }, report);
      await seen.settled();
    }
    report.finish();
  },
});

interface Wanted {
  readonly what: string | undefined;
  readonly deep: boolean;
  readonly publicUrl: string | undefined;
  readonly url: string | undefined;
  readonly key: string | undefined;
  /** What --config names. */
  readonly file: string | undefined;
  readonly keeper: Keeper;
  readonly seen: Sightings;
}

async function examine(config: Config, wanted: Wanted, report: Reporter): Promise<void> {
  const subject = subjectOf(config, wanted.what);
  if (subject.kind === "all") report.add(...checkMachine(config, process.env));
  if (wanted.publicUrl !== undefined) report.add(await publicUrl(wanted.publicUrl, config));
  const address =
    subject.kind === "all" || subject.kind === "client" ? await addressOr(report, config, wanted) : undefined;
  if (address) report.add(...(await checkGateway(config, address, wanted.key)));
  if (subject.kind === "client") return report.add(...(await checkClient(subject.id, config, address, wanted.key)));
  const providers =
    subject.kind === "provider" ? [subject.provider] : subject.kind === "all" ? Object.values(config.providers) : [];
  if (subject.kind === "all" && providers.length === 0)
    report.add(
      fault(
        "the configuration",
        "providers",
        "No provider is switched on, so that nothing can be answered. Set a vendor's key.",
      ),
    );
  for (const found of await Promise.all(providers.map((provider) => checkAt(provider, config, wanted))))
    report.add(...found);
  if (subject.kind === "model")
    for (const pair of subject.pairs)
      report.add(...(isInside(pair) ? [inside(pair)] : await checkModels([pair], wanted.seen, PATIENCE.timeoutMs)));
  if (wanted.deep) await probeAll(pairsOf(config, subject), wanted, report);
  else report.hint("What the models can do is asked with --deep, for a few thousand tokens a model.");
}

/** The provider, and where it is in order its deployments: --deep asks those itself. */
async function checkAt(provider: ProviderConfig, config: Config, { deep, seen }: Wanted): Promise<Finding[]> {
  const found = await checkProvider(config, provider, PATIENCE);
  const isGood = found.every(({ state }) => state !== "fault");
  const asked = isGood && !deep ? deployments(config, provider) : [];
  return [...found, ...(await checkModels(asked, seen, PATIENCE.timeoutMs))];
}

type Subject =
  | { readonly kind: "all" }
  | { readonly kind: "provider"; readonly provider: ProviderConfig }
  | { readonly kind: "model"; readonly pairs: readonly Model[] }
  | { readonly kind: "client"; readonly id: string };

/** Throws UsageError for a name that is nobody's. */
function subjectOf(config: Config, what: string | undefined): Subject {
  if (what === undefined) return { kind: "all" };
  const provider = Object.hasOwn(config.providers, what) ? config.providers[what] : undefined;
  if (provider) return { kind: "provider", provider };
  if (SETUPS.some(({ id }) => id === what)) return { kind: "client", id: what };
  const pairs = pairsOfModel(config, what);
  if (pairs) return { kind: "model", pairs };
  const names = [
    ...Object.keys(config.providers),
    ...listedModels(config).map(({ name }) => name),
    ...SETUPS.map(({ id }) => id),
  ];
  throw new UsageError(
    `"${what}" is no provider, model or client. ${didYouMean(what, names)}Providers: ${Object.keys(config.providers).join(", ") || "none"}. Models: ${
      listedModels(config)
        .map(({ name }) => name)
        .join(", ") || "none"
    }.`,
  );
}

function pairsOfModel(config: Config, name: string): readonly Model[] | undefined {
  try {
    return plan(config, name).targets.map(({ provider, config: target, model }) => ({
      provider,
      target: { ...target, model },
      name,
    }));
  } catch {
    return undefined;
  }
}

function pairsOf(config: Config, subject: Subject): readonly Model[] {
  if (subject.kind === "model") return subject.pairs;
  return configured(config, subject.kind === "provider" ? subject.provider : undefined);
}

const isInside = ({ provider }: Model): boolean => provider.baseUrl === "";
const inside = ({ target }: Model): Finding =>
  noted(`model ${target.model}`, "reach", "It is the simulator inside the gateway: there is nothing to reach.");

async function probeAll(pairs: readonly Model[], { keeper, seen }: Wanted, report: Reporter): Promise<void> {
  const asked = pairs.filter((pair) => !isInside(pair));
  report.hint(
    `Asking ${asked.length} ${asked.length === 1 ? "model" : "models"} what they can do: about 20 calls and a few thousand tokens each.`,
  );
  for (const one of asked) {
    const { observed, findings, state } = await probeModel(one.provider, one.target, Date.now, one.name);
    report.add(...findings);
    if (state) seen.saw(one.provider, one.target.model, state);
    if (!observed) continue;
    report.observed(observed);
    report.add(...(await keeper.keep(observed)));
  }
}

/** Where none is known the person is told so; everything else can be looked at all the same. */
async function addressOr(report: Reporter, config: Config, wanted: Wanted): Promise<Address | undefined> {
  try {
    return await findGateway(config, wanted.url, wanted.file);
  } catch (error) {
    if (!(error instanceof Failure || error instanceof UsageError) || wanted.url !== undefined) throw error;
    report.add(warning("the gateway", "reach", error.message));
    return undefined;
  }
}

async function publicUrl(url: string, config: Config): Promise<Finding> {
  const [key] = config.keys;
  if (!key)
    return fault(
      "the public URL",
      "key",
      "No key is configured, and a gateway without one refuses what comes from outside. Set SERVICE_API_KEY or auth.keys.",
    );
  const wrong = await publicUrlFault(url, key.key);
  return wrong === undefined
    ? ok("the public URL", "reach", `${url} is HTTPS and leads to this gateway.`)
    : fault("the public URL", "reach", wrong);
}

function configOr(report: Reporter, file: string | undefined): Config | undefined {
  try {
    const config = loadHere(file, {});
    report.add(...config.warnings.map((sentence) => warning("the configuration", "config", sentence)));
    return config;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    report.add(...error.problems.map((problem) => fault("the configuration", "config", printProblem(problem))));
    return undefined;
  }
}

interface Reporter {
  add(...findings: readonly Finding[]): void;
  observed(observed: Observed): void;
  /** For people only. */
  hint(sentence: string): void;
  /** Throws Failure where something is wrong. */
  finish(): void;
}

const MARK: Readonly<Record<Finding["state"], string>> = {
  ok: paint("✓"),
  noted: "–",
  warning: paint("!"),
  fault: paint("✗"),
};

function reporter(json: boolean): Reporter {
  const findings: Finding[] = [];
  const capabilities: Observed[] = [];
  return {
    add: (...found) => {
      findings.push(...found);
      if (!json) for (const { state, about, says } of found) console.log(`${MARK[state]} ${about}: ${says}`);
    },
    observed: (observed) => void capabilities.push(observed),
    hint: (sentence) => {
      if (!json) console.log(`\n${sentence}`);
    },
    finish: () => {
      const faults = findings.filter(({ state }) => state === "fault").length;
      if (json) console.log(JSON.stringify({ ok: faults === 0, findings, capabilities }, null, 2));
      if (faults > 0)
        throw new Failure(
          json ? "" : `\n${faults} ${faults === 1 ? "thing is" : "things are"} wrong; the lines with ✗ say what to do.`,
        );
    },
  };
}
