import { expect, test } from "bun:test";
import type { Config, ProviderConfig } from "../config/config.ts";
import { DEFAULTS } from "../config/default.ts";
import { DIALECTS } from "../dialects/index.ts";
import { plan } from "../routing/plan.ts";
import { memoryVault } from "../vault/memory.ts";
import { provenance } from "../vault/provenance.ts";
import type { Vault } from "../vault/vault.ts";
import type { Call, Gateway } from "./call.ts";
import { homeFirst } from "./home.ts";
import { outbound } from "./outbound.ts";

const NOW = 1_700_000_000_000;
const claude = (name: string): ProviderConfig => ({
  name,
  kind: "anthropic",
  baseUrl: `https://${name}.example`,
  headers: {},
  firstByteMs: 1,
  idleMs: 1,
});
const CONFIG: Config = {
  ...DEFAULTS,
  server: { host: "127.0.0.1", port: 0, bodyBytesMax: 1, corsOrigins: [], heartbeatMs: 0, drainMs: 0, workers: 1 },
  keys: [],
  providers: { eu: claude("eu"), us: claude("us") },
  models: [{ name: "both", targets: ["eu", "us"].map((name) => ({ provider: name, model: "claude-sonnet-4-5" })) }],
  log: { format: "json" },
  source: "test",
  warnings: [],
};
const BODY = {
  model: "both",
  messages: [
    { role: "user", content: "Fix it." },
    {
      role: "assistant",
      content: null,
      tool_calls: [{ id: "call_0", type: "function", function: { name: "read", arguments: "{}" } }],
    },
    { role: "tool", tool_call_id: "call_0", content: "let x" },
  ],
};

test("a conversation is looked up once for each reader, however often its call is tried", async () => {
  const asked: string[] = [];
  const kept = memoryVault(() => NOW);
  const vault: Vault = {
    ...kept,
    restore: (place, entries, reader) => (asked.push(reader.issuer), kept.restore(place, entries, reader)),
  };
  const gateway = { config: CONFIG, vault, provenance: provenance(), clock: () => NOW } as Gateway;
  const decoded = DIALECTS["openai-chat"].request.decode(BODY);
  const call = {
    id: "1",
    surface: { reply: "openai-chat", dialectOf: () => "openai-chat" },
    caller: { name: "somebody" },
    client: "cursor",
    headers: new Headers(),
    text: JSON.stringify(BODY),
    body: BODY,
    gateway,
    dialect: "openai-chat",
    stream: false,
    model: "both",
    plan: plan(CONFIG, "both"),
    session: undefined,
    strict: false,
    guards: [],
    decoded: () => decoded,
    restored: new Map(),
  } as unknown as Call;
  const [eu, us] = await homeFirst(call);
  if (!eu || !us) throw new Error("two targets");
  for (const target of [eu, eu, us, us]) await outbound({ call, target });
  expect(asked).toEqual([eu.issuer, us.issuer]);
});
