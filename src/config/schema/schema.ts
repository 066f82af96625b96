/** The file's contract: every key, its meaning, its default. What a person writes; config.ts is what the gateway reads. */
import { z } from "zod";
import { DIALECT_IDS } from "../../dialects/index.ts";
import { EFFORTS, SUMMARIES, TRUNCATIONS, VERBOSITIES } from "../../ir/choices.ts";
import { readDialectId } from "../../ir/dialect-id.ts";
import { LIMITS } from "../../wire/limits.ts";
import { withoutSlash } from "../file/origins.ts";

const PROVIDER_KINDS = ["azure", "openai", "anthropic", "kimi", "openai-compatible", "simulator"] as const;
export const LOG_FORMATS = ["text", "json"] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];
/** `none` asks for no summary: a word of ours. */
export const SUMMARY_CHOICES = ["none", ...SUMMARIES] as const;

/** Reasoning models think for minutes before their first byte; vendors' SDKs wait ten. */
const FIRST_BYTE_MS = 600_000;
const IDLE_MS = 300_000;

const milliseconds = z.int().min(0).max(86_400_000);
const text = z.string().min(1);
/** As pasted. */
const trimmed = z.string().trim();

const optional = <T extends z.ZodType>(schema: T, meaning: string): z.ZodOptional<T> =>
  schema.optional().describe(meaning);

const strict = z
  .boolean()
  .describe(
    "true: what a target cannot express is a 400 that names the field, when leaving it out would change the meaning. Else it is left out and reported.",
  );
const showReasoning = z
  .enum(["auto", "think", "none"])
  .describe(
    "How reasoning is shown: auto = as the client's own API has it; think = <think> markup in the text; none = not at all.",
  );

const server = z
  .strictObject({
    host: text
      .default("127.0.0.1")
      .describe(
        "Address to listen on. Anything but loopback needs auth.keys. The variables HOST and CODESWITCH_HOST and --host win.",
      ),
    port: z
      .int()
      .min(0)
      .max(65_535)
      .default(4141)
      .describe("0 takes any free port. The variables PORT and CODESWITCH_PORT and --port win."),
    body_bytes_max: z
      .int()
      .min(1_024)
      .max(1_073_741_824)
      .default(LIMITS.bodyBytesMax)
      .describe("Largest request body in bytes, as it arrives and after decompression."),
    cors_origins: z
      .array(text.overwrite(withoutSlash))
      .default([])
      .describe("Origins of web pages that may call, such as https://chat.example.com. None: no CORS headers."),
    heartbeat_ms: milliseconds
      .default(15_000)
      .describe("A comment goes down a silent stream this often, so that proxies keep it open. 0: never."),
    drain_ms: milliseconds
      .default(30_000)
      .describe(
        "How long a stop waits for open calls. What is open then ends with an error that clients ask again after.",
      ),
  })
  .describe("Where the gateway listens.");

const key = z.strictObject({
  name: text.describe("Who or what holds the key; shown in the log."),
  key: trimmed.describe(
    "What callers send as their API key. Never sent upstream. `change-me` and other samples are refused.",
  ),
  models: optional(
    z.array(text).min(1),
    "Models that this key may ask for, * matching any run of characters; PROVIDER/NAME: only at that provider. Absent: all.",
  ),
  strict: strict.optional(),
  show_reasoning: showReasoning.optional(),
  vault: optional(
    z.enum(["disk", "memory", "off"]),
    "Where the reasoning is kept that clients drop and vendors demand back: disk = sealed in the data folder, so that it outlives a restart; memory = until the gateway stops; off = nowhere, and long tool loops go on without thinking. Absent: disk. What a caller sends with store: false stays in memory.",
  ),
});

const auth = z
  .strictObject({
    keys: z
      .array(key)
      .default([])
      .describe("Without keys the gateway answers on loopback only, and nothing that came through a tunnel."),
  })
  .describe("Who may call.");

export const ProviderSchema = z.strictObject({
  kind: z.enum(PROVIDER_KINDS).describe("Which API the host speaks and how it wants its key."),
  base_url: optional(
    trimmed,
    "What the vendor's SDK takes: with /v1 for openai, kimi and openai-compatible, without for anthropic and azure. Absent: the vendor's own host; azure has none, and an unnamed openai-compatible host neither.",
  ),
  api_key: optional(
    trimmed,
    "Your key at the vendor. Empty, as after ${UNSET}: the provider is switched off, with a warning.",
  ),
  api_version: optional(
    trimmed,
    "azure only. Absent: the v1 API. A date such as 2025-04-01-preview: the dated API; older than 2025-03-01-preview has Chat Completions only.",
  ),
  vendor: optional(
    text,
    "openai-compatible only: whose habits apply (deepseek, groq, ollama, …). Absent: found by the host name.",
  ),
  headers: z
    .record(text, z.string())
    .default({})
    .describe("Extra headers for every request. Shown masked, since they may hold secrets."),
  first_byte_ms: milliseconds
    .min(1)
    .default(FIRST_BYTE_MS)
    .describe(
      "How long an answer may take to its first word: one clock for asking, silence, comments and pings. A whole answer has idle_ms more to be all there.",
    ),
  idle_ms: milliseconds
    .min(1)
    .default(IDLE_MS)
    .describe(
      "How long an answer may be silent in its middle; comments do not break the silence. A stream has no limit on the whole.",
    ),
});

const reasoning = z
  .strictObject({
    effort: optional(z.enum(EFFORTS), "Clamped to what the model takes."),
    summary: optional(
      z.enum(SUMMARY_CHOICES),
      "Reasoning summaries; none for organisations that are not verified for them.",
    ),
    budget_tokens: optional(z.int().min(0), "For models that think by budget instead of effort."),
  })
  .describe("Defaults: the caller's own field wins, and an effort in the model's name wins over both.");

const target = z.strictObject({
  provider: text.describe("A name under providers."),
  model: text.describe('The name the upstream knows (azure: the deployment). "*": the name as asked.'),
  base_model: optional(
    text,
    "Which model it is, where the upstream's name does not tell: an Azure deployment called prod.",
  ),
  dialect: optional(
    z.preprocess((written) => (typeof written === "string" ? readDialectId(written) : written), z.enum(DIALECT_IDS)),
    "Absent: openai-responses for azure and openai, anthropic-messages for anthropic, openai-chat for others.",
  ),
  reasoning: reasoning.optional(),
  verbosity: optional(z.enum(VERBOSITIES), "Default for the length of answers."),
  truncation: optional(z.enum(TRUNCATIONS), "What the upstream does with an input that is too long."),
  max_tokens: optional(z.int().min(1), "Output limit when the caller names none, and the ceiling when it does."),
  store: optional(z.boolean(), "Whether the upstream keeps the answer. Absent: not, unless the caller asks."),
});

const model = z.strictObject({
  targets: z
    .array(target)
    .min(1)
    .describe(
      "Tried in order, each once, on connect errors, 408, 429, 5xx and 529 before the first byte; the last one then twice more, unless its vendor says `x-should-retry: false`.",
    ),
  strict: strict.optional(),
  show_reasoning: showReasoning.optional(),
});

const search = z
  .strictObject({
    kind: z.enum(["searxng", "brave", "tavily"]).describe("Whose search it is."),
    base_url: optional(
      z.url({ protocol: /^https?$/ }),
      "searxng: your own instance, with json among its search.formats. Absent: the provider's own host.",
    ),
    api_key: optional(
      trimmed,
      "Your key at the provider. Empty, as after ${UNSET}: the search is switched off, with a warning.",
    ),
  })
  .describe(
    "Answers Anthropic's web_search for models behind Chat Completions, whose vendor has none. Absent: such a search is answered as unavailable.",
  );

const log = z
  .strictObject({
    format: z.enum(LOG_FORMATS).default("text").describe("One line a call: for people, or JSON. --log-format wins."),
  })
  .describe("What is written about calls. Never a prompt or a key.");

export const FileSchema = z.strictObject({
  server: server.prefault({}),
  auth: auth.prefault({}),
  providers: z.record(text, ProviderSchema).describe("Deployments of vendors, by a name of your choice."),
  models: z
    .record(text, model)
    .describe(
      "What callers may ask for. * in a name matches any run of characters; the first model is what a demo asks for.",
    ),
  search: search.optional(),
  log: log.prefault({}),
});

/** How to fill a gap, by the key that is missing. */
export const MISSING_FIX: Readonly<Record<string, string>> = {
  providers: 'Add one, such as `providers: { claude: { kind: anthropic, api_key: "${ANTHROPIC_API_KEY}" } }`.',
  models: 'Add one, such as `models: { "claude-*": { targets: [ { provider: claude, model: "*" } ] } }`.',
  targets: "List where calls go: `targets: [ { provider: NAME, model: NAME } ]`.",
  kind: `Add kind: ${PROVIDER_KINDS.join(", ")}.`,
  provider: "Name one of the providers above.",
  model: "Write the name that the upstream knows.",
  key: "Write the key that callers send.",
  name: "Give it a name; the log tells callers apart by it.",
};
