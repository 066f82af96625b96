/** Headers that proxies, tunnels and load balancers add on the way: a request that has one came from somewhere else. */

/** A name, or a beginning that ends in "*". One line for each kind of proxy; add what is missing. */
const ADDED: readonly string[] = [
  ...["forwarded", "forwarded-*", "via", "x-forwarded", "x-forwarded-*", "x-original-*", "x-real-*"],
  ...["client-ip", "x-client-ip", "x-cluster-client-ip", "true-client-ip", "proxy-client-ip", "x-proxyuser-ip"],
  ...["cf-*", "cdn-*", "cloudfront-*", "fastly-*", "fly-*", "akamai-*", "x-akamai-*", "incap-*", "x-sucuri-*"],
  ...["x-vercel-*", "x-nf-*", "x-render-*", "x-railway-*", "tailscale-*", "ngrok-*", "x-ngrok-*", "x-codespaces-*"],
  ...["x-envoy-*", "x-varnish", "wl-proxy-*", "x-appengine-*", "x-goog-iap-*", "x-azure-*", "x-arr-*", "x-fd-*"],
];

/** `name` in lower case, as `Headers` has it. */
export const isForwarding = (name: string): boolean =>
  NAMES.has(name) || BEGINNINGS.some((beginning) => name.startsWith(beginning));

const NAMES = new Set(ADDED.filter((name) => !name.endsWith("*")));
const BEGINNINGS = ADDED.filter((name) => name.endsWith("*")).map((name) => name.slice(0, -1));
