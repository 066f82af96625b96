/** The table of variables and `.env.example`, as text. */
import { variableGroups, type VariableRow } from "../../src/config/env/variables.ts";
import type { VendorFacts } from "../../src/config/vendor.ts";

export const printVariables = (vendors: readonly VendorFacts[]): string =>
  Object.entries(variableGroups(vendors))
    .map(
      ([title, rows]) =>
        `### ${title}\n\n| Variable | | Meaning |\n| --- | --- | --- |\n${rows.map(tableRow).join("\n")}`,
    )
    .join("\n\n");

const tableRow = ({ name, status, meaning, instead }: VariableRow): string =>
  `| \`${name}\` | ${status} | ${cell(status === "honoured" ? meaning : status === "renamed" ? `${meaning} Now: ${instead}.` : `${meaning} Not read: ${instead}.`)} |`;

const cell = (text: string): string => text.replaceAll("|", "\\|");

/** Every variable that is read here, commented out; the others by name, so that nobody looks for them in vain. */
export const printDotenv = (vendors: readonly VendorFacts[]): string =>
  `${HEAD}\n\n${Object.entries(variableGroups(vendors))
    .map(([title, rows]) => `# ---- ${title}\n${rows.map(dotenvLines).join("\n")}`)
    .join("\n\n")}\n`;

const HEAD = `# Every variable that codeswitch knows. Copy this file to .env and remove the # before what you need.
# It is read when it lies beside the configuration (./codeswitch.yaml, --config), or when you name it: npx codeswitch start --config .env
# The real environment wins. Blank means unset. With a codeswitch.yaml only the first group acts by itself; the others through \${NAME} in it.`;

const EXAMPLES: Readonly<Record<string, string>> = {
  HOST: "127.0.0.1",
  PORT: "4141",
  CODESWITCH_LOG_FORMAT: "text",
  AZURE_DEPLOYMENT: "gpt-5",
  AZURE_SUMMARY_LEVEL: "detailed",
};

const dotenvLines = ({ name, status, meaning, instead }: VariableRow): string =>
  status === "honoured"
    ? `# ${meaning}\n#${name}=${EXAMPLES[name] ?? ""}`
    : `# ${name}: not read; ${status === "renamed" ? `use ${instead}` : instead}.`;
