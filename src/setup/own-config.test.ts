import { describe, expect, test } from "bun:test";
import { parse } from "yaml";
import { addKey } from "./own-config.ts";

const MADE = { name: "codex", key: "cs-made" };
const REST = "providers: { s: { kind: simulator } }\n";

describe("a key of a client's own in our file", () => {
  test.each([
    [
      "a list",
      "auth:\n  keys:\n    - name: a # me\n      key: b\n",
      'auth:\n  keys:\n    - name: a # me\n      key: b\n    - name: codex\n      key: "cs-made"\n',
    ],
    [
      "a list at the margin",
      "auth:\n  keys:\n  - name: a\n    key: b # secret\n",
      'auth:\n  keys:\n  - name: a\n    key: b # secret\n  - name: codex\n    key: "cs-made"\n',
    ],
    [
      "a list of one line",
      'auth: { keys: [ { name: a, key: "b" } ] }\n',
      'auth: { keys: [ { name: a, key: "b" }, { "name": "codex", "key": "cs-made" } ] }\n',
    ],
    [
      "a list whose variables have no quotes",
      "auth: { keys: [ { name: a, key: ${KEY} } ] }\n",
      'auth: { keys: [ { name: a, key: ${KEY} }, { "name": "codex", "key": "cs-made" } ] }\n',
    ],
    [
      "an empty list",
      "auth: { keys: [] } # nobody\n",
      'auth: { keys: [{ "name": "codex", "key": "cs-made" }] } # nobody\n',
    ],
    [
      "no list",
      "# mine\n",
      '# mine\nproviders: { s: { kind: simulator } }\n\nauth:\n  keys:\n    - name: codex\n      key: "cs-made"\n',
    ],
  ])("%s", (name, text, expected) => {
    const before = name === "no list" ? text + REST : text;
    expect(addKey("x.yaml", before, MADE)).toBe(expected);
  });

  test.each([
    ["auth without keys", `auth:\n  # nobody yet\n  keys:\n${REST}`],
    ["a file of JSON", '{ "auth": { "keys": [ { "name": "a", "key": "b" } ] }, "providers": {} }'],
    ["an end without a line end", `${REST}auth:\n  keys:\n    - { name: a, key: b }`],
    ["Windows line ends", "auth:\r\n  keys:\r\n    - name: a\r\n      key: b\r\nproviders: {}\r\n"],
    ["more behind it", `auth:\n  keys:\n    - name: a\n      key: b\n\n# below\n${REST}`],
    ["a comment in front of everything", `# mine\n\n${REST}`],
  ])("%s: the new key is there, and everything else as it was", (_name, text) => {
    const after = addKey("x.yaml", text, MADE);
    const old = parse(text) as { auth?: { keys?: object[] } };
    expect(parse(after)).toEqual({ ...old, auth: { ...old.auth, keys: [...(old.auth?.keys ?? []), MADE] } });
    for (const [comment = ""] of text.matchAll(/# .*/g)) expect(after).toContain(comment.trim());
    if (text.includes("\r\n")) expect(after.replaceAll("\r\n", "")).not.toContain("\n");
  });

  test("a broken file is refused", () =>
    expect(() => addKey("x.yaml", "auth: [", MADE)).toThrow("x.yaml is not valid YAML"));
});
