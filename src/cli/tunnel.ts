/** `codeswitch start --tunnel`: a public HTTPS address through cloudflared, for clients that call from their maker's cloud. */
import { spawn, type ChildProcess } from "node:child_process";
import { NETWORK, only, SYSTEM } from "../config/child-environment.ts";
import type { Config } from "../config/config.ts";
import { isWeakKey, KEY_LENGTH_MIN, WEAK_KEY_FIX } from "../config/expose.ts";
import { whereKeyIs } from "../config/load.ts";
import { jsonLine } from "../observe/log.ts";
import type { Output } from "../observe/output.ts";
import { UsageError } from "./usage.ts";

export interface Tunnel {
  /** Rejects with UsageError when no address comes. */
  readonly url: Promise<string>;
  stop(): void;
  /** Resolves when the program is gone. */
  readonly ended: Promise<void>;
}

/** What must hold before anything is started. Throws UsageError. */
export function checkTunnel({ keys }: Config, path: string): string {
  if (keys.length === 0)
    throw new UsageError(
      "A tunnel makes the gateway public, and without a key anybody could spend your money. Set SERVICE_API_KEY (openssl rand -hex 24 makes one), or auth.keys in codeswitch.yaml.",
    );
  const weak = keys.find(isWeakKey);
  if (weak)
    throw new UsageError(
      `A tunnel makes the gateway public, and the key ${weak.name} can be guessed: it has fewer than ${KEY_LENGTH_MIN} characters. ${WEAK_KEY_FIX}`,
    );
  const found = Bun.which("cloudflared", { PATH: path });
  if (found) return found;
  throw new UsageError(
    "cloudflared, which makes the tunnel, is not installed. Get it with brew install cloudflared, winget install Cloudflare.cloudflared, or from https://developers.cloudflare.com/cloudflare-one/networks/connectors/cloudflare-tunnel/downloads/ and start again. Any other tunnel does too: docs/clients/cursor.md.",
  );
}

/** A quick tunnel has its address in a few seconds, or never. */
const READY_MS = 30_000;
const ADDRESS = /https:\/\/[a-z0-9-]+\.trycloudflare\.com/;

/** Where cloudflared keeps what is its own. */
const HOME = ["PATH", "HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "XDG_*"];

export function openTunnel(program: string, gatewayUrl: string): Tunnel {
  const child = spawn(program, ["tunnel", "--no-autoupdate", "--url", gatewayUrl], {
    stdio: ["ignore", "pipe", "pipe"],
    env: only(process.env, [...HOME, ...SYSTEM, ...NETWORK, "TUNNEL_*"]),
  });
  const ended = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", () => resolve());
  });
  return { url: addressOf(child), ended, stop: () => stop(child) };
}

function addressOf(child: ReturnType<typeof spawn>): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = "";
    const fail = (why: string): void => {
      clearTimeout(timer);
      stop(child);
      reject(new UsageError(`cloudflared ${why}. ${lastLine(said)}`.trim()));
    };
    const timer = setTimeout(() => fail(`said no address within ${READY_MS / 1000} seconds`), READY_MS);
    const read = (data: Buffer): void => {
      said = (said + data.toString()).slice(-8_000);
      const url = ADDRESS.exec(said)?.[0];
      if (url === undefined) return;
      clearTimeout(timer);
      resolve(url);
    };
    child.stdout?.on("data", read);
    child.stderr?.on("data", read);
    child.once("error", (error) => fail(`could not be started: ${error.message}`));
    child.once("exit", (code) => fail(`ended with ${code}`));
  });
}

function stop(child: ChildProcess): void {
  if (child.exitCode === null && child.signalCode === null) child.kill("SIGTERM");
}

const lastLine = (said: string): string => {
  const line = said.trim().split("\n").at(-1)?.trim() ?? "";
  return line === "" ? "" : `Its last words: ${line.slice(0, 200)}`;
};

/** What to paste, once the tunnel stands. */
const greeting = (url: string, config: Config): string =>
  [
    `  Public     ${url}`,
    "",
    "  In Cursor Settings → Models → API Keys",
    `    OpenAI API Key             ${config.keys
      .slice(0, 1)
      .map((key) => whereKeyIs(config, key))
      .join("")} (codeswitch setup cursor shows it)`,
    `    Override OpenAI Base URL   ${url}/cursor/v1`,
    `    Custom models              ${config.models
      .map(({ name }) => name)
      .filter((name) => !name.includes("*"))
      .slice(0, 6)
      .join(", ")}`,
    `  Check it from outside: codeswitch doctor --public-url ${url}`,
    "",
  ].join("\n");

/** Tells its address when it has one, and when it is gone before the gateway is. `stopped`: the gateway is going. */
export async function announceTunnel(
  tunnel: Tunnel,
  config: Config,
  said: Output,
  stopped: Promise<void>,
): Promise<void> {
  const url = await Promise.race([tunnel.url, stopped]);
  if (typeof url !== "string") return void tunnel.url.catch(() => {});
  said.print(config.log.format === "text" ? greeting(url, config) : jsonLine("info", { event: "tunnel", url }));
  const first = await Promise.race([tunnel.ended.then(() => "tunnel" as const), stopped]);
  if (first === "tunnel")
    said.complain("The tunnel has ended: nothing reaches the gateway from outside. Start again with --tunnel.");
}
