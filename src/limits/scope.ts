/** Whose limits and budgets a call is under: any number of scopes, each with its own. Users and teams are further kinds. */
import type { BudgetConfig, Config, KeySettings, LimitsConfig } from "../config/config.ts";

export interface Scope {
  readonly kind: "key" | "model" | "provider" | "tag" | "global";
  /** Among the scopes of its kind; as the ledger has it (SpentScope). */
  readonly id: string;
  /** Follows "of": `the key "laptop"`. */
  readonly label: string;
  readonly limits: LimitsConfig;
  readonly budgets: readonly BudgetConfig[];
}

/** What is known of a call when its scopes are asked for. */
export interface Scoped {
  readonly key: KeySettings | undefined;
  /** The entry of the configuration. */
  readonly model: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** Those that limit anything, the provider's apart: which one it is may change while a call runs. */
export function scopesOf(config: Config, { key, model, tags }: Scoped): readonly Scope[] {
  const { ofModels, ofTags, global } = placesOf(config);
  const found: Scope[] = [];
  const add = (scope: Scope | undefined): void => void (scope && found.push(scope));
  add(key && scopeOfKey(key));
  add(ofModels.get(model));
  if (ofTags.size > 0) for (const name in tags) add(ofTags.get(`${name}=${tags[name] ?? ""}`));
  add(global);
  return found.length === 0 ? NONE : found;
}

export const scopeOfProvider = (config: Config, provider: string): Scope | undefined =>
  placesOf(config).ofProviders.get(provider);

/** Every scope of the configuration: keys that were made here are not among them. */
export function allScopes(config: Config): readonly Scope[] {
  const { ofModels, ofProviders, ofTags, global } = placesOf(config);
  const ofKeys = config.keys.flatMap((key) => scopeOfKey(key) ?? []);
  return [...ofKeys, ...ofModels.values(), ...ofProviders.values(), ...ofTags.values(), ...(global ? [global] : [])];
}

const NONE: readonly Scope[] = [];

interface Places {
  readonly ofModels: ReadonlyMap<string, Scope>;
  readonly ofProviders: ReadonlyMap<string, Scope>;
  /** By `name=value`. */
  readonly ofTags: ReadonlyMap<string, Scope>;
  readonly global: Scope | undefined;
}
const PLACES = new WeakMap<Config, Places>();

function placesOf(config: Config): Places {
  const known = PLACES.get(config);
  if (known) return known;
  const { models, providers, limits, budgets } = config;
  const byTag = Map.groupBy(budgets, ({ tag }) => tag);
  const tags = [...byTag].flatMap(([tag, own]) => (tag === undefined ? [] : [scope("tag", tag, { budgets: own })]));
  const places: Places = {
    ofModels: byId(models.map((model) => scope("model", model.name, model))),
    ofProviders: byId(Object.values(providers).map((provider) => scope("provider", provider.name, provider))),
    ofTags: byId(tags),
    global: scope("global", "", { limits, budgets: byTag.get(undefined) }),
  };
  PLACES.set(config, places);
  return places;
}

const OF_KEYS = new WeakMap<KeySettings, { readonly scope: Scope | undefined }>();

export function scopeOfKey(key: KeySettings): Scope | undefined {
  const known = OF_KEYS.get(key);
  if (known) return known.scope;
  const found = scope("key", key.name, key);
  OF_KEYS.set(key, { scope: found });
  return found;
}

interface Limited {
  readonly limits?: LimitsConfig | undefined;
  readonly budgets?: readonly BudgetConfig[] | undefined;
}

/** undefined: nothing is limited there. */
function scope(kind: Scope["kind"], id: string, { limits = {}, budgets = [] }: Limited): Scope | undefined {
  const limitsAnything = Object.values(limits).some((limit) => limit !== undefined);
  if (!limitsAnything && budgets.length === 0) return undefined;
  return { kind, id, label: LABELS[kind](JSON.stringify(id)), limits, budgets };
}

const LABELS: Readonly<Record<Scope["kind"], (id: string) => string>> = {
  key: (id) => `the key ${id}`,
  model: (id) => `the model ${id}`,
  provider: (id) => `the provider ${id}`,
  tag: (id) => `the tag ${id}`,
  global: () => "this gateway",
};

const byId = (scopes: readonly (Scope | undefined)[]): ReadonlyMap<string, Scope> =>
  new Map(scopes.flatMap((one) => (one ? [[one.id, one] as const] : [])));
