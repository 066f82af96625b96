/** models as a person types it: names, ways and what was seen. */
import { expect, test } from "bun:test";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { sightingsIn } from "../doctor/stored-sightings.ts";
import { startSimulator } from "../simulator/index.ts";
import { NAME, places, run, start } from "../../test/fixtures/place.ts";

const { newPlace } = places();

const YAML = `server: { port: PORT }
providers:
  azure: { kind: azure, base_url: "https://example.openai.azure.com", api_key: "vendor-key-0123456789" }
  claude: { kind: anthropic, api_key: "\${ABSENT_KEY:-}" }
  kimi: { kind: kimi, api_key: "vendor-key-9876543210" }
models:
  gpt-high: { targets: [ { provider: azure, model: gpt-5 } ] }
  team: { targets: [ { provider: azure, model: prod, base_model: gpt-5, reasoning: { effort: low } }, { provider: kimi, model: kimi-k2.5 } ] }
  claude-sonnet: { targets: [ { provider: claude, model: claude-sonnet-5 }, { provider: azure, model: gpt-5 } ] }
  "kimi-*": { targets: [ { provider: kimi, model: "*" } ] }
`;

test("every name stands there with its ways in the order in which they are tried, in lines of 100 letters", async () => {
  const place = await newPlace(YAML);
  const { code, out, err } = await run(place, "models");
  expect(code).toBe(0);
  expect(err).toContain("Provider claude is switched off");
  const lines = out.split("\n").map((line) => line.trim().split(/ {2,}/));
  for (const line of [
    ["MODEL", "GOES TO", "DIALECT", "EFFORT"],
    ["gpt-high", "azure/gpt-5", "openai-responses", "high"],
    ["team", "azure/prod", "openai-responses", "low"],
    ["else kimi/kimi-k2.5", "openai-chat"],
    ["claude-sonnet", "azure/gpt-5", "openai-responses"],
    ["kimi-*", "kimi/*, the name as asked", "openai-chat"],
  ])
    expect(lines).toContainEqual(line);
  expect(out).toContain("As codeswitch.yaml says it:");
  expect(out).toContain(`No gateway runs at http://127.0.0.1:${place.port}. Start it: ${NAME} start`);
  expect(out).toContain(`nobody has asked yet: ${NAME} doctor --deep`);
  expect(out.split("\n").filter((line) => Bun.stringWidth(line) > 100)).toEqual([]);
  // A look leaves nothing behind.
  expect(existsSync(join(place.home, ".local"))).toBe(false);
});

test("--json is the same for programs, without a secret", async () => {
  const { out } = await run(await newPlace(YAML), "models", "--json");
  expect(out).not.toContain("vendor-key");
  expect(JSON.parse(out)).toMatchObject({
    source: "codeswitch.yaml",
    models: [
      {
        name: "gpt-high",
        targets: [{ provider: "azure", model: "gpt-5", dialect: "openai-responses", effort: "high" }],
      },
      { name: "team" },
      { name: "claude-sonnet", targets: [{ provider: "azure", model: "gpt-5" }] },
      { name: "kimi-*", targets: [{ provider: "kimi", model: "*", dialect: "openai-chat" }] },
    ],
    seen: [],
  });
});

test("what doctor --deep saw is shown beside it", async () => {
  const simulator = startSimulator({});
  const place =
    await newPlace(`providers: { v: { kind: openai-compatible, base_url: "${simulator.url}/v1", api_key: "vendor-key-0123456789" } }
models: { m: { targets: [ { provider: v, model: sim-tool } ] }, n: { targets: [ { provider: v, model: sim-echo } ] } }
`);
  const data = { CODESWITCH_DATA_DIR: join(place.home, "data") };
  await start(place, ["doctor", "--deep", "m"], data).ended.finally(simulator.stop);
  const { out } = await start(place, ["models"], data).ended;
  expect(out).toMatch(/^ {2}v\/sim-tool +\d{4}-\d{2}-\d{2} .*streaming, tools/m);
  expect(out).not.toContain("nobody has asked");
  const { seen } = JSON.parse((await start(place, ["models", "--json"], data).ended).out) as { seen: object[] };
  expect(seen).toMatchObject([
    { provider: "v", model: "sim-tool", dialect: "openai-chat", streaming: true, tools: true },
  ]);
});

test("a database that cannot be read costs a warning, not the list", async () => {
  const place = await newPlace(YAML);
  writeFileSync(join(place.home, "codeswitch.db"), "no database ".repeat(400));
  const { code, out, err } = await start(place, ["models"], { CODESWITCH_DATA_DIR: place.home }).ended;
  expect(code).toBe(0);
  expect(err).toContain(`! What was seen cannot be read in ${place.home}: `);
  expect(out).toContain("gpt-high");
});

test("a port that is another one at each start costs a sentence, not the list", async () => {
  const { code, out } = await run(await newPlace(YAML.replace("PORT", "0")), "models");
  expect(code).toBe(0);
  expect(out).toContain("gpt-high");
  expect(out).toContain("! The port is 0, so that it is another one at each start");
});

test("a configuration without models fails, and says what to do", async () => {
  const { code, err } = await run(await newPlace("providers: { s: { kind: simulator } }\nmodels: {}\n"), "models");
  expect(code).toBe(1);
  expect(err).toContain("codeswitch.yaml lists no model. Add one (docs/CONFIG.md), or set a vendor's key.");
});

test("a gateway that runs is asked what it offers, and one that refuses is said to refuse", async () => {
  const yaml = (name: string, key: string): string => `server: { port: PORT }
auth: { keys: [ { name: me, key: "${key}" } ] }
providers: { s: { kind: simulator } }
models: { ${name}: { provider: s, model: demo }, "sim-*": { provider: s, model: "*" } }
`;
  const [there, here] = [await newPlace(yaml("theirs", "a".repeat(20))), await newPlace(yaml("ours", "b".repeat(20)))];
  const gateway = start(there, ["start"]);
  await gateway.said("is ready on");
  const url = { CODESWITCH_URL: `http://127.0.0.1:${there.port}` };
  const refused = await start(here, ["models"], url).ended;
  const answered = await start(here, ["models"], { ...url, CODESWITCH_KEY: "a".repeat(20) }).ended;
  const flags = await run(here, "models", "--url", url.CODESWITCH_URL, "--key", "c".repeat(20));
  gateway.child.kill("SIGTERM");
  await gateway.ended;
  expect(flags.out).toContain(`! A gateway runs at ${url.CODESWITCH_URL} and refuses this key.`);
  expect(refused.out).toContain(
    `! A gateway runs at ${url.CODESWITCH_URL} and wants a key, and this shell has none. Give its key in the variable CODESWITCH_KEY.`,
  );
  expect(answered.out).toMatch(/^ {2}ours +s\/demo/m);
  expect(answered.out).toContain(
    `The gateway at ${url.CODESWITCH_URL} offers: theirs\n! Another configuration runs there`,
  );
});

test("which deployments answered, which are missing and which nobody asked stands beside the names", async () => {
  const place = await newPlace(YAML);
  const dir = join(place.home, "data");
  const seen = sightingsIn(dir, () => Date.UTC(2026, 0, 2));
  const azure = { name: "x", kind: "azure", baseUrl: "https://example.openai.azure.com" } as const;
  const at = { ...azure, headers: {}, firstByteMs: 1, idleMs: 1 };
  seen.saw(at, "gpt-5", "answers");
  await seen.settled();
  const data = { CODESWITCH_DATA_DIR: dir };
  const { out } = await start(place, ["models"], data).ended;
  expect(out).toMatch(/^ {2}azure\/gpt-5 +answers, 2026-01-02$/m);
  expect(out).toMatch(/^ {2}azure\/prod +never asked$/m);
  expect(out).not.toMatch(/kimi-k2\.5 +never asked/);
  seen.saw(at, "prod", "missing");
  await seen.settled();
  const { deployments } = JSON.parse((await start(place, ["models", "--json"], data).ended).out) as {
    deployments: object[];
  };
  expect(deployments).toEqual([
    { provider: "azure", model: "gpt-5", state: "answers", at: "2026-01-02T00:00:00.000Z" },
    { provider: "azure", model: "prod", state: "missing", at: "2026-01-02T00:00:00.000Z" },
  ]);
}, 60_000);

test("names that nobody listed or saw are no rows: they are told beside the table, until their deployment answered", async () => {
  const place = await newPlace("");
  const dir = join(place.home, "data");
  const variables = {
    CODESWITCH_DATA_DIR: dir,
    AZURE_BASE_URL: "https://example.openai.azure.com",
    AZURE_API_KEY: "0123456789abcdef0123456789abcdef",
  };
  const before = (await start(place, ["models"], variables).ended).out;
  expect(before).toMatch(/^Offered once seen, and answered when asked: .*gpt-5-mini/m);
  expect(before).not.toMatch(/^ {2}gpt-5-mini /m);
  const seen = sightingsIn(dir, Date.now);
  const azure = { name: "azure", kind: "azure", baseUrl: variables.AZURE_BASE_URL } as const;
  seen.saw({ ...azure, headers: {}, firstByteMs: 1, idleMs: 1 }, "gpt-5-mini", "answers");
  await seen.settled();
  const after = (await start(place, ["models"], variables).ended).out;
  expect(after).toMatch(/^ {2}gpt-5-mini +azure\/gpt-5-mini /m);
}, 60_000);
