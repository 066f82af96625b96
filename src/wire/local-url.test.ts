import { expect, test } from "bun:test";
import { localUrl } from "./local-url.ts";

test("whatever a server listens on can be called by its URL", () => {
  const callable = ["127.0.0.1", "localhost", "::1", "[::1]", "0.0.0.0", "::", "[::]"].map((host) => localUrl(host, 1));
  expect(callable).toEqual([
    "http://127.0.0.1:1",
    "http://localhost:1",
    "http://[::1]:1",
    "http://[::1]:1",
    "http://127.0.0.1:1",
    "http://127.0.0.1:1",
    "http://127.0.0.1:1",
  ]);
  for (const url of callable) expect(URL.canParse(url)).toBe(true);
});
