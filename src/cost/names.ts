/** A model's name as an upstream knows it, and as a table may have it. */

/** `us/gpt-5.4`: the data zone of a deployment stands in front, as LiteLLM writes it too. */
const ZONES: ReadonlySet<string> = new Set(["us", "eu", "apac", "us-gov", "global"]);

/** Dates, and the marks of clients and clouds: `[1m]`, `@20250929`. Nothing else is cut: a name that is only alike has another price. */
const TAIL = /(-20\d\d-?[01]\d-?[0-3]\d|-latest|\[1m\]|@[a-z0-9-]+)$/;

export interface ModelNames {
  /** From the most exact on. */
  readonly names: readonly string[];
  readonly zone?: string;
}

export function namesOf(model: string): ModelNames {
  // A fine-tuned model has its owner and its own id behind the name that is priced.
  const written = model.toLowerCase().replace(/^(ft:[^:]+):.*$/, "$1");
  const parts = written.split("/");
  const zone = parts.find((part, at) => at < parts.length - 1 && ZONES.has(part));
  const bare = zone === undefined ? parts : parts.slice(parts.indexOf(zone) + 1);
  const names = new Set<string>();
  for (let at = 0; at < bare.length; at++) addAll(names, bare.slice(at).join("/"));
  return { names: [...names], ...(zone !== undefined && { zone }) };
}

function addAll(names: Set<string>, name: string): void {
  names.add(name);
  const cut = name.replace(TAIL, "");
  if (cut !== name && cut !== "") addAll(names, cut);
}
