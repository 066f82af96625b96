/** What a person reads of the way in from outside: where it leads, what to paste into Cursor, and when it is gone. */
import type { Config } from "../config/config.ts";
import { jsonLine } from "../observe/log.ts";
import type { Output } from "../observe/output.ts";
import { listedModels } from "../routing/plan.ts";
import { command } from "../typed/command.ts";
import { keyWords } from "./greeting.ts";
import type { Told } from "./keep-tunnel.ts";
import { table } from "./table.ts";
import type { WayIn } from "./way-in.ts";

export function announceAddress(url: string, config: Config, said: Output): void {
  said.print(config.log.format === "text" ? values(url, config) : jsonLine("info", { event: "public", url }));
}

export function tellOfTunnel(kind: WayIn["kind"], config: Config, said: Output): Told {
  if (config.log.format === "json")
    return {
      up: (url) => said.print(jsonLine("info", { event: "tunnel", url })),
      down: (why, againInMs) => said.print(jsonLine("warn", { event: "tunnel-lost", why, againInMs })),
    };
  return {
    up: (url, before) => {
      if (before === url) return said.print(`The tunnel is back at ${url}.`);
      if (before !== undefined) said.complain(moved(url, before));
      said.print(values(url, config) + (kind === "quick" ? FLEETING : ""));
    },
    down: (why, againInMs) => said.complain(`! ${why} It is opened again in ${againInMs / 1_000} s.`),
  };
}

const moved = (url: string, before: string): string =>
  `! The tunnel is back at ANOTHER ADDRESS. Change it in Cursor, where the old one leads nowhere:\n    was  ${before}\n    now  ${url}\n`;

const FLEETING = "  This address is another one after every start. Ways to one that stays: docs/clients/cursor.md\n";

/** What Cursor may offer to choose from. */
const SHOWN = 6;

function values(url: string, config: Config): string {
  const models = listedModels(config).slice(0, SHOWN);
  const pasted = [
    ["OpenAI API Key", keyWords(config)],
    ["Override OpenAI Base URL", `${url}/cursor/v1`],
    ["Custom models", models.map(({ name }) => name).join(", ")],
  ];
  return [
    `  Public     ${url}`,
    "",
    "  In Cursor Settings → Models → API Keys",
    table(pasted, { indent: "    ", gap: 3 }),
    `  Check it from outside: ${command(`doctor --public-url ${url}`)}`,
    "",
  ].join("\n");
}
