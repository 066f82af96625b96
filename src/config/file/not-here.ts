/** Keys that people bring along from other gateways: each gets a sentence of its own instead of the list of ours. */
import { command } from "../../typed/command.ts";

export interface NotHere {
  /** Finishes the sentence "<key> …". */
  readonly fault: string;
  readonly fix: string;
}

const inFront = (names: string, fault: string, what: string): readonly [string, NotHere] => [
  names,
  { fault, fix: `Put a reverse proxy such as Caddy in front of the gateway: docs/PROXY.md shows how${what}.` },
];

const ROWS: readonly (readonly [names: string, said: NotHere])[] = [
  inFront(
    "tls ssl https cert certs certificate cert_file key_file domain",
    "is not in this version: it speaks plain HTTP",
    ", streams included",
  ),
  [
    "rpm tpm max_parallel_requests rate_limit rate_limits limit quota",
    {
      fault: "is written otherwise here",
      fix: "Write limits: { requests_per_minute: 60, tokens_per_minute: 100000, parallel: 5 }, at the top, in a key, a model or a provider.",
    },
  ],
  [
    "budget max_budget budget_duration",
    {
      fault: "is written otherwise here",
      fix: "Write budgets: [ { usd: 5, per: month } ], at the top, in a key, a model or a provider.",
    },
  ],
  [
    "cost pricing",
    {
      fault: "is written otherwise here",
      fix: "Write prices: { input: 1.25, output: 10 }, dollars per million tokens, in a target or a provider.",
    },
  ],
  [
    "metrics prometheus otel opentelemetry telemetry tracing",
    {
      fault: "is not in this version",
      fix: `${command("usage --json")} has sums, ${command("logs -f --json")} every call as it ends, and outbox.url gets each by HTTP.`,
    },
  ],
  [
    "fallback fallbacks retry retries num_retries max_retries",
    { fault: "is no setting of its own here", fix: "List more than one of targets: they are tried in order." },
  ],
  [
    "timeout timeouts request_timeout timeout_ms",
    { fault: "is not one time here", fix: "first_byte_ms and idle_ms of a provider say how long it may take." },
  ],
  [
    "litellm_params litellm_settings general_settings router_settings backend api_model deployment_name api_base",
    { fault: "is of another program's file", fix: "docs/MIGRATE.md shows what stands where." },
  ],
];

const BY_NAME: ReadonlyMap<string, NotHere> = new Map(
  ROWS.flatMap(([names, said]) => names.split(" ").map((name) => [name, said] as const)),
);

export const notHere = (name: string): NotHere | undefined => BY_NAME.get(name.toLowerCase());

/** The one key that LiteLLM's file cannot do without. */
export const isLiteLlm = (value: unknown): boolean =>
  typeof value === "object" && value !== null && "model_list" in value;

export const LITELLM: NotHere = {
  fault: "is LiteLLM's, and this file with it",
  fix: "docs/MIGRATE.md shows what stands where here.",
};
