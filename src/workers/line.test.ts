/** What two processes ask each other. */
import { describe, expect, test } from "bun:test";
import { joinedLines } from "../../test/fixtures/lines.ts";
import { LateError } from "../time/limit.ts";
import { lineOf } from "./line.ts";

describe("a line", () => {
  test("brings back what was answered, at once or later", async () => {
    const { here } = joinedLines({
      add: (a: number, b: number) => a + b,
      later: async () => ({ x: 1 }),
      nothing: () => {},
    });
    expect(await here.ask("add", [1, 2])).toBe(3);
    expect(await here.ask("later", [])).toEqual({ x: 1 });
    expect(await here.ask("nothing", [])).toBeNull();
  });

  test("brings back what was thrown, with its code", async () => {
    const { here } = joinedLines({
      fail: () => {
        throw Object.assign(new Error("taken"), { code: "EADDRINUSE" });
      },
    });
    await expect(here.ask("fail", [])).rejects.toMatchObject({ message: "taken", code: "EADDRINUSE" });
    await expect(here.ask("unknown", [])).rejects.toThrow();
  });

  test("sends what one turn of the loop asks in one message, and its answers too", async () => {
    const { here, parcels } = joinedLines({ echo: (word: string) => word });
    const words = ["a", "b", "c"];
    expect(await Promise.all(words.map((word) => here.ask("echo", [word])))).toEqual(words);
    expect(parcels.length).toBe(2);
  });

  test("is late after its time, and hands over what comes then", async () => {
    const slow = Promise.withResolvers<string>();
    const { here } = joinedLines({ slow: () => slow.promise });
    const came = Promise.withResolvers<unknown>();
    const asked = here.ask("slow", [], { withinMs: 5, late: came.resolve });
    await expect(asked).rejects.toBeInstanceOf(LateError);
    slow.resolve("after all");
    expect(await came.promise).toBe("after all");
  });

  test("fails what waits, and what is asked then, when it is cut", async () => {
    const { here } = joinedLines({ never: () => new Promise(() => {}) });
    const waiting = here.ask("never", []);
    here.cut();
    await expect(waiting).rejects.toThrow("gone");
    await expect(here.ask("never", [])).rejects.toThrow("gone");
    here.tell("never");
  });

  test("is cut where it cannot send", async () => {
    const line = lineOf(() => {
      throw new Error("closed");
    }, {});
    await expect(line.ask("x", [])).rejects.toThrow("gone");
  });
});
