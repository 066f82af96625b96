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
  return [
    ...set.map((name) => proxyFinding(name, variables[name] ?? "")),
    ...(local.length === 0
      ? []
      : [
          warning(
            ABOUT,
            "proxy",
            `${set[0]} is set, and NO_PROXY does not name ${local.join(", ")}: a provider on this machine would be looked for behind the proxy. Set NO_PROXY=${[...exceptions.filter(Boolean), ...local].join(",")}.`,
          ),
        ]),
  ];
}

function proxyFinding(name: string, value: string): Finding {
  const url = URL.parse(value);
  if (!url || !/^https?:$/.test(url.protocol))
    return fault(
      ABOUT,
      "proxy",
      `${name} is set, and is no address of a proxy. Write it like http://proxy.example.com:3128, or unset it.`,
    );
  return noted(ABOUT, "proxy", `${name} is set: providers are called through ${url.host}.`);
}

function checkCertificates({ NODE_TLS_REJECT_UNAUTHORIZED }: Variables): Finding[] {
  if (NODE_TLS_REJECT_UNAUTHORIZED !== "0") return [];
  return [
    fault(
      ABOUT,
      "tls",
      "NODE_TLS_REJECT_UNAUTHORIZED is 0, so that anybody on the way can read keys and prompts. Unset it, and name your own authority in NODE_EXTRA_CA_CERTS instead.",
    ),
  ];
}

function checkKeys({ keys, providers }: Config): Finding[] {
  if (keys.length === 0)
    return [
      noted(
        ABOUT,
        "keys",
        "No key is configured: a gateway of this configuration serves this machine only, and nothing that comes through a tunnel.",
      ),
    ];
  const short = keys.filter(isWeakKey);
  const shared = keys.flatMap(({ name, key }) =>
    Object.values(providers)
      .filter(({ apiKey }) => apiKey === key)
      .map((provider) => ({ name, provider: provider.name })),
  );
  const found = [
    ...short.map(({ name }) =>
      warning(
        ABOUT,
        "keys",
        `The key ${name} is shorter than ${KEY_LENGTH_MIN} characters and can be guessed. Make a new one: openssl rand -hex 24.`,
      ),
    ),
    ...shared.map(({ name, provider }) =>
      fault(
        ABOUT,
        "keys",
        `The key ${name} is the same as the api_key of the provider ${provider}: whoever calls the gateway with it holds your vendor's key. Give callers a key of their own: openssl rand -hex 24.`,
      ),
    ),
    ...twins(providers),
  ];
  return found.length > 0
    ? found
    : [
        noted(
          ABOUT,
          "keys",
          `${keys.length === 1 ? "The key is" : `All ${keys.length} keys are`} long enough and nobody else's.`,
        ),
      ];
}

/** Two vendors never give out the same key. */
function twins(providers: Config["providers"]): Finding[] {
  const all = Object.values(providers);
  return all.flatMap((one, index) => {
    const twin = all
      .slice(0, index)
      .find((other) => other.apiKey !== undefined && other.apiKey === one.apiKey && other.kind !== one.kind);
    return twin
      ? [
          warning(
            ABOUT,
            "keys",
            `The providers ${twin.name} and ${one.name} are of two vendors and have the same api_key: one of them is pasted into the wrong place.`,
          ),
        ]
      : [];
  });
}
