/** Labels in headers of the gateway's own: what is well said is kept, and nothing else, and nothing is an error. */
import { describe, expect, test } from "bun:test";
import { LIMITS } from "../wire/limits.ts";
import { ownOrigin, ownTags, wordOf } from "./own-headers.ts";

const origin = (said: Record<string, string>) =>
  ownOrigin(new Headers(Object.entries(said).map(([name, value]) => [`x-codeswitch-${name}`, value])));
const tags = (said: string) => ownTags(new Headers({ "x-codeswitch-tags": said }));
/** As a header that came in UTF-8 is read. */
const asHeader = (text: string): string => Buffer.from(text).toString("latin1");

test("each label is read from its header", () => {
  const said = { session: "s-1", agent: "a-1", "parent-agent": "a-0", repo: "acme/shop", branch: "fix/it", pr: "17" };
  expect(origin(said)).toEqual({
    session: "s-1",
    sessionFrom: "x-codeswitch-session",
    agent: "a-1",
    parentAgent: "a-0",
    repo: "acme/shop",
    branch: "fix/it",
    pr: "17",
  });
  expect(origin({})).toEqual({});
});

test("a repository is kept by its name, whoever's secret stands in its address", () => {
  expect(origin({ repo: "https://me:secret@github.com/acme/shop.git" }).repo).toBe("github.com/acme/shop");
  expect(origin({ repo: "https://me:secret@" }).repo).toBeUndefined();
  expect(origin({ repo: "me:secret@nowhere" }).repo).toBeUndefined();
});

test("letters beyond ASCII come as UTF-8", () => {
  expect(origin({ branch: asHeader("grüße/日本") }).branch).toBe("grüße/日本");
  expect(origin({ branch: "gr\u00fc\u00dfe" }).branch).toBe("grüße");
});

describe("a label that a log could not show is passed over", () => {
  test.each(["", "   ", "a\u0085b", asHeader("a\u202eb"), asHeader("a\u{e0041}b"), "a\tb"])("%j", (branch) => {
    expect(origin({ branch, pr: "17" })).toEqual({ pr: "17" });
  });
});

test("a label may be as long as the limit, and not longer", () => {
  const longest = "x".repeat(LIMITS.labelLengthMax);
  expect(origin({ session: longest }).session).toBe(longest);
  expect(origin({ session: `${longest}x` })).toEqual({});
  expect(origin({ session: asHeader("日".repeat(LIMITS.labelLengthMax)) }).session).toHaveLength(LIMITS.labelLengthMax);
  expect(wordOf(" ".repeat(10_000_000))).toBeUndefined();
});

test("tags are pairs; what is none is passed over, and the rest stays", () => {
  expect(tags("team=search, ticket = A-12 ,,=x,no,bad name=1,empty=,ok=a=b")).toEqual({
    team: "search",
    ticket: "A-12",
    ok: "a=b",
  });
  expect(tags("__proto__=x,constructor=y")).toEqual(JSON.parse('{"__proto__":"x","constructor":"y"}'));
  expect(ownTags(new Headers())).toEqual({});
});

test("a call may have as many tags as the limit, and not one more", () => {
  const many = Array.from({ length: LIMITS.callTagsMax + 1 }, (_, at) => `t${at}=v`);
  expect(Object.keys(tags(many.join(",")))).toEqual(many.slice(0, -1).map((pair) => pair.split("=")[0] ?? ""));
});
