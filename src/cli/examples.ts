/** What people type most, and why: at the end of each command's page. */

type Example = readonly [words: string, why: string];

export const examplesOf = (command: string): readonly Example[] => EXAMPLES[command] ?? [];

const EXAMPLES: Readonly<Record<string, readonly Example[]>> = {
  start: [
    ["start", "on port 4141"],
    ["start --config team.yaml --port 5000", "another file, another port"],
    ["start --tunnel", "public, for Cursor"],
    ["start --public-url https://llm.example.com", "behind your own proxy"],
  ],
  setup: [
    ["setup claude-code", "shows, asks, writes, checks"],
    ["setup codex --undo", "puts the files back"],
    ["setup cursor", "shows what to paste"],
  ],
  models: [
    ["models", "as a table"],
    ["models --json", "for programs"],
  ],
  test: [
    ["test", "the first model listed"],
    ["test gpt-high", "this one"],
    ["test gpt-high --prompt 'How are you?'", "in your words"],
  ],
  doctor: [
    ["doctor", "everything"],
    ["doctor azure", "one provider"],
    ["doctor --deep gpt-high", "what a model can do"],
  ],
  logs: [
    ["logs", "the last calls"],
    ["logs -f --key laptop", "as they end, of one key"],
    ["logs --outcome failed --since 1h", "what went wrong"],
  ],
  "prices show": [
    ["prices show", "every model of the configuration"],
    ["prices show gpt-high", "what it costs here, and who says so"],
    ["prices show --json", "for programs, and for a file of your own"],
  ],
  "prices update": [
    ["prices update prices.json", "new prices, from now on"],
    ["prices update prices.json --dry-run", "what would change"],
  ],
  "prices check": [
    ["prices check", "which models have no price"],
    ["prices check prices.json", "and what another list says otherwise"],
  ],
  "prices recompute": [
    ["prices recompute --since 7d --dry-run", "what a correction would change"],
    ["prices recompute", "every call that is remembered"],
  ],
  usage: [
    ["usage", "30 days, by model"],
    ["usage --by session --since 7d", "the dearest conversations"],
    ["usage --by day --key laptop", "of one key"],
  ],
  export: [
    ["export --since 7d > calls.jsonl", "a line a call"],
    ["export --out calls.parquet", "for DuckDB and pandas"],
  ],
  "config check": [
    ["config check", "what a start would read"],
    ["config check --config team.yaml", "this file"],
  ],
  "config print": [["config print", "secrets masked"]],
  "config schema": [["config schema > codeswitch.schema.json", "for your editor"]],
  "keys add": [
    ["keys add laptop", "may do everything"],
    ["keys add ci --limit requests/min=20", "slowly"],
    ["keys add laptop --budget 50/month", "up to an amount"],
    ["keys add guest --expires 30d", "for a while"],
    ["keys add desk --address 10.0.0.0/8", "from here"],
  ],
  "keys list": [
    ["keys list", "as a table"],
    ["keys list --json", "for programs"],
  ],
  "keys show": [["keys show laptop", "what it may do"]],
  "keys block": [["keys block laptop", "within a second"]],
  "keys unblock": [["keys unblock laptop", "again"]],
  "keys rotate": [["keys rotate laptop --grace 24h", "the old one for a day"]],
  "keys delete": [["keys delete laptop", "for good"]],
  "credentials set": [["credentials set claude", "asks, or reads stdin"]],
  "credentials list": [["credentials list", "without the keys"]],
  "credentials delete": [["credentials delete claude", "for good"]],
  "secret rotate": [["secret rotate", "then start again"]],
};
