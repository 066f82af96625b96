/**
 * Every environment variable of the projects that people come from, and of ours: what becomes of it, and why.
 * docs/CONFIG.md prints this table; a test keeps the two equal. What holds a vendor's key is in the vendor's own row.
 */
import type { VendorFacts } from "../vendor.ts";

export interface VariableRow {
  readonly name: string;
  /** honoured: read. renamed: not read; another one does the same. refused: not read, for the reason given. */
  readonly status: "honoured" | "renamed" | "refused";
  /** What it does; for the others what it did. */
  readonly meaning: string;
  /** renamed: the new name. refused: why. */
  readonly instead?: string;
}

/** Other programs set these too: finding one set means nothing and is not worth a warning. */
export const EVERYDAY: readonly string[] = [
  ...["AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET", "AZURE_TENANT_ID", "LOG_LEVEL", "ASPNETCORE_URLS", "FLASK_ENV"],
  ...["FLASK_DEBUG", "GUNICORN_WORKERS", "ENCRYPTION_KEY", "WAITLIST_API_TOKEN"],
];

type Meanings = Readonly<Record<string, string>>;
const honoured = (meanings: Meanings): VariableRow[] =>
  Object.entries(meanings).map(([name, meaning]) => ({ name, status: "honoured", meaning }));
const renamed = (name: string, meaning: string, instead: string): VariableRow => ({
  name,
  status: "renamed",
  meaning,
  instead,
});
/** Several for the one reason. */
const refused = (instead: string, meanings: Meanings): VariableRow[] =>
  Object.entries(meanings).map(([name, meaning]) => ({ name, status: "refused", meaning, instead }));

const LOOP =
  "client programs are pointed at this gateway with it, so that reading it here could make the gateway call itself; write base_url in a file";
const NO_CONSUMER = "log-in tokens of a consumer subscription are never used or forwarded";
const NO_PROMPTS = "prompts are never written to the log";
const COMPOSER = "the Composer backend is not part of this version";

/** A vendor's key under the first of its names, and the others. */
const keyRows = ({ keyVariables: [name = "", ...others], keyMeaning }: VendorFacts): VariableRow[] =>
  keyMeaning === undefined
    ? []
    : honoured({
        [name]: keyMeaning,
        ...Object.fromEntries(others.map((other) => [other, `Another name for ${name}.`])),
      });

/** By the title of a group. */
export const variableGroups = (vendors: readonly VendorFacts[]): Readonly<Record<string, readonly VariableRow[]>> => ({
  "codeswitch itself (these act with a file too)": [
    ...honoured({
      CODESWITCH_CONFIG: "Path of the configuration. --config wins; ./codeswitch.yaml is found without it.",
      HOST: "Address to listen on; what is no address is ignored with a warning. --host and CODESWITCH_HOST win. Default 127.0.0.1.",
      PORT: "Port to listen on. --port and CODESWITCH_PORT win. Default 4141.",
      CODESWITCH_HOST: "As HOST, where that name is taken by something else; a name of this machine too.",
      CODESWITCH_PORT: "As PORT, where that name is taken by something else.",
      CODESWITCH_LOG_FORMAT: "text or json. --log-format wins.",
      CODESWITCH_DATA_DIR: "Where data lives. Default: the platform's data folder.",
      CODESWITCH_SECRET:
        "Seals what is kept, and knows made keys; 32 characters or more, the same on every replica of one database. Unset: one is made in the data folder. To change it: NEW,OLD.",
      CODESWITCH_URL: "For setup, models, test and doctor: the gateway that they ask. --url wins.",
      CODESWITCH_ASK_DEPLOYMENTS:
        "off: a start asks no Azure deployment whether it is there. Otherwise each that is configured is asked once, in the background, where they are eight or fewer.",
      CODESWITCH_KEY:
        "For setup, models, test and doctor: the client's key, out of sight of the list of processes. --key wins.",
      CODESWITCH_CORPUS: "Tests only: folder of recorded vendor streams.",
      CODESWITCH_CAPTURES: "Tests only: folder of captured client requests.",
      CODESWITCH_SPECS: "Tests only: folder of published protocol descriptions.",
      BUN_CONFIG_MAX_HTTP_REQUESTS:
        "How many upstream calls may be open at once. The launcher sets 65000 where it is unset.",
      HTTPS_PROXY: "Proxy for calls to vendors; HTTP_PROXY and NO_PROXY too. Real environment only, not .env.",
      HTTP_PROXY: "As HTTPS_PROXY, for http:// hosts.",
      NO_PROXY: "Hosts that are called directly.",
      NODE_EXTRA_CA_CERTS: "PEM file with certificates of your own authority. Real environment only, not .env.",
      NO_COLOR: "1: no colours in the terminal. FORCE_COLOR wins.",
    }),
  ],
  "Keys that callers present (never sent upstream)": [
    ...honoured({
      SERVICE_API_KEY: "The key that your clients send. Unset: loopback only, without a key. change-me is refused.",
      CODESWITCH_OWNER_KEY:
        "The key of whoever runs the gateway, for machines: a caller called owner, without limits. auth.owner_key in a file is the same. Samples are refused.",
      LITELLM_MASTER_KEY: "The old name of CODESWITCH_OWNER_KEY: read where that is unset, with a remark.",
      ANTHROPIC_AUTH_TOKEN: "A second key that clients may send, under the name that Claude Code knows.",
    }),
  ],
  "Azure (Cursor-Azure-GPT-5, AzureGptProxy)": [
    ...honoured({
      AZURE_BASE_URL: "https://NAME.openai.azure.com; the portal's longer URLs are understood too.",
      AZURE_API_KEY: "Key of the Azure resource.",
      AZURE_OPENAI_ENDPOINT:
        "Another name for AZURE_BASE_URL. Its port is kept; an api-version in its query counts if AZURE_API_VERSION is unset.",
      AZURE_OPENAI_API_KEY: "Another name for AZURE_API_KEY.",
      AZURE_API_VERSION:
        "Unset or v1: the v1 API. A date: the dated API; older than 2025-03-01-preview has Chat Completions only.",
      AZURE_DEPLOYMENT: "Deployment behind gpt-high, gpt-medium, gpt-low and gpt-minimal. Default gpt-5.",
      CURSOR_AZURE_DEPLOYMENT: "The same, and wins over AZURE_DEPLOYMENT.",
      AZURE_MODEL_DEPLOYMENTS:
        'JSON map from a model\'s name to its deployment: {"gpt-5.4":"prod-54"}. Names that are not in it are deployments of the same name.',
      AZURE_VERBOSITY_LEVEL: "low, medium or high. Unset: the model's own.",
      AZURE_SUMMARY_LEVEL:
        "auto, concise, detailed or none. Default detailed; none for organisations that are not verified.",
      AZURE_TRUNCATION: "auto or disabled. Unset: the vendor's own, which is disabled.",
      SMALL_MODEL: "What answers when a client asks for a haiku.",
      BIG_MODEL: "What answers when a client asks for a sonnet or an opus.",
      SMALL_EFFORT:
        "Effort for SMALL_MODEL when the request names none: none, minimal, low, medium, high, xhigh or max.",
      BIG_EFFORT: "Effort for BIG_MODEL when the request names none.",
    }),
    renamed("AZURE_DEPLOYMENT_MAP", "An early name of the map of deployments.", "AZURE_MODEL_DEPLOYMENTS"),
    ...refused("a name says it (gpt-5-high), or reasoning.effort of a target in a file", {
      AZURE_REASONING_EFFORT: "Effort for mapped names.",
    }),
    ...refused("Entra sign-in is not part of this version; use AZURE_API_KEY", {
      AZURE_CLIENT_ID: "Entra sign-in.",
      AZURE_CLIENT_SECRET: "Entra sign-in.",
      AZURE_TENANT_ID: "Entra sign-in.",
    }),
    ...refused("Azure is on when its URL and key are set", { ENABLE_AZURE: "Switched Azure on or off." }),
    ...refused("the file has another shape; docs/MIGRATE.md shows both side by side", {
      MODEL_CONFIG_PATH: "Path of the multi-backend fork's models.yaml.",
    }),
  ],
  "Other vendors: one key is enough": [
    ...vendors.flatMap(keyRows),
    renamed("YOUR_AIMLAPI_KEY", "The placeholder in AI/ML API's Cursor guide.", "AIMLAPI_KEY"),
    ...refused(LOOP, {
      OPENAI_BASE_URL: "Another host for OpenAI's SDKs.",
      OPENAI_API_BASE: "Another host for OpenAI's SDKs.",
      ANTHROPIC_BASE_URL: "Another host for Anthropic's SDKs and Claude Code.",
      KIMI_BASE_URL: "Another host for Kimi's tools.",
      MOONSHOT_BASE_URL: "Another host for Kimi's tools.",
    }),
  ],
  "Logging and traffic (Cursor-Azure-GPT-5)": [
    ...refused(NO_PROMPTS, {
      RECORD_TRAFFIC: "Wrote every request and answer to recordings/.",
      RECORD_REDACT: "Masked those recordings.",
      LOG_CONTEXT: "Printed the conversation.",
      LOG_COMPLETION: "Printed the answer while it came.",
    }),
    ...refused("keys are never written, so there is nothing to switch", { LOG_REDACT: "Masked headers in the log." }),
    ...refused("there is one line a call; CODESWITCH_LOG_FORMAT chooses its shape", {
      LOG_LEVEL: "How much is logged.",
    }),
    ...refused("show_reasoning of a model or key in a file: auto, think or none", {
      REASONING_DISPLAY_MODE: "How reasoning is shown.",
    }),
  ],
  "Process (Flask, ASP.NET, Gunicorn)": [
    renamed("ASPNETCORE_URLS", "Addresses that AzureGptProxy listened on.", "HOST and PORT"),
    ...refused("there is one mode; npm run dev reloads", {
      FLASK_ENV: "development or production.",
      FLASK_DEBUG: "Flask's debugger.",
    }),
    ...refused("server.workers of a file says how many processes serve", {
      GUNICORN_WORKERS: "Number of worker processes.",
    }),
  ],
  "Consumer log-ins (Codex in Cursor-Azure-GPT-5)": [
    ...refused(NO_CONSUMER, {
      ENABLE_CODEX: "Used a ChatGPT log-in as a backend.",
      CODEX_AUTH_PATH: "Where that log-in lay.",
      CODEX_RESPONSES_URL: "ChatGPT's private endpoint.",
      CODEX_SUPPORTED_MODELS: "Models of that backend.",
      CODEX_MODEL_REWRITES: "Names of that backend's models.",
    }),
    ...refused("no other product's name is sent", {
      CODEX_ORIGINATOR: "Pretended to be the Codex CLI.",
      CODEX_USER_AGENT: "Pretended to be the Codex CLI.",
    }),
    ...refused(NO_CONSUMER, {
      CODEX_DISCOVERY_MODE: "Skipped a check of that backend.",
      CODEX_TOKEN_REFRESH_SKEW_SECONDS: "When that log-in was renewed.",
    }),
    ...refused("first_byte_ms and idle_ms of a provider in a file", {
      CODEX_REQUEST_TIMEOUT_SECONDS: "That backend's time limit.",
    }),
  ],
  "Composer (the Worker in front of Cursor)": [
    ...refused(COMPOSER, {
      CURSOR_API_KEY: "A Cursor user key.",
      CURSOR_BACKEND_BASE_URL: "Cursor's private backend.",
      CURSOR_CHAT_ENDPOINT: "Cursor's private endpoint.",
    }),
    ...refused("no other product's name is sent", { CURSOR_CLIENT_VERSION: "Pretended to be a version of Cursor." }),
    ...refused(COMPOSER, { ENCRYPTION_KEY: "Encrypted stored Cursor keys." }),
    ...refused("there is no hosted service", { WAITLIST_API_TOKEN: "A hosted service's waiting list." }),
  ],
});

export const variables = (vendors: readonly VendorFacts[]): readonly VariableRow[] =>
  Object.values(variableGroups(vendors)).flat();

export const OWN_VARIABLES: readonly string[] = variables([])
  .map((row) => row.name)
  .filter((name) => name.startsWith("CODESWITCH_"));
