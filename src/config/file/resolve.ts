/** A validated file becomes the gateway's Config: URLs normalised, providers without a key switched off, names checked against each other. */
import type { Config, ProviderConfig } from "../config.ts";
import { looksLikeKey } from "../api-keys.ts";
import { checkBudgets } from "./file-budgets.ts";
import { checkKeys } from "./file-keys.ts";
import { checkTargets, readModels } from "./file-models.ts";
import { readProvider, warningsOf } from "./file-providers.ts";
import { ORIGIN_FIX, originFault, originWarnings } from "./origins.ts";
import { placeOf, valueOf, type Path, type YamlFile } from "../yaml/place.ts";
import { problems, type Problems } from "../problem.ts";
import { unknownKeyModels } from "./file-names.ts";
import { readSearch } from "./file-search.ts";
import { NO_KEY, notServed, whatIsOff, whyOff } from "./switched-off.ts";
import type { FileReading } from "./reading.ts";
import type { Validated } from "./validate.ts";
import type { VendorFacts } from "../vendor.ts";

export type Resolved = Omit<Config, "source">;

/** Throws ConfigError with everything that is wrong. */
export function resolve(yaml: YamlFile, { file, pending }: Validated, vendors: readonly VendorFacts[]): Resolved {
  const wrong = problems();
  const refuse: FileReading["refuse"] = (path, fault, fix, words = []) =>
    wrong.add({ ...placeOf(yaml, path), ...valueOf(yaml, path, words), fault, fix });
  const reading: FileReading = { file, yaml, vendors, refuse };
  const { providers, off } = readProviders(reading, pending, wrong);
  checkNames(reading);
  checkTargets(reading);
  const origins = file.server.corsOrigins;
  origins.forEach((origin, index) => {
    const fault = originFault(origin);
    if (fault !== undefined) refuse(["server", "cors_origins", index], fault, ORIGIN_FIX);
  });
  checkKeys(reading);
  checkBudgets(reading);
  const found = readSearch(file.search, yaml.missing(["search", "api_key"]));
  if ("fault" in found)
    refuse(["search"], found.fault, "Write base_url as your instance has it: http://localhost:8080.");
  wrong.throwIfAny();
  const all = readModels(reading, providers);
  const switchedOff = whatIsOff(all, off, reading);
  return {
    server: file.server,
    log: file.log,
    limits: file.limits,
    budgets: file.budgets,
    alerts: file.alerts,
    storage: file.storage,
    ...(file.pricesFile !== undefined && { pricesFile: file.pricesFile }),
    ...(file.redis && { redis: file.redis }),
    ...(file.outbox && { outbox: file.outbox }),
    ...(file.auth.ownerKey !== undefined && { ownerKey: file.auth.ownerKey }),
    keys: file.auth.keys,
    providers,
    models: all.filter((model) => model.targets.length > 0),
    ...(switchedOff.length > 0 && { switchedOff }),
    ...awaitingOf(reading, providers, off),
    ...("search" in found && { search: found.search }),
    warnings: [
      ...switchedOff.map((one) => notServed(one, reading)),
      ...warningsOf(reading, providers),
      ...unknownKeyModels(file, yaml),
      ...originWarnings(origins, file.auth.keys),
      ...(file.storage.url !== undefined && file.redis === undefined ? [COUNTS_ALONE] : []),
      ...("off" in found ? [`The search of the web is switched off: ${found.off}.`] : []),
    ],
  };
}

const COUNTS_ALONE =
  "storage.url is set and redis.url is not: each gateway on this database counts requests, tokens and parallel calls for itself, and hears of what others spent after a minute. Name redis.url before you start a second one.";

/** Those that are on, and why the others are off. */
function readProviders(reading: FileReading, pending: Validated["pending"], wrong: Problems) {
  const unset = Map.groupBy(pending, ({ path }) => path[1]);
  const off = new Map<string, string>();
  const providers: Record<string, ProviderConfig> = {};
  for (const [name, written] of Object.entries(reading.file.providers)) {
    const reason = whyOff(name, written, reading);
    if (reason !== undefined) off.set(name, reason);
    else {
      for (const { path, problem } of unset.get(name) ?? []) if (path[2] !== "api_key") wrong.add(problem);
      providers[name] = readProvider(name, written, reading);
    }
  }
  return { providers, off };
}

/** Those that would be on with a key, unless there is more that keeps them off. */
function awaitingOf(
  reading: FileReading,
  on: Config["providers"],
  off: ReadonlyMap<string, string>,
): Pick<Config, "awaiting"> {
  const providers: Record<string, ProviderConfig> = {};
  for (const [name, written] of Object.entries(reading.file.providers)) {
    let isWhole = off.get(name) === NO_KEY && reading.yaml.missing(["providers", name, "base_url"]).length === 0;
    const read = isWhole && readProvider(name, written, { ...reading, refuse: () => void (isWhole = false) });
    if (read && isWhole) providers[name] = read;
  }
  if (Object.keys(providers).length === 0) return {};
  return { awaiting: { providers, models: readModels(reading, { ...on, ...providers }) } };
}

/** Names are in the log, in answers and in `config print`. */
function checkNames({ file: { providers, models, auth }, refuse }: FileReading): void {
  const check = (path: Path, name = String(path.at(-1))): void => {
    if (!looksLikeKey(name)) return;
    const fix = "Give it a name of its own; a key stands behind api_key: or key:.";
    refuse(path, "is called by what looks like a key", fix);
  };
  for (const [name, { headers }] of Object.entries(providers)) {
    check(["providers", name]);
    for (const header of Object.keys(headers)) check(["providers", name, "headers", header]);
  }
  for (const name of Object.keys(models)) check(["models", name]);
  for (const [index, { name }] of auth.keys.entries()) check(["auth", "keys", index, "name"], name);
}
