import { describe, expect, test } from "bun:test";
import { BASE, complaint } from "../../../test/config-folder.ts";

describe("an error names file, line, key, value and fix", () => {
  const GOLDENS: readonly [claim: string, yaml: string, message: string][] = [
    [
      "an unknown key",
      `${BASE}server:\n  prot: 4141\n`,
      'codeswitch.yaml:6: server.prot is not a known key. Did you mean "port"? Keys of server: host, port, body_bytes_max, cors_origins, heartbeat_ms, drain_ms, workers.',
    ],
    [
      "an unknown section",
      `${BASE}serverr: {}\n`,
      'codeswitch.yaml:5: serverr is not a known key. Did you mean "server"? Keys of the file: server, auth, providers, models, limits, budgets, alerts, prices_file, storage, redis, outbox, search, log.',
    ],
    [
      "text where a number belongs",
      `${BASE}server:\n  port: eighty\n`,
      "codeswitch.yaml:6: server.port is not a number. Write a number, without quotes.",
    ],
    [
      "a number too large",
      `${BASE}server: { port: 70000 }\n`,
      "codeswitch.yaml:5: server.port (70000) is too large. The largest is 65535.",
    ],
    [
      "a word that is no choice",
      BASE.replace("kind: azure", "kind: azrue"),
      'codeswitch.yaml:2: providers.azure.kind ("azrue") is not one of the choices. Did you mean "azure"? One of: azure, openai, anthropic, kimi, openai-compatible, simulator.',
    ],
    [
      "a provider that is not there",
      BASE.replace("provider: azure", "provider: azur"),
      'codeswitch.yaml:4: models.gpt.targets[0].provider ("azur") is not one of the providers. Did you mean "azure"? Providers of this file: azure.',
    ],
    [
      "a key inside a list",
      BASE.replace("model: gpt-5", "modle: gpt-5"),
      'codeswitch.yaml:4: models.gpt.targets[0].model is missing. Write the name that the upstream knows.\ncodeswitch.yaml:4: models.gpt.targets[0].modle is not a known key. Did you mean "model"? Keys of models.gpt.targets[0]: provider, model, base_model, dialect, reasoning, verbosity, truncation, max_tokens, store, prices.',
    ],
    [
      "no models",
      BASE.slice(0, BASE.indexOf("models")),
      'codeswitch.yaml:1: models is missing. Add one, such as `models: { "claude-*": { targets: [ { provider: claude, model: "*" } ] } }`.',
    ],
    [
      "an empty file",
      "# nothing yet\n",
      "codeswitch.yaml: The file is empty. Write at least providers and models; codeswitch.example.yaml is a start.",
    ],
    [
      "a key written twice",
      `${BASE}log: {}\nlog: {}\n`,
      "codeswitch.yaml:6: This is not valid YAML: a key stands twice. Keep one of the two.",
    ],
    [
      "an unset variable",
      `${BASE}log:\n  format: "\${FORMAT}"\n`,
      "codeswitch.yaml:6: log.format needs the variable FORMAT, which is not set. Set FORMAT in the environment or in the .env beside this file, or write a default: ${FORMAT:-…}.",
    ],
    [
      "something that looks like a variable",
      `${BASE}log:\n  format: "\${no name}"\n`,
      "codeswitch.yaml:6: log.format holds a ${ that begins no variable. Write ${NAME} or ${NAME:-default}; for the two characters themselves write $${.",
    ],
    [
      "a sample key",
      `${BASE}auth:\n  keys:\n    - { name: me, key: change-me }\n`,
      "codeswitch.yaml:7: auth.keys[0].key is a sample value that everybody knows, and is refused as a key. Make one: openssl rand -hex 32, or any password generator.",
    ],
    [
      "an empty key",
      `${BASE}auth: { keys: [ { name: me, key: "" } ] }\n`,
      "codeswitch.yaml:5: auth.keys[0].key is empty, and is refused as a key. Make one: openssl rand -hex 32, or any password generator.",
    ],
    [
      "a key from an unset variable",
      `${BASE}auth: { keys: [ { name: me, key: "\${SERVICE_API_KEY}" } ] }\n`,
      "codeswitch.yaml:5: auth.keys[0].key needs the variable SERVICE_API_KEY, which is not set. Set SERVICE_API_KEY, or remove this key. Make one: openssl rand -hex 32, or any password generator.",
    ],
    [
      "a subscription's token",
      BASE.replace("azure-key-0123456789", "sk-ant-oat01-abcdefghijklmnop"),
      "codeswitch.yaml:2: providers.azure.api_key is a Claude subscription log-in token (sk-ant-oat…), which belongs to a person's subscription and is never forwarded. Use an API key from the vendor's console.",
    ],
    [
      "a base_url that is an endpoint",
      BASE.replace(
        "kind: azure, base_url: https://example.openai.azure.com",
        "kind: openai, base_url: https://api.openai.com/v1/chat/completions",
      ),
      "codeswitch.yaml:2: providers.azure.base_url ends in /chat/completions, which is one endpoint and not the base; leave that part out. Write base_url as the vendor's SDK takes it: https://NAME.openai.azure.com, https://api.anthropic.com, https://host/v1.",
    ],
    [
      "an api_version that is none",
      BASE.replace("api_key", "api_version: newest, api_key"),
      "codeswitch.yaml:2: providers.azure.api_version is not a version of Azure's API. Leave it out for the v1 API, or write a date such as 2025-04-01-preview.",
    ],
    [
      "Responses on an old API",
      BASE.replace("api_key", "api_version: 2024-10-21, api_key").replace(
        "model: gpt-5",
        "model: gpt-5, dialect: openai-responses",
      ),
      'codeswitch.yaml:4: models.gpt.targets[0].dialect ("openai-responses") is not served by the provider\'s api_version. Leave api_version out, or use 2025-03-01-preview or later.',
    ],
    [
      "an open door",
      `server: { host: 0.0.0.0 }\n${BASE}`,
      "codeswitch.yaml:1: server.host can be reached from other machines, and no key is configured, so that anybody could spend your money. Add a key (auth.keys in codeswitch.yaml, or the variable SERVICE_API_KEY where there is no file) or an owner's (CODESWITCH_OWNER_KEY), or listen on 127.0.0.1.",
    ],
  ];
  test.each(GOLDENS)("%s", (_claim, yaml, message) => expect(complaint(yaml)).toBe(message));

  test("all of them at once, in the order of the file", () => {
    const lines = complaint(
      `server: { prot: 1, port: x }\nproviders: {}\nmodels: { m: { targets: [] } }\nlog: { format: xml }\n`,
    ).split("\n");
    expect(lines.map((line) => line.split(": ")[0])).toEqual([
      "codeswitch.yaml:1",
      "codeswitch.yaml:1",
      "codeswitch.yaml:3",
      "codeswitch.yaml:4",
    ]);
  });

  test.each([
    "[]",
    "7",
    "text",
    "- a\n- b",
    "{",
    "a: &x [*x]",
    "providers: 3",
    "providers: { a: [] }\nmodels: []",
    "models:\n  a:\n",
    '{"__proto__": {"x": 1}}',
    "? [a]\n: 1",
    "\u0000",
  ])("%p is a complaint and never a crash", (yaml) => expect(complaint(yaml)).toContain("codeswitch.yaml"));
});
