import { describe, expect, test } from "bun:test";
import { DEFAULTS } from "../config/default.ts";
import type { Config, KeyConfig } from "../config/config.ts";
import { GatewayError } from "../ir/error.ts";
import { makeKey } from "./made-key.ts";
import type { MadeKeys } from "./made-keys.ts";
import { type Keyring, keyringOf } from "./keyring.ts";

const config = (keys: readonly Partial<KeyConfig>[], more: Partial<Config> = {}): Config => ({
  ...DEFAULTS,
  keys: keys.map((key) => ({ name: `name of ${key.key}`, key: "k", ...key })),
  providers: {},
  models: [],
  source: "a test",
  warnings: [],
  ...more,
});

const NOW = Date.parse("2026-11-22T12:00:00Z");
const ring = (of: Config, more: { made?: MadeKeys; unreadable?: "open" | "unknown" } = {}): Keyring =>
  keyringOf({ config: () => of, clock: () => NOW, ...more });

async function ask(keys: Keyring, key?: string, peer = "127.0.0.1"): Promise<string> {
  try {
    const caller = await keys.identify(new Headers(key === undefined ? {} : { "x-api-key": key }), () => peer);
    return `${caller.id} ${caller.name}`;
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    return `${error.status} ${error.message}`;
  }
}

const made = (exist: () => ReturnType<MadeKeys["exist"]>, known: Readonly<Record<string, string>> = {}): MadeKeys => ({
  exist,
  find: (key) => {
    const name = known[key];
    return name === undefined ? Promise.resolve(undefined) : { id: `id of ${name}`, name, key: { name } };
  },
  poll: async () => {},
});

describe("keys of the configuration", () => {
  test("are found in all three places, at once, and nobody else is let in", async () => {
    const keys = ring(config([{ key: "a" }, { key: "b" }]));
    for (const [name, value] of [
      ["authorization", "Bearer b"],
      ["x-api-key", "b"],
      ["api-key", "b"],
    ] as const)
      expect(keys.identify(new Headers({ [name]: value }), () => "")).toMatchObject({
        id: "file:name of b",
        name: "name of b",
      });
    expect(await ask(keys, "c")).toStartWith("401 The API key is not one of this gateway's keys");
    expect(await ask(keys)).toStartWith("401 No API key came");
    expect(keys.access()).toBe("closed");
  });

  test("are those of the configuration that holds now", async () => {
    let holds = config([{ key: "a" }]);
    const keys = keyringOf({ config: () => holds, clock: () => NOW });
    expect(await ask(keys, "a")).toBe("file:name of a name of a");
    holds = config([{ key: "b" }]);
    expect(await ask(keys, "a")).toStartWith("401 ");
    expect(await ask(keys, "b")).toBe("file:name of b name of b");
  });

  test("expire, and are taken from their addresses only", async () => {
    const keys = ring(
      config([
        { key: "old", expires: "2026-11-22T12:00:00Z" },
        { key: "new", expires: "2026-11-22T12:00:01Z" },
        { key: "here", addresses: ["10.0.0.0/8"] },
      ]),
    );
    expect(await ask(keys, "old")).toStartWith("401 The API key name of old expired on 2026-11-22T12:00:00.000Z.");
    expect(await ask(keys, "new")).toBe("file:name of new name of new");
    expect(await ask(keys, "here", "::ffff:10.0.0.1")).toBe("file:name of here name of here");
    expect(await ask(keys, "here", "192.0.2.1")).toStartWith("403 The API key name of here may not be used from");
  });

  test("the owner's is a caller named owner, without limits", () => {
    const keys = ring(config([{ key: "a", models: ["x"] }], { ownerKey: "the owner's key" }));
    expect(keys.identify(new Headers({ "api-key": "the owner's key" }), () => "")).toEqual({
      id: "owner",
      name: "owner",
    });
    expect(ring(config([], { ownerKey: "o" })).access()).toBe("closed");
  });
});

describe("made keys", () => {
  const key = makeKey();
  test("are found beside those of the configuration", async () => {
    const keys = ring(config([{ key: "a" }]), { made: made(() => "yes", { [key]: "laptop" }) });
    expect(await ask(keys, key)).toBe("id of laptop laptop");
    expect(await ask(keys, "a")).toBe("file:name of a name of a");
    expect(await ask(keys, makeKey())).toStartWith("401 The API key is none of this gateway's: it was never made");
  });

  test("with a typo are told without asking the store", async () => {
    const never: MadeKeys = { ...made(() => "yes"), find: () => expect.unreachable() };
    expect(await ask(ring(config([]), { made: never }), key.slice(0, -1))).toStartWith("401 The API key was mistyped");
    expect(await ask(ring(config([]), { made: never }), "sk-something")).toStartWith("401 The API key is not one");
  });

  test("close an open gateway, which stays closed when the last is deleted", async () => {
    let exist: ReturnType<MadeKeys["exist"]> = "no";
    const keys = ring(config([]), { made: made(() => exist, { [key]: "laptop" }) });
    expect(await ask(keys)).toBe("local local");
    exist = "yes";
    expect(keys.access()).toBe("closed");
    expect(await ask(keys)).toStartWith("401 ");
    exist = "no";
    expect(await ask(keys)).toStartWith("401 ");
    expect(await ask(keys, key)).toBe("id of laptop laptop");
  });

  test("are their callers at once, also before the gateway has heard that there is one", async () => {
    const keys = ring(config([]), { made: made(() => "no", { [key]: "laptop" }) });
    expect(await ask(keys, key)).toBe("id of laptop laptop");
    expect(await ask(keys, makeKey())).toBe("local local");
    expect(await ask(keys, "anything")).toBe("local local");
  });

  test("that nobody knows of yet keep the gateway shut", async () => {
    const slow = made(() => "unknown", { [key]: "laptop" });
    const shut = ring(config([]), { made: slow });
    expect(await ask(shut)).toStartWith("503 The database that holds this gateway's keys has not answered yet");
    expect(await ask(shut, "anything")).toStartWith("503 ");
    expect(await ask(shut, key)).toBe("id of laptop laptop");
    expect(await ask(ring(config([{ key: "a" }]), { made: slow }))).toStartWith("401 ");
  });

  test("in a store that cannot be read keep the gateway of a database shut, and that of a file open", async () => {
    const broken = made(() => "unreadable");
    expect(await ask(ring(config([]), { made: broken, unreadable: "unknown" }))).toStartWith("503 ");
    expect(await ask(ring(config([]), { made: broken }))).toBe("local local");
  });
});
