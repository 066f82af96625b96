/** A validated file becomes the gateway's Config: URLs normalised, providers without a key switched off, names checked against each other. */
import type { KeyConfig, ModelConfig, ProviderConfig, SearchConfig, SwitchedOff, TargetConfig } from "./config.ts";
import {
  apiVersionDoubt,
  apiVersionFault,
  baseUrlDoubt,
  normaliseBaseUrl,
  readApiVersion,
  responsesFault,
} from "./base-url.ts";
import { consumerToken, keyFault, looksLikeKey } from "./keys.ts";
import { modelNameFault } from "../ir/model-name.ts";
import { OPENAI_RESPONSES } from "../dialects/openai-responses/id.ts";
import { DIALECT_IDS } from "../dialects/index.ts";
import { didYouMean } from "./nearest.ts";
import { ORIGIN_FIX, originFault, originWarnings, withoutSlash } from "./origins.ts";
import { placeOf, valueOf } from "./place.ts";
import { problems } from "./problem.ts";
import { unknownKeyModels } from "./references.ts";
import { readSearch } from "./search.ts";
import { BASE_URL_FIX, type FileConfig, type FileProvider, type FileTarget } from "./schema.ts";
import { notServed, whatIsOff, whyOff } from "./switched-off.ts";
import type { Validated } from "./validate.ts";
import type { VendorFacts } from "./vendor.ts";
import { writtenAt } from "./written-at.ts";
import type { Path, YamlFile } from "./yaml-file.ts";

export interface Resolved {
  readonly file: FileConfig;
  readonly keys: readonly KeyConfig[];
  readonly providers: Readonly<Record<string, ProviderConfig>>;
  readonly models: readonly ModelConfig[];
  readonly switchedOff?: readonly SwitchedOff[];
  readonly search?: SearchConfig;
  readonly warnings: readonly string[];
}

/** Throws ConfigError with everything that is wrong. */
export function resolve(yaml: YamlFile, { file, pending }: Validated, vendors: readonly VendorFacts[]): Resolved {
  const wrong = problems();
  const refuse: Refuse = (path, fault, fix, words = []) =>
    wrong.add({ ...placeOf(yaml, path), ...valueOf(yaml, path, words), fault, fix });
  const unset = Map.groupBy(pending, ({ path }) => path[1]);
  const off = new Map<string, string>();
  const providers: Record<string, ProviderConfig> = {};
  for (const [name, written] of Object.entries(file.providers)) {
    const reason = whyOff(yaml, name, written, vendors);
    if (reason !== undefined) off.set(name, reason);
    else {
      for (const { path, problem } of unset.get(name) ?? []) if (path[2] !== "api_key") wrong.add(problem);
      providers[name] = readProvider(name, written, { refuse, yaml, vendors });
    }
  }
  checkNames(file, refuse);
  checkTargets(file, refuse);
  file.server.cors_origins.forEach((origin, index) => {
    const fault = originFault(withoutSlash(origin));
    if (fault !== undefined) refuse(["server", "cors_origins", index], fault, ORIGIN_FIX);
  });
  const firsts = { values: firstOf(file.auth.keys, "key"), names: firstOf(file.auth.keys, "name") };
  const keys = file.auth.keys.map((key, index) => readKey(key, index, firsts, yaml, refuse));
  const found = readSearch(file.search, yaml.missing(["search", "api_key"]));
  if ("fault" in found)
    refuse(["search"], found.fault, "Write base_url as your instance has it: http://localhost:8080.");
  wrong.throwIfAny();
  const models = Object.entries(file.models).map(([name, model]) => readModel(name, model, providers, yaml));
  const switchedOff = whatIsOff(models, file, off, yaml);
  return {
    file,
    keys,
    providers,
    models: models.filter((model) => model.targets.length > 0),
    ...(switchedOff.length > 0 && { switchedOff }),
    ...("search" in found && found.search && { search: found.search }),
    warnings: [
      ...switchedOff.map((one) => notServed(one, yaml)),
      ...doubtsOf(providers, file, yaml),
      ...unknownKeyModels(file, yaml),
      ...originWarnings(file.server.cors_origins, keys),
      ...("off" in found ? [`The search of the web is switched off: ${found.off}.`] : []),
    ],
  };
}

/** `words`: those that may stand there; a value that is nearly one of them is shown. */
type Refuse = (path: Path, fault: string, fix: string, words?: readonly string[]) => void;

interface Reading {
  readonly refuse: Refuse;
  readonly yaml: YamlFile;
  readonly vendors: readonly VendorFacts[];
}

function readProvider(name: string, written: FileProvider, reading: Reading): ProviderConfig {
  const { refuse } = reading;
  const at = (key: string): Path => ["providers", name, key];
  const consumer = written.api_key === undefined ? undefined : consumerToken(written.api_key);
  if (consumer !== undefined)
    refuse(
      at("api_key"),
      `is ${consumer}, which belongs to a person's subscription and is never forwarded`,
      "Use an API key from the vendor's console.",
    );
  const base = readBase(name, written, reading);
  const apiVersion = written.api_version === undefined ? base.apiVersion : readApiVersion(written.api_version);
  const fault = apiVersion === undefined ? undefined : apiVersionFault(written.kind, apiVersion);
  if (fault) refuse(at(written.api_version === undefined ? "base_url" : "api_version"), ...fault);
  return {
    name,
    kind: written.kind,
    baseUrl: base.baseUrl,
    ...(written.api_key !== undefined && { apiKey: written.api_key.trim() }),
    ...(apiVersion !== undefined && { apiVersion }),
    writtenAt: {
      apiKey: writtenAt(reading.yaml, at("api_key")),
      apiVersion: writtenAt(reading.yaml, at("api_version")),
    },
    ...(written.vendor !== undefined && { vendor: readVendor(at("vendor"), written.vendor, reading) }),
    headers: written.headers,
    firstByteMs: written.first_byte_ms,
    idleMs: written.idle_ms,
  };
}

function readVendor(path: Path, name: string, { refuse, vendors }: Reading): string {
  const known = vendors.filter(({ kind }) => kind === "openai-compatible").map(({ id }) => id);
  if (!known.includes(name))
    refuse(
      path,
      "is not a vendor that we know",
      `${didYouMean(name, known)}One of: ${known.join(", ")}; or leave it out.`,
      known,
    );
  return name;
}

function readBase(
  name: string,
  written: FileProvider,
  { refuse, yaml, vendors }: Reading,
): { baseUrl: string; apiVersion?: string } {
  const path = ["providers", name, "base_url"];
  if (yaml.missing(path).length > 0) return { baseUrl: "" };
  const vendor = vendors.find(({ id, kind }) =>
    written.kind === "openai-compatible" ? id === written.vendor : kind === written.kind,
  );
  // The simulator without a URL runs inside the gateway.
  const url = written.base_url?.trim() || (written.kind === "simulator" ? "" : vendor?.baseUrl);
  if (url === "") return { baseUrl: "" };
  if (url === undefined) {
    refuse(["providers", name], "has no base_url, and its kind has no host of its own", BASE_URL_FIX);
    return { baseUrl: "" };
  }
  const base = normaliseBaseUrl(written.kind, url);
  if (typeof base !== "string") return base;
  refuse(path, base, BASE_URL_FIX);
  return { baseUrl: "" };
}

/** Names stand in the log, in answers and in `config print`. */
function checkNames({ providers, models, auth }: FileConfig, refuse: Refuse): void {
  const under = (group: Path, names: object): Path[] => Object.keys(names).map((name) => [...group, name]);
  const paths = [
    ...under(["providers"], providers),
    ...Object.entries(providers).flatMap(([name, { headers }]) => under(["providers", name, "headers"], headers)),
    ...under(["models"], models),
  ].map((path): [Path, string] => [path, String(path.at(-1))]);
  const callers = auth.keys.map(({ name }, index): [Path, string] => [["auth", "keys", index, "name"], name]);
  for (const [path, name] of [...paths, ...callers])
    if (looksLikeKey(name))
      refuse(
        path,
        "is called by what looks like a key",
        "Give it a name of its own; a key stands behind api_key: or key:.",
      );
}

function checkTargets(file: FileConfig, refuse: Refuse): void {
  for (const [model, { targets }] of Object.entries(file.models)) {
    const nameless = modelNameFault(model);
    if (nameless !== undefined) refuse(["models", model], nameless, "Nobody could ask for it: rename it.");
    targets.forEach((target, index) => {
      const at = (key: string): Path => ["models", model, "targets", index, key];
      const provider = file.providers[target.provider];
      const old =
        provider && target.dialect === OPENAI_RESPONSES
          ? responsesFault(provider.kind, provider.api_version)
          : undefined;
      if (old) refuse(at("dialect"), ...old, DIALECT_IDS);
      if (target.model.includes("*") && target.model !== "*")
        refuse(at("model"), "has a * inside a name", 'Write the upstream\'s name, or "*" for the name as asked.');
      const fault = modelNameFault(target.model);
      if (fault !== undefined) refuse(at("model"), fault, "Write the name that the upstream knows.");
    });
  }
}

type FileKey = FileConfig["auth"]["keys"][number];

/** Where each one stands first. */
interface Firsts {
  readonly values: ReadonlyMap<string, number>;
  readonly names: ReadonlyMap<string, number>;
}
const firstOf = (keys: readonly FileKey[], field: "key" | "name"): ReadonlyMap<string, number> =>
  new Map(keys.map((key, index) => [key[field].trim(), index] as const).toReversed());

function readKey(written: FileKey, index: number, firsts: Firsts, yaml: YamlFile, refuse: Refuse): KeyConfig {
  const path = ["auth", "keys", index, "key"];
  const [variable] = yaml.missing(path);
  const fault = keyFault(written.key);
  const make = "Make one: openssl rand -hex 32, or any password generator.";
  if (variable !== undefined)
    refuse(path, `needs the variable ${variable}, which is not set`, `Set ${variable}, or remove this key. ${make}`);
  else if (fault !== undefined) refuse(path, `is ${fault}, and is refused as a key`, make);
  const twin = firsts.values.get(written.key.trim()) ?? index;
  if (twin < index && fault === undefined)
    refuse(
      path,
      `is the same key as auth.keys[${twin}]`,
      "Give every caller a key of its own, or remove one of the two.",
    );
  const namesake = firsts.names.get(written.name.trim()) ?? index;
  if (namesake < index)
    refuse(
      ["auth", "keys", index, "name"],
      `is already the name of auth.keys[${namesake}]`,
      "Choose another: the log tells callers apart by it.",
    );
  return {
    name: written.name,
    key: written.key.trim(),
    ...(written.models && { models: written.models }),
    ...(written.strict !== undefined && { strict: written.strict }),
    ...(written.show_reasoning && { reasoning: written.show_reasoning }),
    ...(written.vault && { vault: written.vault }),
  };
}

type FileModel = FileConfig["models"][string];

function readModel(name: string, written: FileModel, providers: Resolved["providers"], yaml: YamlFile): ModelConfig {
  return {
    name,
    targets: written.targets.flatMap((target, at) =>
      Object.hasOwn(providers, target.provider)
        ? [readTarget(target, writtenAt(yaml, ["models", name, "targets", at, "model"]))]
        : [],
    ),
    ...(written.strict !== undefined && { strict: written.strict }),
    ...(written.show_reasoning && { reasoning: written.show_reasoning }),
  };
}

function readTarget(written: FileTarget, place: string): TargetConfig {
  const { effort, summary, budget_tokens } = written.reasoning ?? {};
  return {
    provider: written.provider,
    model: written.model,
    writtenAt: place,
    ...(written.base_model !== undefined && { baseModel: written.base_model }),
    ...(written.dialect !== undefined && { dialect: written.dialect }),
    ...(effort !== undefined && { effort }),
    ...(budget_tokens !== undefined && { budgetTokens: budget_tokens }),
    ...(summary !== undefined && { summary }),
    ...(written.verbosity !== undefined && { verbosity: written.verbosity }),
    ...(written.truncation !== undefined && { truncation: written.truncation }),
    ...(written.max_tokens !== undefined && { maxTokens: written.max_tokens }),
    ...(written.store !== undefined && { store: written.store }),
  };
}

function doubtsOf(providers: Resolved["providers"], file: FileConfig, yaml: YamlFile): string[] {
  return Object.values(providers).flatMap(({ name, kind, baseUrl }) => {
    const doubts = {
      base_url: baseUrlDoubt(kind, baseUrl),
      api_version: apiVersionDoubt(file.providers[name]?.api_version ?? ""),
    };
    return Object.entries(doubts).flatMap(([key, doubt]) => {
      const place = placeOf(yaml, ["providers", name, key]);
      return doubt === undefined ? [] : [`${place.file}:${place.line}: ${place.key} ${doubt}`];
    });
  });
}
