/** What may be written shorter: a target without a list, times with their unit, and keys for anchors. */
import { describe, expect, test } from "bun:test";
import { parse } from "yaml";
import { z } from "zod";
import { VENDORS } from "../../providers/catalog.ts";
import { configJsonSchema } from "../schema/json-schema.ts";
import { ConfigError } from "../problem.ts";
import { resolve, type Resolved } from "../file/resolve.ts";
import type { Variables } from "../substitute.ts";
import { validate } from "../file/validate.ts";
import { readYaml } from "./yaml-file.ts";

function read(text: string, variables: Variables = {}): Resolved {
  const yaml = readYaml("x.yaml", text, variables);
  return resolve(yaml, validate(yaml), VENDORS);
}
function complaint(text: string, variables: Variables = {}): string {
  try {
    read(text, variables);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return "in order";
}
const AZURE = "providers: { azure: { kind: azure, base_url: https://x.openai.azure.com, api_key: a-real-key-0123 } }\n";

describe("a model's only target", () => {
  const TARGETS = [{ provider: "azure", model: "gpt-5", effort: "high" }];
  test.each([
    ["in a list", "{ strict: true, targets: [ { provider: azure, model: gpt-5, reasoning: { effort: high } } ] }"],
    ["without the list", "{ strict: true, targets: { provider: azure, model: gpt-5, reasoning: { effort: high } } }"],
    ["as the model itself", "{ provider: azure, model: gpt-5, reasoning: { effort: high }, strict: true }"],
  ])("%s", (_way, model) =>
    expect(read(`${AZURE}models: { gpt: ${model} }\n`).models).toMatchObject([
      { name: "gpt", targets: TARGETS, strict: true },
    ]),
  );

  test.each([
    [
      "models:\n  gpt:\n    targets:\n      provider: azrue\n      model: gpt-5\n",
      'x.yaml:5: models.gpt.targets.provider ("azrue") is not one of the providers. Did you mean "azure"? Providers of this file: azure.',
    ],
    [
      "models:\n  gpt:\n    provider: azrue\n    model: gpt-5\n",
      'x.yaml:4: models.gpt.provider ("azrue") is not one of the providers. Did you mean "azure"? Providers of this file: azure.',
    ],
    [
      "models:\n  gpt:\n    provider: azure\n",
      "x.yaml:3: models.gpt.model is missing. Write the name that the upstream knows.",
    ],
    [
      "models:\n  gpt: { provider: azure, model: x, verbosty: low }\n",
      'x.yaml:3: models.gpt.verbosty is not a known key. Did you mean "verbosity"? Keys of models.gpt: provider, model, base_model, dialect, reasoning, verbosity, truncation, max_tokens, store, prices.',
    ],
    [
      'models:\n  gpt: { provider: azure, model: x, max_tokens: "${MAX}" }\n',
      "x.yaml:3: models.gpt.max_tokens needs the variable MAX, which is not set. Set MAX in the environment or in the .env beside this file, or write a default: ${MAX:-…}.",
    ],
  ])("%p is told where it was written", (models, message) => expect(complaint(AZURE + models)).toBe(message));
});

describe("a time", () => {
  const START = `${AZURE}models: { gpt: { provider: azure, model: gpt-5 } }\n`;
  test.each([
    ["30s", 30_000],
    ["500ms", 500],
    ["2m", 120_000],
    ["1h", 3_600_000],
    ["1.5 s", 1_500],
    ["1m30s", 90_000],
    ["1h 0.5m", 3_630_000],
    ['"30s"', 30_000],
    ['"2000"', 2_000],
    ["${T}", 45_000],
    ["${NONE:-3s}", 3_000],
    ["0", 0],
    ["4711", 4_711],
  ])("%s", (written, expected) =>
    expect(read(`${START}server: { drain_ms: ${written} }\n`, { T: "45s" }).server.drainMs).toBe(expected),
  );

  test("at every key that ends in _ms", () => {
    const { providers, server } = read(
      `${START.replace("kind: azure,", "kind: azure, first_byte_ms: 2m, idle_ms: 90s,")}server: { heartbeat_ms: 10s }\n`,
    );
    expect(providers.azure).toMatchObject({ firstByteMs: 120_000, idleMs: 90_000 });
    expect(server.heartbeatMs).toBe(10_000);
  });

  test.each(["soon", "30 bananas", "s", "-5s", "1h30", "1.s", "[1s]", "true"])("%s is none", (written) =>
    expect(complaint(`${START}server: { drain_ms: ${written} }\n`)).toBe(
      "x.yaml:3: server.drain_ms is not a time. Write milliseconds, or a number with its unit: 30000, 500ms, 30s, 2m, 1h.",
    ),
  );

  test("has its bounds however it is written", () =>
    expect(complaint(`${START}server: { drain_ms: 48h }\n`)).toBe(
      "x.yaml:3: server.drain_ms is too large. The largest is 86400000.",
    ));
});

describe("keys that begin with x-", () => {
  test("hold what anchors share", () => {
    const { providers, models } = read(
      `x-wait: &wait { first_byte_ms: 1m }
x-high: &high
  provider: azure
  reasoning: { effort: high }
providers:
  azure: { <<: *wait, kind: azure, base_url: https://x.openai.azure.com, api_key: a-real-key-0123, x-note: mine }
models:
  one: { <<: *high, model: a }
  two: { targets: [ { <<: *high, model: b } ] }
`,
    );
    expect(providers.azure?.firstByteMs).toBe(60_000);
    expect(models).toMatchObject([
      { name: "one", targets: [{ provider: "azure", model: "a", effort: "high" }] },
      { name: "two", targets: [{ provider: "azure", model: "b", effort: "high" }] },
    ]);
    expect(models[0]?.targets[0]?.writtenAt).toBe("models.one.model (x.yaml:8)");
  });

  test("are names like others where the operator chooses the names", () => {
    const { providers, models } = read(
      `${AZURE.replace("api_key", "headers: { x-team: a }, api_key")}models: { x-ai/grok: { provider: azure, model: g } }\n`,
    );
    expect(providers.azure?.headers).toEqual({ "x-team": "a" });
    expect(models[0]?.name).toBe("x-ai/grok");
  });

  test("may hold a variable that is not set: what uses it is told so, where it stands", () => {
    const shared = `x-key: &key { api_key: "\${KEY}" }\nx-host: &host { base_url: "\${HOST_OF_IT}" }\n`;
    const rest = `providers:\n  azure: { kind: azure, <<: [*key, *host] }\nmodels: { gpt: { provider: azure, model: gpt-5 } }\n`;
    expect(read(shared + rest).warnings).toEqual([
      "Provider azure is switched off: its api_key needs KEY, which is not set. Not served without it: gpt.",
    ]);
    expect(complaint(shared + rest, { KEY: "a-real-key-0123" })).toStartWith(
      "x.yaml:2: providers.azure.base_url needs the variable HOST_OF_IT, which is not set.",
    );
  });
});

test("editors are told the same by the JSON Schema", () => {
  const schema = z.fromJSONSchema(configJsonSchema());
  const isTaken = (text: string): boolean => schema.safeParse(parse(text)).success;
  const START = "providers: { a: { kind: azure, base_url: https://x, idle_ms: 90s } }\n";
  for (const model of [
    "{ targets: [ { provider: a, model: x } ] }",
    "{ targets: { provider: a, model: x }, strict: true }",
    "{ provider: a, model: x, strict: true }",
  ])
    expect([model, isTaken(`${START}x-mine: 1\nmodels: { m: ${model} }\n`)]).toEqual([model, true]);
  for (const model of ["{ provider: a }", "{ targets: [] }", "{ provider: a, model: x, modle: y }"])
    expect([model, isTaken(`${START}models: { m: ${model} }\n`)]).toEqual([model, false]);
  expect(isTaken(`${START}y-mine: 1\nmodels: {}\n`)).toBe(false);
  expect(isTaken(`${START.replace("90s", "soon")}models: {}\n`)).toBe(false);
});
