import { describe, expect, test } from "bun:test";
import { isLoopback } from "../config/expose.ts";
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
  ])("refuses what %s says has come from elsewhere, and sends it to no vendor", (name) => {
    expect(at({ [name]: "203.0.113.5" })).toThrow(/through a proxy or tunnel/);
    expect(isForwarding(name.toLowerCase())).toBe(true);
  });

  test("lets in what a client on this machine sends", () => {
    for (const name of [
      "Accept-Encoding",
      "X-Stainless-Lang",
      "X-App",
      "X-Request-Id",
      "Traceparent",
      "Anthropic-Beta",
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
