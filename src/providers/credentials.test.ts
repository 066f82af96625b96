import { describe, expect, test } from "bun:test";
import { headersWithoutCredentials, withoutCredentials } from "./credentials.ts";

const KEY = "sk-live/AB+cd=0123456789";
const vendor = {
  apiKey: KEY,
  headers: {
    "X-Proxy": "Bearer proxy-token-77",
    "X-Team": "blue",
    Authorization: `Basic ${btoa("me:pass word&more")}`,
  },
};
const clean = (text: string, of: Parameters<typeof withoutCredentials>[1] = vendor) => withoutCredentials(text, of);

describe("a key that a vendor repeats is taken out", () => {
  test.each([
    ["as it is", KEY],
    ["in other letters", KEY.toUpperCase()],
    ["in JSON", KEY.replaceAll("/", "\\/").replaceAll("+", "\\u002B").replaceAll("=", "\\u003d")],
    ["in JSON inside of JSON", KEY.replaceAll("/", "\\\\/")],
    ["in a URL", encodeURIComponent(KEY)],
    ["on a web page", KEY.replaceAll("/", "&#x2F;").replaceAll("+", "&#43;").replaceAll("=", "&#61;")],
    ["in base64", btoa(KEY)],
    ["of another header", "proxy-token-77"],
    ["of Basic", btoa("me:pass word&more")],
    ["of Basic, decoded", "pass word&amp;more"],
  ])("%s", (_how, spelt) => {
    expect(clean(`{"message": "Wrong key: Bearer ${spelt}."}`)).toMatch(
      /^\{"message": "Wrong key: Bearer \[redacted\]=?=?\."\}$/,
    );
    expect(clean(`${spelt} and ${spelt}`)).toMatch(/^\[redacted\]=?=? and \[redacted\]=?=?$/);
  });

  test("in headers too", () => {
    expect(headersWithoutCredentials({ "x-request-id": "abc", "retry-after": `1 ${KEY}` }, vendor)).toEqual({
      "x-request-id": "abc",
      "retry-after": "1 [redacted]",
    });
  });
});

describe("what is no key stays, to the letter", () => {
  test("words, other keys and pieces of it", () => {
    for (const text of [
      "",
      "The model said: «no», 1.0",
      "sk-live/AB",
      `${KEY.slice(0, -1)}`,
      "blue is a colour",
      "\u0000\ud800",
    ])
      expect(clean(text)).toBe(text);
    expect(withoutCredentials("anything", { headers: {} })).toBe("anything");
  });

  test("a short one is taken out in the place of a key only", () => {
    const short = { apiKey: "test", headers: { "x-team": "blue" } };
    for (const text of ["This test is blue.", "latest", "x-team: blueish", "Bearer tested", "my-x-team: blue"])
      expect(clean(text, short)).toBe(text);
    expect(clean('Authorization: Bearer test; "x-api-key": "test", api-key=test, X-Team: blue', short)).toBe(
      'Authorization: Bearer [redacted]; "x-api-key": "[redacted]", api-key=[redacted], X-Team: [redacted]',
    );
  });
});

test("a vendor's page costs its length, whatever it holds", () => {
  const size = 64 * 1024;
  const first = clean("warm");
  expect(first).toBe("warm");
  for (const unit of ["\\", "&#", "sk-live", "%", "bearer ", "s", "x-team: ", KEY.slice(0, -1), "=\\\\\\\\"]) {
    const page = unit.repeat(size / unit.length);
    const slashes = { apiKey: `/${"/".repeat(20)}`, headers: { "x-a": "\\\\\\\\\\\\\\\\\\\\" } };
    for (const of of [vendor, slashes]) {
      const started = process.cpuUsage();
      clean(page, of);
      expect([unit, process.cpuUsage(started).user < 400_000]).toEqual([unit, true]);
    }
  }
});
