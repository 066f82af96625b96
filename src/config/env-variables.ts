/**
 * Every environment variable of the projects that people come from, and of ours: what becomes of it, and why.
 * docs/CONFIG.md prints this table; a test keeps the two equal. What holds a vendor's key is in the vendor's own row.
 */
import type { VendorFacts } from "./vendor.ts";

export type VariableStatus =
  /** Read. */
  | "honoured"
  /** Not read; another one does the same. */
  | "renamed"
  /** Not read, for the reason given. */
  | "refused";

export interface VariableRow {
  readonly name: string;
  readonly status: VariableStatus;
  /** Acts with a file too; the others only where there is none (or through `${…}` in it). */
  readonly always?: true;
  /** What it does; for the others what it did. */
  readonly meaning: string;
  /** renamed: the new name. refused: why. */
  readonly instead?: string;
  /** Other programs set it too: finding it set means nothing and is not worth a warning. */
  readonly everyday?: true;
  /** A line of .env.example. */
  readonly example?: string;
}

export interface VariableGroup {
  readonly title: string;
  readonly rows: readonly VariableRow[];
}

type Rest = Partial<Omit<VariableRow, "name" | "status" | "meaning">>;
const honoured = (name: string, meaning: string, rest: Rest = {}): VariableRow => ({
  name,
  status: "honoured",
  meaning,
  ...rest,
});
const renamed = (name: string, meaning: string, instead: string, rest: Rest = {}): VariableRow => ({
  name,
  status: "renamed",
  meaning,
  instead,
  ...rest,
});
const refused = (name: string, meaning: string, instead: string, rest: Rest = {}): VariableRow => ({
  name,
  status: "refused",
  meaning,
  instead,
  ...rest,
});

const LOOP =
  "client programs are pointed at this gateway with it, so that reading it here could make the gateway call itself; write base_url in a file";
const NO_CONSUMER = "log-in tokens of a consumer subscription are never used or forwarded";
const NO_PROMPTS = "prompts are never written to the log";
const COMPOSER = "the Composer backend is not part of this version";

/** A vendor's key under the first of its names, and the others. */
const keyRows = ({ keyVariables: [name = "", ...others], keyMeaning }: VendorFacts): VariableRow[] =>
  keyMeaning === undefined
    ? []
    : [
        honoured(name, keyMeaning, { example: "" }),
        ...others.map((other) => honoured(other, `Another name for ${name}.`, { example: "" })),
      ];

export const variableGroups = (vendors: readonly VendorFacts[]): readonly VariableGroup[] => [
  {
    title: "codeswitch itself (these act with a file too)",
    rows: [
      honoured(
        "CODESWITCH_CONFIG",
        "Path of the configuration. --config wins; ./codeswitch.yaml is found without it.",
        { always: true },
      ),
      honoured(
        "HOST",
        "Address to listen on; what is no address is ignored with a warning. --host and CODESWITCH_HOST win. Default 127.0.0.1.",
        {
          always: true,
          example: "127.0.0.1",
        },
      ),
      honoured("PORT", "Port to listen on. --port and CODESWITCH_PORT win. Default 4141.", {
        always: true,
        example: "4141",
      }),
      honoured("CODESWITCH_HOST", "As HOST, where that name is taken by something else; a name of this machine too.", {
        always: true,
      }),
      honoured("CODESWITCH_PORT", "As PORT, where that name is taken by something else.", { always: true }),
      honoured("CODESWITCH_LOG_FORMAT", "text or json. --log-format wins.", { always: true, example: "text" }),
      honoured("CODESWITCH_DATA_DIR", "Where data lives. Default: the platform's data folder.", { always: true }),
      honoured(
        "CODESWITCH_SECRET",
        "Seals what is kept in the data folder; 32 characters or more. Unset: one is made there. To change it: NEW,OLD.",
        { always: true },
      ),
      honoured("CODESWITCH_URL", "For setup, models, test and doctor: the gateway that they ask. --url wins.", {
        always: true,
      }),
      honoured(
        "CODESWITCH_ASK_DEPLOYMENTS",
        "off: a start asks no Azure deployment whether it is there. Otherwise each that is configured is asked once, in the background, where they are eight or fewer.",
        { always: true },
      ),
      honoured(
        "CODESWITCH_KEY",
        "For setup, models, test and doctor: the client's key, out of sight of the list of processes. --key wins.",
        {
          always: true,
        },
      ),
      honoured("CODESWITCH_CORPUS", "Tests only: folder of recorded vendor streams.", { always: true }),
      honoured("CODESWITCH_CAPTURES", "Tests only: folder of captured client requests.", { always: true }),
      honoured("CODESWITCH_SPECS", "Tests only: folder of published protocol descriptions.", { always: true }),
      honoured(
        "BUN_CONFIG_MAX_HTTP_REQUESTS",
        "How many upstream calls may be open at once. The launcher sets 65000 where it is unset.",
        { always: true },
      ),
      honoured(
        "HTTPS_PROXY",
        "Proxy for calls to vendors; HTTP_PROXY and NO_PROXY too. Real environment only, not .env.",
        { always: true },
      ),
      honoured("HTTP_PROXY", "As HTTPS_PROXY, for http:// hosts.", { always: true }),
      honoured("NO_PROXY", "Hosts that are called directly.", { always: true }),
      honoured(
        "NODE_EXTRA_CA_CERTS",
        "PEM file with certificates of your own authority. Real environment only, not .env.",
        { always: true },
      ),
      honoured("NO_COLOR", "1: no colours in the terminal. FORCE_COLOR wins.", { always: true }),
    ],
  },
  {
    title: "Keys that callers present (never sent upstream)",
    rows: [
      honoured(
        "SERVICE_API_KEY",
        "The key that your clients send. Unset: loopback only, without a key. change-me is refused.",
        { example: "" },
      ),
      honoured("ANTHROPIC_AUTH_TOKEN", "A second key that clients may send, under the name that Claude Code knows.", {
        example: "",
      }),
      renamed("LITELLM_MASTER_KEY", "LiteLLM's master key.", "SERVICE_API_KEY"),
    ],
  },
  {
    title: "Azure (Cursor-Azure-GPT-5, AzureGptProxy)",
    rows: [
      honoured("AZURE_BASE_URL", "https://NAME.openai.azure.com; the portal's longer URLs are understood too.", {
        example: "",
      }),
      honoured("AZURE_API_KEY", "Key of the Azure resource.", { example: "" }),
      honoured(
        "AZURE_OPENAI_ENDPOINT",
        "Another name for AZURE_BASE_URL. Its port is kept; an api-version in its query counts if AZURE_API_VERSION is unset.",
        { example: "" },
      ),
      honoured("AZURE_OPENAI_API_KEY", "Another name for AZURE_API_KEY.", { example: "" }),
      honoured(
        "AZURE_API_VERSION",
        "Unset or v1: the v1 API. A date: the dated API; older than 2025-03-01-preview has Chat Completions only.",
        { example: "" },
      ),
      honoured("AZURE_DEPLOYMENT", "Deployment behind gpt-high, gpt-medium, gpt-low and gpt-minimal. Default gpt-5.", {
        example: "gpt-5",
      }),
      honoured("CURSOR_AZURE_DEPLOYMENT", "The same, and wins over AZURE_DEPLOYMENT.", { example: "" }),
      honoured(
        "AZURE_MODEL_DEPLOYMENTS",
        'JSON map from a model\'s name to its deployment: {"gpt-5.4":"prod-54"}. Names that are not in it are deployments of the same name.',
        { example: "" },
      ),
      honoured("AZURE_VERBOSITY_LEVEL", "low, medium or high. Unset: the model's own.", { example: "" }),
      honoured(
        "AZURE_SUMMARY_LEVEL",
        "auto, concise, detailed or none. Default detailed; none for organisations that are not verified.",
        { example: "detailed" },
      ),
      honoured("AZURE_TRUNCATION", "auto or disabled. Unset: the vendor's own, which is disabled.", { example: "" }),
      honoured("SMALL_MODEL", "What answers when a client asks for a haiku.", { example: "" }),
      honoured("BIG_MODEL", "What answers when a client asks for a sonnet or an opus.", { example: "" }),
      honoured(
        "SMALL_EFFORT",
        "Effort for SMALL_MODEL when the request names none: none, minimal, low, medium, high, xhigh or max.",
        { example: "" },
      ),
      honoured("BIG_EFFORT", "Effort for BIG_MODEL when the request names none.", { example: "" }),
      renamed("AZURE_DEPLOYMENT_MAP", "An early name of the map of deployments.", "AZURE_MODEL_DEPLOYMENTS"),
      refused(
        "AZURE_REASONING_EFFORT",
        "Effort for mapped names.",
        "a name says it (gpt-5-high), or reasoning.effort of a target in a file",
      ),
      refused("AZURE_CLIENT_ID", "Entra sign-in.", "Entra sign-in is not part of this version; use AZURE_API_KEY", {
        everyday: true,
      }),
      refused("AZURE_CLIENT_SECRET", "Entra sign-in.", "Entra sign-in is not part of this version; use AZURE_API_KEY", {
        everyday: true,
      }),
      refused("AZURE_TENANT_ID", "Entra sign-in.", "Entra sign-in is not part of this version; use AZURE_API_KEY", {
        everyday: true,
      }),
      refused("ENABLE_AZURE", "Switched Azure on or off.", "Azure is on when its URL and key are set"),
      refused(
        "MODEL_CONFIG_PATH",
        "Path of the multi-backend fork's models.yaml.",
        "the file has another shape; docs/MIGRATE.md shows both side by side",
      ),
    ],
  },
  {
    title: "Other vendors: one key is enough",
    rows: [
      ...vendors.flatMap(keyRows),
      renamed("YOUR_AIMLAPI_KEY", "The placeholder in AI/ML API's Cursor guide.", "AIMLAPI_KEY"),
      refused("OPENAI_BASE_URL", "Another host for OpenAI's SDKs.", LOOP),
      refused("OPENAI_API_BASE", "Another host for OpenAI's SDKs.", LOOP),
      refused("ANTHROPIC_BASE_URL", "Another host for Anthropic's SDKs and Claude Code.", LOOP),
      refused("KIMI_BASE_URL", "Another host for Kimi's tools.", LOOP),
      refused("MOONSHOT_BASE_URL", "Another host for Kimi's tools.", LOOP),
    ],
  },
  {
    title: "Logging and traffic (Cursor-Azure-GPT-5)",
    rows: [
      refused("RECORD_TRAFFIC", "Wrote every request and answer to recordings/.", NO_PROMPTS),
      refused("RECORD_REDACT", "Masked those recordings.", NO_PROMPTS),
      refused("LOG_CONTEXT", "Printed the conversation.", NO_PROMPTS),
      refused("LOG_COMPLETION", "Printed the answer while it came.", NO_PROMPTS),
      refused("LOG_REDACT", "Masked headers in the log.", "keys are never written, so there is nothing to switch"),
      refused("LOG_LEVEL", "How much is logged.", "there is one line a call; CODESWITCH_LOG_FORMAT chooses its shape", {
        everyday: true,
      }),
      refused(
        "REASONING_DISPLAY_MODE",
        "How reasoning is shown.",
        "show_reasoning of a model or key in a file: auto, think or none",
      ),
    ],
  },
  {
    title: "Process (Flask, ASP.NET, Gunicorn)",
    rows: [
      renamed("ASPNETCORE_URLS", "Addresses that AzureGptProxy listened on.", "HOST and PORT", { everyday: true }),
      refused("FLASK_ENV", "development or production.", "there is one mode; npm run dev reloads", { everyday: true }),
      refused("FLASK_DEBUG", "Flask's debugger.", "there is one mode; npm run dev reloads", { everyday: true }),
      refused("GUNICORN_WORKERS", "Number of worker processes.", "one process serves thousands of streams", {
        everyday: true,
      }),
    ],
  },
  {
    title: "Consumer log-ins (Codex in Cursor-Azure-GPT-5)",
    rows: [
      refused("ENABLE_CODEX", "Used a ChatGPT log-in as a backend.", NO_CONSUMER),
      refused("CODEX_AUTH_PATH", "Where that log-in lay.", NO_CONSUMER),
      refused("CODEX_RESPONSES_URL", "ChatGPT's private endpoint.", NO_CONSUMER),
      refused("CODEX_SUPPORTED_MODELS", "Models of that backend.", NO_CONSUMER),
      refused("CODEX_MODEL_REWRITES", "Names of that backend's models.", NO_CONSUMER),
      refused("CODEX_ORIGINATOR", "Pretended to be the Codex CLI.", "no other product's name is sent"),
      refused("CODEX_USER_AGENT", "Pretended to be the Codex CLI.", "no other product's name is sent"),
      refused("CODEX_DISCOVERY_MODE", "Skipped a check of that backend.", NO_CONSUMER),
      refused("CODEX_TOKEN_REFRESH_SKEW_SECONDS", "When that log-in was renewed.", NO_CONSUMER),
      refused(
        "CODEX_REQUEST_TIMEOUT_SECONDS",
        "That backend's time limit.",
        "first_byte_ms and idle_ms of a provider in a file",
      ),
    ],
  },
  {
    title: "Composer (the Worker in front of Cursor)",
    rows: [
      refused("CURSOR_API_KEY", "A Cursor user key.", COMPOSER),
      refused("CURSOR_BACKEND_BASE_URL", "Cursor's private backend.", COMPOSER),
      refused("CURSOR_CHAT_ENDPOINT", "Cursor's private endpoint.", COMPOSER),
      refused("CURSOR_CLIENT_VERSION", "Pretended to be a version of Cursor.", "no other product's name is sent"),
      refused("ENCRYPTION_KEY", "Encrypted stored Cursor keys.", COMPOSER, { everyday: true }),
      refused("WAITLIST_API_TOKEN", "A hosted service's waiting list.", "there is no hosted service", {
        everyday: true,
      }),
    ],
  },
];

export const variables = (vendors: readonly VendorFacts[]): readonly VariableRow[] =>
  variableGroups(vendors).flatMap((group) => group.rows);

export const OWN_VARIABLES: readonly string[] = variables([])
  .map((row) => row.name)
  .filter((name) => name.startsWith("CODESWITCH_"));
