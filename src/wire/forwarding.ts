/** Headers that proxies, tunnels and load balancers add on the way: a request that has one came from somewhere else. */

/** A name, or a beginning that ends in "*". One line for each kind of proxy; add what no client on this machine sends. */
const ADDED: readonly string[] = [
  ...["forwarded", "forwarded-*", "via", "x-forwarded", "x-forwarded-*", "x-original-*", "x-real-*"],
  ...["client-ip", "x-client-ip", "x-cluster-client-ip", "true-client-ip", "proxy-client-ip", "x-proxyuser-ip"],
  ...["x-host", "x-rewrite-url", "x-tunnel-*", "x-github-request-id", "x-codespaces-*"],
  ...["cf-*", "cdn-*", "cloudfront-*", "fastly-*", "fly-*", "akamai-*", "x-akamai-*", "incap-*", "x-sucuri-*"],
  ...["x-vercel-*", "x-nf-*", "x-render-*", "render-proxy-*", "rndr-*", "x-railway-*"],
  ...["tailscale-*", "ngrok-*", "x-ngrok-*", "x-envoy-*", "x-varnish", "wl-proxy-*"],
  // SDKs of the clouds send x-amz-date, x-ms-client-request-id and x-goog-api-client from any machine.
  ...["x-amzn-trace-id", "x-amzn-oidc-*", "x-amz-cf-*", "x-cloud-trace-context", "x-appengine-*", "x-goog-iap-*"],
  ...["x-azure-*", "x-arr-*", "x-fd-*", "x-ms-client-principal*", "x-ms-containerapp-*", "x-ms-original-url"],
];

/** `name` in lower case, as `Headers` has it. Servers behind a proxy read `x_real_ip` as `x-real-ip`. */
export function isForwarding(name: string): boolean {
  const dashed = name.replaceAll("_", "-");
  return NAMES.has(dashed) || BEGINNINGS.some((beginning) => dashed.startsWith(beginning));
}

const NAMES = new Set(ADDED.filter((name) => !name.endsWith("*")));
const BEGINNINGS = ADDED.filter((name) => name.endsWith("*")).map((name) => name.slice(0, -1));
