import { describe, expect, test } from "bun:test";
import { isLoopback } from "../wire/host.ts";
import { isForwarding } from "../wire/forwarding.ts";
import { checkOpenDoor } from "./door.ts";

const at = (headers: Record<string, string>) => () =>
  checkOpenDoor(new Headers({ host: "127.0.0.1:4141", ...headers }));

describe("a gateway without keys", () => {
  test("answers to this machine by any of its local names", () => {
    for (const host of ["localhost", "localhost:4141", "127.0.0.1:4141", "[::1]:4141", "LOCALHOST"])
      expect(at({ host })).not.toThrow();
  });

  test("refuses a foreign Host, which is how DNS rebinding comes in", () => {
    for (const host of ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "10.0.0.1", ""])
      expect(at({ host })).toThrow(/no key configured/);
  });

  test("refuses whatever came through a tunnel or proxy", () => {
    for (const name of ["Forwarded", "X-Forwarded-For", "X-Forwarded-Anything", "CF-Connecting-IP", "Via", "X-Real-IP"])
      expect(at({ [name]: "x" })).toThrow(/Set a key/);
  });

  test.each([
    ...["True-Client-IP", "X-Client-IP", "Client-IP", "X-Cluster-Client-IP", "X-Original-Forwarded-For"],
    ...["X-Original-Host", "Fastly-Client-IP", "CDN-Loop", "CF-Ray", "CloudFront-Viewer-Address", "Fly-Client-IP"],
    ...["X-Envoy-External-Address", "X-Azure-ClientIP", "X-Azure-FDID", "X-ARR-ClientCert", "X-AppEngine-User-IP"],
    ...[
      "X-Vercel-Forwarded-For",
      "X-NF-Client-Connection-IP",
      "Akamai-Origin-Hop",
      "Tailscale-User-Login",
      "X-Varnish",
    ],
    ...["X-Host", "X-Rewrite-URL", "X-Original-URL", "X-Tunnel-Id", "X-GitHub-Request-Id", "X-Cloud-Trace-Context"],
    ...["X-Amzn-Trace-Id", "X-Amzn-OIDC-Identity", "X-Amz-CF-Id", "X-Vercel-Id", "X-NF-Request-Id", "Fly-Region"],
    ...["X-Railway-Edge", "X-Render-Origin-Server", "Rndr-Id", "Ngrok-Trace-Id", "X-ARR-LOG-ID"],
    ...["X-MS-Client-Principal-Name", "X-MS-ContainerApp-Name", "X_Forwarded_For", "X_Real_IP", "cf_connecting_ip"],
    ...["X-Forwarded_For", "True_Client-IP"],
  ])("refuses what %s says has come from elsewhere, and sends it to no vendor", (name) => {
    expect(at({ [name]: "203.0.113.5" })).toThrow(/through a proxy or tunnel/);
    expect(isForwarding(name.toLowerCase())).toBe(true);
  });

  test("lets in what a client on this machine sends", () => {
    for (const name of [
      ...["Accept-Encoding", "Accept-Language", "Sec-Fetch-Mode", "Traceparent", "Tracestate", "Baggage", "Version"],
      ...["X-Stainless-Lang", "X-Stainless-Helper-Method", "X-App", "X-Request-Id", "X-Client-Request-Id"],
      ...["Anthropic-Beta", "OpenAI-Beta", "Originator", "Session_Id", "Thread-Id", "X-Initiator", "X-Session-Id"],
      ...["X-Session-Affinity", "X-Claude-Code-Session-Id", "X-Codex-Turn-Metadata", "HTTP-Referer", "X-Title"],
      // Of the clouds' own SDKs.
      ...[
        "X-MS-Client-Request-Id",
        "X-MS-UserAgent",
        "X-MS-Version",
        "X-MS-Date",
        "X-Goog-Api-Client",
        "X-Goog-Api-Key",
      ],
      ...["X-Amz-Date", "X-Amz-Security-Token", "X-Amz-Content-SHA256", "X-Amzn-Bedrock-Trace", "X-Amz-User-Agent"],
    ])
      expect(at({ [name]: "x" })).not.toThrow();
  });

  test("does not take for its own name what only begins or ends like it", () => {
    for (const host of ["localhost:", "localhost:80:80", "localhost:0x50", ":80", "localhost.", "[::1]:80x", "::1"])
      expect(at({ host })).toThrow(/not to the host/);
  });

  test("refuses a web page of elsewhere, and lets one of this machine in", () => {
    expect(at({ origin: "https://evil.example" })).toThrow(/web page/);
    expect(at({ origin: "null" })).toThrow(/web page/);
    expect(at({ origin: "http://localhost:3000" })).not.toThrow();
  });

  test("knows a loopback address", () => {
    for (const host of ["127.0.0.1", "127.8.8.8", "localhost", "::1", "[::1]"]) expect(isLoopback(host)).toBe(true);
    for (const host of ["0.0.0.0", "::", "192.168.1.1", "127.0.0.1.example.com"]) expect(isLoopback(host)).toBe(false);
  });
});
