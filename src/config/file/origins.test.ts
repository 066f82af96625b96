/** An origin is what a browser sends, to the letter: anything else would never match, and is refused. */
import { expect, test } from "bun:test";
import { originFault, originWarnings, withoutSlash } from "./origins.ts";

test.each(["https://chat.example.com", "http://localhost:5173", "http://[::1]:3000", "vscode-webview://abc123"])(
  "%s may be named",
  (origin) => expect(originFault(origin)).toBeUndefined(),
);

test("what was pasted from an address bar loses its slash", () => {
  expect(originFault(withoutSlash("https://chat.example.com/"))).toBeUndefined();
});

test("* is refused, for it would do nothing", () => {
  expect(originFault("*")).toContain("does nothing");
});

test.each([
  "https://chat.example.com/app",
  "https://Chat.example.com",
  "https://chat.example.com:443",
  "https://*.example.com",
  "https://me@chat.example.com",
  "chat.example.com",
  "null",
  "",
])("%s is refused, for no browser sends it", (origin) => {
  expect(originFault(origin)).toContain("not what a browser sends");
});

test("pages of other machines without a key are warned of, and only they", () => {
  expect(originWarnings(["https://chat.example.com"], [])).toEqual([expect.stringContaining("auth.keys")]);
  expect(originWarnings(["https://chat.example.com"], [{}])).toEqual([]);
  expect(originWarnings(["http://localhost:5173"], [])).toEqual([]);
});
