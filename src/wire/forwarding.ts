/** Headers that proxies, tunnels and load balancers add on the way: a request that has one came from somewhere else. */
import { oneOf } from "./names.ts";

/** Of a name in lower case, as `Headers` has it. One line for each kind of proxy; add what is missing. */
export const isForwarding = oneOf([
  ...["forwarded", "forwarded-*", "via", "x-forwarded", "x-forwarded-*", "x-original-*", "x-real-*"],
  ...["client-ip", "x-client-ip", "x-cluster-client-ip", "true-client-ip", "proxy-client-ip", "x-proxyuser-ip"],
  ...["cf-*", "cdn-*", "cloudfront-*", "fastly-*", "fly-*", "akamai-*", "x-akamai-*", "incap-*", "x-sucuri-*"],
  ...["x-vercel-*", "x-nf-*", "x-render-*", "x-railway-*", "tailscale-*", "ngrok-*", "x-ngrok-*", "x-codespaces-*"],
  ...["x-envoy-*", "x-varnish", "wl-proxy-*", "x-appengine-*", "x-goog-iap-*", "x-azure-*", "x-arr-*", "x-fd-*"],
]);
