import { describe, expect, test } from "bun:test";
import { checkOpenDoor, isLoopback } from "./door.ts";

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
