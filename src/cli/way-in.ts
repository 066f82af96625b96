/** How callers from outside reach the gateway: through a tunnel that we start, or at an address that is theirs already. */
import { randomBytes } from "node:crypto";
import type { Config } from "../config/config.ts";
import { isWeakKey, KEY_LENGTH_MIN, WEAK_KEY_FIX } from "../config/expose.ts";
import { publicAddressFault } from "../probe/public-url.ts";
import { command } from "../typed/command.ts";
import { configFile } from "./setup-connection.ts";
import { UsageError } from "./usage.ts";

export type WayIn =
  /** Its address is made when it starts, another one each time. */
  | { readonly kind: "quick"; readonly program: string }
  /** A tunnel of one's own, with a hostname that stays. */
  | { readonly kind: "named"; readonly program: string; readonly name: string; readonly url: string }
  /** A proxy, or a tunnel that somebody else starts. */
  | { readonly kind: "address"; readonly url: string };

export interface Wanted {
  /** "": a quick one. */
  readonly tunnel: string | undefined;
  readonly publicUrl: string | undefined;
  /** As the person typed it, to be typed again. */
  readonly typed: string;
}

/** What must hold before anything is started. undefined: this machine alone. Throws UsageError. */
export function wayIn({ tunnel, publicUrl, typed }: Wanted, config: Config, path: string): WayIn | undefined {
  if (tunnel === undefined && publicUrl === undefined) return undefined;
  const url = publicUrl === undefined ? undefined : checkAddress(publicUrl);
  const name = tunnel === undefined || tunnel === "" ? undefined : checkName(tunnel);
  if (tunnel === "" && url !== undefined)
    throw new UsageError(
      `The address of a quick tunnel is made when it starts, so that --public-url cannot choose it. For an address that leads here already leave --tunnel out; for a tunnel of your own name it: ${command(`start --tunnel NAME --public-url ${url}`)}`,
    );
  if (name !== undefined && url === undefined)
    throw new UsageError(
      `The tunnel ${name} has a hostname of its own, which Cursor must be told. Give it too: ${command(`start --tunnel ${name} --public-url https://llm.example.com`)}`,
    );
  checkKeys(config, typed, tunnel === undefined ? "A public address" : "A tunnel");
  if (tunnel === undefined) return url === undefined ? undefined : { kind: "address", url };
  const program = findProgram(path);
  return name === undefined || url === undefined ? { kind: "quick", program } : { kind: "named", program, name, url };
}

function checkAddress(written: string): string {
  const fault = publicAddressFault(written);
  if (fault !== undefined) throw new UsageError(`--public-url: ${fault}`);
  return written.replace(/\/+$/, "");
}

function checkName(tunnel: string): string {
  if (URL.canParse(tunnel))
    throw new UsageError(
      `--tunnel takes the name of a tunnel, and ${tunnel} is an address. If it leads here already: ${command(`start --public-url ${tunnel}`)}`,
    );
  if (!/^\w[\w.-]*$/.test(tunnel))
    throw new UsageError(
      `--tunnel: "${tunnel}" is no name of a tunnel. cloudflared tunnel list shows yours; without a name a quick one is made.`,
    );
  return tunnel;
}

function checkKeys(config: Config, typed: string, what: string): void {
  const owner = config.ownerKey === undefined ? [] : [{ name: "owner", key: config.ownerKey }];
  const keys = [...config.keys, ...owner];
  if (keys.length === 0)
    throw new UsageError(
      `${what} makes the gateway public, and without a key anybody could spend your money. ${newKey(config, typed)}`,
    );
  const weak = keys.find(isWeakKey);
  if (weak)
    throw new UsageError(
      `${what} makes the gateway public, and the key ${weak.name} can be guessed: it has fewer than ${KEY_LENGTH_MIN} characters. ${WEAK_KEY_FIX}`,
    );
}

/** A key that nobody has used yet, in a line to paste. A file's keys are its own: a variable would add none. */
function newKey(config: Config, typed: string): string {
  const key = randomBytes(24).toString("hex");
  const file = configFile(config);
  if (file !== undefined)
    return `Add one to ${config.source}, such as this new one, and start again:\n\n  auth: { keys: [ { name: cursor, key: "${key}" } ] }`;
  const set = process.platform === "win32" ? `$env:SERVICE_API_KEY="${key}";` : `SERVICE_API_KEY=${key}`;
  return `Set SERVICE_API_KEY. This line sets it to a new key, which your clients then present, and starts:\n\n  ${set} ${command(typed)}`;
}

function findProgram(path: string): string {
  const found = Bun.which("cloudflared", { PATH: path });
  if (found) return found;
  throw new UsageError(
    "cloudflared, which makes the tunnel, is not installed. Get it with brew install cloudflared, winget install Cloudflare.cloudflared, or from https://developers.cloudflare.com/cloudflare-one/networks/connectors/cloudflare-tunnel/downloads/ and start again. Any other way in does too, named with --public-url: docs/clients/cursor.md.",
  );
}
