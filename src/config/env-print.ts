/** The table of variables and `.env.example`, as text. */
import { variableGroups, type VariableRow } from "./env-variables.ts";
import type { VendorFacts } from "./vendor.ts";

export const printVariables = (vendors: readonly VendorFacts[]): string =>
  variableGroups(vendors)
    .map(
      ({ title, rows }) =>
        `### ${title}\n\n| Variable | | Meaning |\n| --- | --- | --- |\n${rows.map(tableRow).join("\n")}`,
    )
    .join("\n\n");

const tableRow = ({ name, status, meaning, instead }: VariableRow): string =>
  `| \`${name}\` | ${status} | ${cell(status === "honoured" ? meaning : status === "renamed" ? `${meaning} Now: ${instead}.` : `${meaning} Not read: ${instead}.`)} |`;

const cell = (text: string): string => text.replaceAll("|", "\\|");

/** Every variable that is read here, commented out; the others by name, so that nobody looks for them in vain. */
export const printDotenv = (vendors: readonly VendorFacts[]): string =>
  `${HEAD}\n\n${variableGroups(vendors)
    .map(({ title, rows }) => `# ---- ${title}\n${rows.map(dotenvLines).join("\n")}`)
    .join("\n\n")}\n`;

const HEAD = `# Every variable that codeswitch knows. Copy this file to .env and remove the # before what you need.
# It is read when it lies beside the configuration (./codeswitch.yaml, --config), or when you name it: npx codeswitch start --config .env
# The real environment wins. Blank means unset. With a codeswitch.yaml only the first group acts by itself; the others through \${NAME} in it.`;

const dotenvLines = ({ name, status, meaning, instead, example }: VariableRow): string =>
  status === "honoured"
    ? `# ${meaning}\n#${name}=${example ?? ""}`
    : `# ${name}: not read; ${status === "renamed" ? `use ${instead}` : instead}.`;
