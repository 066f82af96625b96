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
const count = z.int().min(1).max(1_000_000_000_000);
const fraction = z.number().gt(0).max(1);
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

const limits = z
  .strictObject({
    requests_per_minute: optional(count, "Calls let in within any 60 s."),
    input_tokens_per_minute: optional(
      count,
      "Tokens that go in, within any 60 s: counted when a call is let in, corrected by its bill.",
    ),
    output_tokens_per_minute: optional(count, "Tokens that come out, within any 60 s."),
    tokens_per_minute: optional(count, "Both together."),
    parallel: optional(count, "Calls that may be open at a time."),
  })
  .describe(
    "What is over a limit is refused with 429, the limit's name and the true wait. All replicas count together.",
  );

const degrade = z.strictObject({
  at: fraction.describe("The share of the budget from which this holds: 0.8."),
  effort: optional(z.enum(EFFORTS), "The reasoning effort of calls from then on, where they ask for more."),
  model: optional(text, "The model that answers from then on: a name under models."),
});

const budget = z.strictObject({
  usd: z.number().positive().max(9_000_000).describe("Dollars that may be spent within each window."),
  per: z
    .string()
    .trim()
    .regex(/^(\d{1,4}\s*[hd]|day|week|month|year|total)$/)
    .default("month")
    .describe(
      "day, week, month, year: of the calendar in `zone`. 30d, 24h: rolling, always the last so many. total: for ever.",
    ),
  zone: optional(text, "Where the calendar's days begin, as Europe/Berlin. Absent: UTC."),
  soft: z
    .array(fraction)
    .default([])
    .describe("Shares of the budget at which `alerts` tell: 0.5, 0.8. Nothing is refused for it."),
  degrade: z
    .array(degrade)
    .default([])
    .describe("What changes before the budget is spent. It begins with a user's turn and never inside a tool loop."),
  status: z
    .union([z.literal(422), z.literal(402), z.literal(403), z.literal(429)])
    .default(422)
    .describe(
      "The HTTP status of a call that the spent budget refuses. SDKs ask again after a 429, and give up at a 422.",
    ),
});
const budgets = z.array(budget).describe("Several may hold at once; the first that is spent refuses.");
const limited = { limits: limits.optional(), budgets: budgets.optional() };

const tags = z
  .record(text, z.string())
  .optional()
  .describe("Written into the record of every call, for reports and budgets: { team: search }.");

/** Dollars per million tokens, as vendors write their price lists. */
const perMillion = z.number().min(0).max(100_000);
const prices = z
  .strictObject({
    input: perMillion.describe("Dollars per million tokens that went in and were in no cache."),
    output: perMillion.describe("Dollars per million tokens that came out, reasoning among them."),
    cache_read: optional(perMillion, "Read from a cache. Absent: as input."),
    cache_write: optional(perMillion, "Written to a cache for minutes. Absent: as input."),
    cache_write_1h: optional(perMillion, "Written to a cache for an hour. Absent: as cache_write."),
    cache_write_12h: optional(perMillion, "Written to a cache for twelve hours. Absent: as cache_write_1h."),
  })
  .describe("What it costs here, instead of the bundled table's word.");

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
    workers: z
      .union([z.int().min(1).max(64), z.literal("auto")])
      .default(1)
      .describe(
        "Processes on the one port, each with a core; auto = one for each core. Linux only. docs/OPERATIONS.md, Workers.",
      ),
  })
  .describe("Where the gateway listens.");

/** Of a key of the file, and of one that was made: one shape, so that both mean the same. */
export const KeySettingsSchema = z.strictObject({
  name: text.describe("Who or what holds the key; shown in the log."),
  models: optional(
    z.array(text).min(1),
    "Models that this key may ask for, * matching any run of characters; PROVIDER/NAME: only at that provider. Absent: all.",
  ),
  ...limited,
  tags,
  addresses: optional(
    z.array(text).min(1),
    "Addresses and networks that the key may be used from: 10.0.0.0/8, 2001:db8::/32. Absent: all.",
  ),
  expires: optional(text, "The moment from which it is refused: 2027-01-31 or 2027-01-31T12:00:00Z. Absent: never."),
  strict: strict.optional(),
  show_reasoning: showReasoning.optional(),
  content: optional(
    z.literal("never"),
    "never: what is said with this key is never recorded, whatever is switched on.",
  ),
  metadata: z
    .record(text, z.string())
    .optional()
    .describe("What else you want to know of it. Shown beside it, and read by nothing: { ticket: OPS-7 }."),
  vault: optional(
    z.enum(["disk", "memory", "off"]),
    "Where the reasoning is kept that clients drop and vendors demand back: disk = sealed in the data folder, so that it outlives a restart; memory = until the gateway stops; off = nowhere, and long tool loops go on without thinking. Absent: disk. What a caller sends with store: false stays in memory.",
  ),
});

const { name, ...settings } = KeySettingsSchema.shape;
const key = z.strictObject({
  name,
  key: trimmed.describe(
    "What callers send as their API key. Never sent upstream. `change-me` and other samples are refused.",
  ),
  ...settings,
});

const auth = z
  .strictObject({
    owner_key: optional(
      trimmed,
      "The key of whoever runs the gateway, for machines: it may do everything. The variable CODESWITCH_OWNER_KEY wins; LITELLM_MASTER_KEY is read as its old name.",
    ),
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
  ...limited,
  prices: prices.optional(),
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
  prices: prices.optional(),
});

const model = z.strictObject({
  targets: z
    .array(target)
    .min(1)
    .describe(
      "Tried in order, each once, on connect errors, 408, 429, 5xx and 529 before the first byte; the last one then twice more, unless its vendor says `x-should-retry: false`.",
    ),
  ...limited,
  strict: strict.optional(),
  show_reasoning: showReasoning.optional(),
});

const taggedBudget = budget.extend({
  tag: optional(text, "Only calls that carry this tag: team=search. Absent: all calls of the gateway."),
});

const days = z.int().min(1).max(36_500);
const storage = z
  .strictObject({
    url: optional(
      trimmed,
      "postgres://user:password@host/database: what is remembered lives there, and replicas share it. Absent: a SQLite file in the data folder.",
    ),
    calls_days: days
      .default(90)
      .describe("How long the record of each call is kept. It never holds a prompt or an answer."),
    rollups_days: days.default(800).describe("How long the sums by hour are kept."),
  })
  .describe("Where calls, keys and reasoning are remembered.");

const redis = z
  .strictObject({
    url: trimmed.describe(
      "redis:// or rediss://; redis+cluster://host:port,host:port for a cluster; redis+sentinel://host:port,host:port/NAME for Sentinel. Redis 7 or Valkey, and newer.",
    ),
    wait_ms: milliseconds
      .min(1)
      .default(50)
      .describe(
        "How long a call waits for its answer. Then it goes on without: limits by this process's share of them, budgets by what was known.",
      ),
  })
  .describe("Where replicas count together. Absent: each process counts its own; with `storage.url` name one.");

const alerts = z
  .strictObject({
    webhook: optional(
      z.url({ protocol: /^https?$/ }),
      "Gets a POST with JSON: which budget, whose, spent, of how much.",
    ),
    slack: optional(
      z.url({ protocol: /^https?$/ }),
      "An incoming webhook of Slack, which gets the same as a sentence.",
    ),
  })
  .describe("Who is told when a budget reaches one of its marks.");

const outbox = z
  .strictObject({
    url: z
      .url({ protocol: /^https?$/ })
      .describe(
        "Gets every record: batches of one JSON object a line, such as ClickHouse's http://host:8123/?query=INSERT%20INTO%20calls%20FORMAT%20JSONEachRow.",
      ),
    headers: z.record(text, z.string()).default({}).describe("Extra headers for it. Shown masked."),
  })
  .describe("A copy of every record, for those who outgrow PostgreSQL. A batch may come twice, with the same ids.");

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
  limits: limits.prefault({}),
  budgets: z.array(taggedBudget).default([]).describe("Of all calls together, or of those with a tag."),
  alerts: alerts.prefault({}),
  prices_file: optional(
    text,
    "A price table of yours, as the command `prices show --json` prints it. It wins over the bundled one.",
  ),
  storage: storage.prefault({}),
  redis: redis.optional(),
  outbox: outbox.optional(),
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
