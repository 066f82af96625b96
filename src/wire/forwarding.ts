/** Headers that proxies, tunnels and load balancers add on the way: a request that has one came from somewhere else. */
import { oneOf } from "./name-list.ts";

/** One line for each kind of proxy; add what no client on this machine sends. */
const isAdded = oneOf([
  ...["forwarded", "forwarded-*", "via", "x-forwarded", "x-forwarded-*", "x-original-*", "x-real-*"],
  ...["client-ip", "x-client-ip", "x-cluster-client-ip", "true-client-ip", "proxy-client-ip", "x-proxyuser-ip"],
  ...["x-host", "x-rewrite-url", "x-tunnel-*", "x-github-request-id", "x-codespaces-*"],
  ...["cf-*", "cdn-*", "cloudfront-*", "fastly-*", "fly-*", "akamai-*", "x-akamai-*", "incap-*", "x-sucuri-*"],
  ...["x-vercel-*", "x-nf-*", "x-render-*", "render-proxy-*", "rndr-*", "x-railway-*"],
  ...["tailscale-*", "ngrok-*", "x-ngrok-*", "x-envoy-*", "x-varnish", "wl-proxy-*"],
  // SDKs of the clouds send x-amz-date, x-ms-client-request-id and x-goog-api-client from any machine.
  ...["x-amzn-trace-id", "x-amzn-oidc-*", "x-amz-cf-*", "x-cloud-trace-context", "x-appengine-*", "x-goog-iap-*"],
  ...["x-azure-*", "x-arr-*", "x-fd-*", "x-ms-client-principal*", "x-ms-containerapp-*", "x-ms-original-url"],
]);

/** `name` in lower case, as `Headers` has it. Servers behind a proxy read `x_real_ip` as `x-real-ip`. */
export const isForwarding = (name: string): boolean => isAdded(name.replaceAll("_", "-"));
