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
  "config check": [
    ["config check", "what a start would read"],
    ["config check --config team.yaml", "this file"],
  ],
  "config print": [["config print", "secrets masked"]],
  "config schema": [["config schema > codeswitch.schema.json", "for your editor"]],
  "keys add": [
    ["keys add laptop", "may do everything"],
    ["keys add ci --models 'gpt-5*' --limit requests/min=20 --limit parallel=2", "some models, slowly"],
    ["keys add anna --budget 50/month --budget 5/day --zone Europe/Berlin", "up to an amount"],
    ["keys add guest --expires 30d --address 10.0.0.0/8 --tag team=search", "for a while, from here"],
  ],
  "keys list": [
    ["keys list", "as a table"],
    ["keys list --json", "for programs"],
  ],
  "keys rotate": [["keys rotate laptop --grace 24h", "the old one goes on for a day"]],
  "secret rotate": [["secret rotate", "then start again"]],
};
