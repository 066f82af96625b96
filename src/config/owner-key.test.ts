import { describe, expect, test } from "bun:test";
import { BASE, complaint, load } from "../../test/config-folder.ts";
import { printConfig } from "./print.ts";

const OWNER = "the-owner-0123456789abcdef";
const FILED = "the-filed-0123456789abcdef";
const OLD = "the-older-0123456789abcdef";

describe("the owner's key", () => {
  test("is the variable's, else the file's, else that of the old name, with a remark", () => {
    const file = `${BASE}auth: { owner_key: ${FILED} }\n`;
    const all = { CODESWITCH_OWNER_KEY: OWNER, LITELLM_MASTER_KEY: OLD };
    expect(load(file, { variables: all })).toMatchObject({ ownerKey: OWNER, warnings: [] });
    expect(load(file, { variables: { LITELLM_MASTER_KEY: OLD } })).toMatchObject({ ownerKey: FILED, warnings: [] });
    expect(load(BASE, { variables: { LITELLM_MASTER_KEY: OLD } })).toMatchObject({
      ownerKey: OLD,
      warnings: [
        "LITELLM_MASTER_KEY is read as the owner's key of this gateway. Its name here is CODESWITCH_OWNER_KEY.",
      ],
    });
    expect(load(undefined, { variables: { CODESWITCH_OWNER_KEY: OWNER } }).ownerKey).toBe(OWNER);
    expect(load(BASE).ownerKey).toBeUndefined();
  });

  test("may not be a sample, nor a caller's", () => {
    for (const sample of ["sk-1234", "change-me"]) {
      for (const name of ["CODESWITCH_OWNER_KEY", "LITELLM_MASTER_KEY"])
        expect(complaint(BASE, { variables: { [name]: sample } })).toStartWith(
          `environment: ${name} is a sample value that everybody knows, and is refused as a key.`,
        );
      expect(complaint(`${BASE}auth: { owner_key: ${sample} }\n`)).toStartWith(
        "codeswitch.yaml:5: auth.owner_key is a sample value that everybody knows",
      );
    }
    const keys = `auth: { keys: [ { name: me, key: ${OWNER} } ] }\n`;
    expect(complaint(BASE + keys, { variables: { CODESWITCH_OWNER_KEY: OWNER } })).toStartWith(
      "environment: CODESWITCH_OWNER_KEY is the same key as that of me, which is a caller's.",
    );
    expect(complaint(`${BASE}auth: { owner_key: "\${NOWHERE}" }\n`)).toStartWith(
      "codeswitch.yaml:5: auth.owner_key needs the variable NOWHERE, which is not set.",
    );
  });

  test("lets the gateway be reached from elsewhere, unless it can be guessed", () => {
    const flags = { host: "0.0.0.0" };
    expect(load(BASE, { flags, variables: { CODESWITCH_OWNER_KEY: OWNER } }).server.host).toBe("0.0.0.0");
    expect(complaint(BASE, { flags, variables: { CODESWITCH_OWNER_KEY: "short" } })).toContain(
      "CODESWITCH_OWNER_KEY can be guessed",
    );
  });

  test("is printed masked, as are the passwords of what is remembered where", () => {
    const places =
      "storage: { url: 'postgres://me:pg-canary@db/calls' }\nredis: { url: 'redis://:redis-canary@db' }\n" +
      "alerts: { slack: 'https://hooks.slack.com/services/T0/B0/slack-canary-0123456789' }\n" +
      "outbox: { url: 'https://ch/?password=outbox-canary', headers: { Authorization: header-canary-0123456789 } }\n";
    const printed = printConfig(load(BASE + places, { variables: { CODESWITCH_OWNER_KEY: OWNER } }));
    expect(printed).toContain("owner_key: the****cdef");
    expect(printed).not.toMatch(/canary/);
  });
});

test("settings of a key that mean nothing are named with their line", () => {
  const key = (more: string): string => `${BASE}auth: { keys: [ { name: me, key: 0123456789abcdef0, ${more} } ] }\n`;
  const faults = {
    "addresses: [10.0.0.0/33]":
      "auth.keys[0].addresses[0] has no number of bits from 0 to 32 behind /. Write an address or a network",
    "models: ['gpt-[5]']": "auth.keys[0].models[0] is no pattern of a model's name.",
    "expires: 2027-02-30": "auth.keys[0].expires is no day and no moment. Write a day or a moment",
    "budgets: [ { usd: 1, zone: Mars/Olympus } ]": "auth.keys[0].budgets[0].zone is no time zone.",
    "budgets: [ { usd: 1, degrade: [ { at: 0.5 } ] } ]": "auth.keys[0].budgets[0].degrade[0]",
  };
  for (const [more, fault] of Object.entries(faults))
    expect(complaint(key(more))).toContain(`codeswitch.yaml:5: ${fault}`);
  expect(complaint(`${BASE}auth: { keys: [ { name: owner, key: 0123456789abcdef0 } ] }\n`)).toContain(
    "auth.keys[0].name",
  );
  expect(load(key("addresses: [10.0.0.0/8], expires: 2027-01-31, models: ['gpt-*']")).keys).toHaveLength(1);
});
