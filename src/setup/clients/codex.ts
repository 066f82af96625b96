/** Codex: config.toml. Two blocks of ours, since top-level keys must stand before the first table. https://developers.openai.com/codex/config-reference */
import { join } from "node:path";
import { CATALOGUE_PATH } from "../../probe/gateway.ts";
import { endsLine, hasMark, marked, withLineEnds } from "../block.ts";
import { type Change, type Connection, type Place, type Read, type Setup, SetupRefused } from "../setup.ts";
import { notValid, refuseTaken } from "../refusals.ts";
import { reasonOf } from "../../wire/reason.ts";

const inHome = ({ home, env }: Place, file: string): string => join(env.CODEX_HOME ?? join(home, ".codex"), file);

/** Takes the place of the catalogue inside the program, in which none of our names stands: it would warn, and offer no apply_patch. */
const CATALOGUE = "codeswitch-models.json";

const topLines = ({ model, catalogue }: Connection, cataloguePath: string): string[] => [
  `model = ${quoted(model)}`,
  'model_provider = "codeswitch"',
  ...(catalogue ? [`model_catalog_json = ${quoted(cataloguePath)}`] : []),
];

const tableLines = ({ url, key, labels }: Connection): string[] => [
  "[model_providers.codeswitch]",
  'name = "codeswitch"',
  `base_url = ${quoted(`${url}/v1`)}`,
  'wire_api = "responses"',
  // env_key would need a variable in every shell; this one stands in the file (accepted by 0.169.0, test/clis/setup.test.ts).
  `experimental_bearer_token = ${quoted(key)}`,
  ...(labels ? [`http_headers = { ${inlined(labels)} }`] : []),
];

const inlined = (labels: Readonly<Record<string, string>>): string =>
  Object.entries(labels)
    .map(([name, value]) => `${quoted(name)} = ${quoted(value)}`)
    .join(", ");

/** JSON's escapes are a part of those of a basic string in TOML. */
const quoted = (text: string): string => JSON.stringify(text);

export const codex = {
  kind: "files",
  id: "codex",
  title: "Codex",
  dialect: "openai-responses",
  takesLabels: true,
  plan: (read, place, connection) => {
    const path = inHome(place, "config.toml");
    const before = read(path);
    const text = before ?? "";
    const catalogue = catalogueChange(read, place, connection);
    const lines = topLines(connection, inHome(place, CATALOGUE));
    refuseConflicts(path, text, lines, connection);
    const top = withLineEnds(`${marked(lines)}\n`, text);
    const table = withLineEnds(`${marked(tableLines(connection))}\n`, text);
    const gap = withLineEnds("\n", text);
    const rest = text === "" ? "" : gap + endsLine(text);
    return [{ path, before, after: `${top}${rest}${gap}${table}` }, ...catalogue];
  },
  values: (connection) => [
    ["~/.codex/config.toml, above the first [table]", topLines(connection, `/path/to/.codex/${CATALOGUE}`).join("\n")],
    ["~/.codex/config.toml, at the end", tableLines(connection).join("\n")],
    ...(connection.catalogue ? [[`~/.codex/${CATALOGUE}`, curl(connection)] as const] : []),
  ],
  notes: ["Start it as always: codex. For another model of the gateway: codex -m NAME."],
  rivals: [],
  program: {
    command: "codex",
    install: "npm install -g @openai/codex",
    args: (prompt) => ["exec", "--skip-git-repo-check", prompt],
  },
} satisfies Setup;

const curl = ({ url, key }: Connection): string => `curl '${url}${CATALOGUE_PATH}' -H 'authorization: Bearer ${key}'`;

function catalogueChange(read: Read, place: Place, { catalogue }: Connection): Change[] {
  if (!catalogue) return [];
  const path = inHome(place, CATALOGUE);
  refuseTaken(path, read);
  const brief = `what the gateway says of ${catalogue.length === 1 ? "its model" : `its ${catalogue.length} models`}`;
  return [{ path, after: `${JSON.stringify({ models: catalogue }, null, 2)}\n`, brief }];
}

/** TOML knows a key once: ours beside theirs would be a file that Codex cannot read. */
function refuseConflicts(path: string, text: string, top: readonly string[], connection: Connection): void {
  const config = readToml(path, text);
  const byHand = [...top, "", ...tableLines(connection)].map((line) => `  ${hideKey(line, connection.key)}`);
  const found = [
    ...(config.model === undefined ? [] : ["model"]),
    ...(config.model_provider === undefined ? [] : ["model_provider"]),
    ...(config.model_catalog_json === undefined || !connection.catalogue ? [] : ["model_catalog_json"]),
    ...(Object.hasOwn((config.model_providers ?? {}) as object, "codeswitch") ? ["model_providers.codeswitch"] : []),
  ];
  if (found.length === 0 && !hasMark(text)) return;
  const places = found.map((key) => `${key}${lineOfKey(text, key)}`).join(", ");
  throw new SetupRefused(
    `${path} already sets ${places || "lines of codeswitch"}, and TOML takes a key only once. Put a # in front of ${found.length === 1 ? "that line" : "those lines"} and run this again, or write by hand:\n${byHand.join("\n")}`,
  );
}

const hideKey = (line: string, key: string): string => line.replace(quoted(key), '"<the key, from --print>"');

function readToml(path: string, text: string): Readonly<Record<string, unknown>> {
  try {
    return Bun.TOML.parse(text) as Record<string, unknown>;
  } catch (error) {
    throw notValid(path, "TOML", reasonOf(error));
  }
}

function lineOfKey(text: string, key: string): string {
  const name = key.replaceAll(".", "\\.");
  const at = text.split("\n").findIndex((line) => new RegExp(`^\\s*(\\[\\s*)?["']?${name}["']?\\s*[=\\].]`).test(line));
  return at < 0 ? "" : ` (line ${at + 1})`;
}
