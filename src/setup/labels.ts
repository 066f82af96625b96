/** What a client shall say of each of its calls, in headers of the gateway's own: `docs/OPERATIONS.md`, "The record". */
import { isPrintable } from "../wire/printable.ts";
import { SetupRefused } from "./setup.ts";

export interface Labels {
  /** `team=search,ticket=A-12` */
  readonly tag?: string | undefined;
  readonly repo?: string | undefined;
  readonly branch?: string | undefined;
  readonly pr?: string | undefined;
}

/** By the header's name, none where nothing is said. Throws SetupRefused for what the gateway would pass over. */
export function labelHeaders({ tag, ...names }: Labels): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  for (const pair of tag?.split(",") ?? [])
    if (!PAIR.test(pair.trim()))
      throw new SetupRefused(`--tag: "${pair}" is no NAME=VALUE. Write them like team=search,ticket=A-12.`);
  for (const [name, value] of Object.entries({ tags: tag, ...names })) {
    if (value === undefined) continue;
    if (value.trim() === "" || value.length > LENGTH_MAX || !isPrintable(value) || !ASCII.test(value))
      throw new SetupRefused(
        `--${name === "tags" ? "tag" : name}: give up to ${LENGTH_MAX} plain letters, as a header can carry them.`,
      );
    headers[`x-codeswitch-${name}`] = value.trim();
  }
  return headers;
}

const PAIR = /^[\w.-]{1,64}=.+$/;
const ASCII = /^[ -~]+$/;
const LENGTH_MAX = 256;
