/** This shell and this configuration: proxies, certificates, keys. Nobody is asked, so that nothing is green. */
import type { Config } from "../config/config.ts";
import { isWeakKey, KEY_LENGTH_MIN } from "../config/expose.ts";
import { isLoopback } from "../wire/host.ts";
import { fault, type Finding, noted, warning } from "./finding.ts";

const ABOUT = "this machine";
type Variables = Readonly<Record<string, string | undefined>>;

export const checkMachine = (config: Config, variables: Variables): Finding[] => [
  ...checkProxy(config, variables),
  ...checkCertificates(variables),
  ...checkKeys(config),
];

/** The runtime reads these, in capitals or not. */
const PROXIES = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"] as const;

function checkProxy({ providers }: Config, variables: Variables): Finding[] {
  const set = PROXIES.filter((name) => (variables[name] ?? "") !== "");
  if (set.length === 0) return [noted(ABOUT, "proxy", "No proxy variable is set: providers are called directly.")];
  const exceptions = (variables.NO_PROXY ?? variables.no_proxy ?? "").split(",").map((host) => host.trim());
  const local = Object.values(providers)
    .map(({ baseUrl }) => URL.parse(baseUrl)?.hostname ?? "")
    .filter((host) => isLoopback(host) && !exceptions.includes(host) && !exceptions.includes("*"));
  const found = set.map((name) => proxyFinding(name, variables[name] ?? ""));
  if (local.length === 0) return found;
  const all = [...exceptions.filter(Boolean), ...local].join(",");
  const says = `${set[0]} is set, and NO_PROXY does not name ${local.join(", ")}: a provider on this machine would be looked for behind the proxy. Set NO_PROXY=${all}.`;
  return [...found, warning(ABOUT, "proxy", says)];
}

function proxyFinding(name: string, value: string): Finding {
  const url = URL.parse(value);
  if (url && /^https?:$/.test(url.protocol))
    return noted(ABOUT, "proxy", `${name} is set: providers are called through ${url.host}.`);
  const says = `${name} is set, and is no address of a proxy. Write it like http://proxy.example.com:3128, or unset it.`;
  return fault(ABOUT, "proxy", says);
}

const UNCHECKED =
  "NODE_TLS_REJECT_UNAUTHORIZED is 0, so that anybody on the way can read keys and prompts. Unset it, and name your own authority in NODE_EXTRA_CA_CERTS instead.";
const checkCertificates = ({ NODE_TLS_REJECT_UNAUTHORIZED }: Variables): Finding[] =>
  NODE_TLS_REJECT_UNAUTHORIZED === "0" ? [fault(ABOUT, "tls", UNCHECKED)] : [];

const NO_KEY =
  "No key is configured: a gateway of this configuration serves this machine only, and nothing that comes through a tunnel.";
const isShort = (name: string): string =>
  `The key ${name} is shorter than ${KEY_LENGTH_MIN} characters and can be guessed. Make a new one: openssl rand -hex 24.`;
const isShared = (name: string, provider: string): string =>
  `The key ${name} is the same as the api_key of the provider ${provider}: whoever calls the gateway with it holds your vendor's key. Give callers a key of their own: openssl rand -hex 24.`;
const areTwins = (twin: string, one: string): string =>
  `The providers ${twin} and ${one} are of two vendors and have the same api_key: one of them is pasted into the wrong place.`;

function checkKeys({ keys, providers }: Config): Finding[] {
  if (keys.length === 0) return [noted(ABOUT, "keys", NO_KEY)];
  const shared = keys.flatMap(({ name, key }) =>
    Object.values(providers)
      .filter(({ apiKey }) => apiKey === key)
      .map((provider) => fault(ABOUT, "keys", isShared(name, provider.name))),
  );
  const short = keys.filter(isWeakKey).map(({ name }) => warning(ABOUT, "keys", isShort(name)));
  const found = [...short, ...shared, ...twins(providers)];
  const all = keys.length === 1 ? "The key is" : `All ${keys.length} keys are`;
  return found.length > 0 ? found : [noted(ABOUT, "keys", `${all} long enough and nobody else's.`)];
}

/** Two vendors never give out the same key. */
function twins(providers: Config["providers"]): Finding[] {
  const all = Object.values(providers);
  return all.flatMap((one, index) => {
    const twin = all
      .slice(0, index)
      .find((other) => other.apiKey !== undefined && other.apiKey === one.apiKey && other.kind !== one.kind);
    return twin ? [warning(ABOUT, "keys", areTwins(twin.name, one.name))] : [];
  });
}
