/** One run of cloudflared, until it has an address and until it ends. */
import { spawn, type ChildProcess } from "node:child_process";
import { NETWORK, only, SYSTEM } from "../config/child-environment.ts";
import { UsageError } from "./usage.ts";
import type { WayIn } from "./way-in.ts";

export type TunnelWay = Exclude<WayIn, { kind: "address" }>;

export interface Tunnel {
  /** Rejects with UsageError when it does not come up. */
  readonly url: Promise<string>;
  stop(): void;
  /** Resolves when the program is gone. */
  readonly ended: Promise<void>;
}

/** A tunnel is up in a few seconds, or never. */
const READY_MS = 30_000;
/** The host `api` is whom cloudflared asks for one, and stands in its errors. */
const ADDRESS = /https:\/\/(?!api\.)[a-z0-9-]+\.trycloudflare\.com/;
/** What it says of the first of its four connections: https://github.com/cloudflare/cloudflared/blob/master/connection/observer.go */
const CONNECTED = /Registered tunnel connection/;

/** Where cloudflared keeps what is its own. */
const HOME = ["PATH", "HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "XDG_*"];

export function openTunnel(way: TunnelWay, gatewayUrl: string): Tunnel {
  const child = spawn(way.program, ["tunnel", "--no-autoupdate", ...argumentsOf(way, gatewayUrl)], {
    stdio: ["ignore", "pipe", "pipe"],
    env: only(process.env, [...HOME, ...SYSTEM, ...NETWORK, "TUNNEL_*"]),
  });
  const ended = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", () => resolve());
  });
  return { url: addressOf(child, way), ended, stop: () => stop(child) };
}

const argumentsOf = (way: TunnelWay, gatewayUrl: string): string[] =>
  way.kind === "quick" ? ["--url", gatewayUrl] : ["run", "--url", gatewayUrl, way.name];

/** undefined: not yet. */
const addressIn = (said: string, way: TunnelWay): string | undefined =>
  way.kind === "quick" ? ADDRESS.exec(said)?.[0] : CONNECTED.test(said) ? way.url : undefined;

function addressOf(child: ReturnType<typeof spawn>, way: TunnelWay): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = "";
    const fail = (why: string): void => {
      clearTimeout(timer);
      stop(child);
      reject(new UsageError(`cloudflared ${why}. ${lastLine(said)}`.trim()));
    };
    const timer = setTimeout(() => fail(`made no tunnel within ${READY_MS / 1000} seconds`), READY_MS);
    const read = (data: Buffer): void => {
      said = (said + data.toString()).slice(-8_000);
      const url = addressIn(said, way);
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
