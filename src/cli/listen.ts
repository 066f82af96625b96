/** The address that the gateway listens on: whether there is one, who has it already, and what other machines call it. */
import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { networkInterfaces } from "node:os";
import type { ServerConfig } from "../config/config.ts";
import { presence } from "../probe/gateway.ts";
import { command } from "../typed/command.ts";
import { isLoopback } from "../wire/host.ts";
import { hostInUrl, listensEverywhere, localUrl } from "../wire/local-url.ts";
import { shellWord } from "./greeting.ts";
import { UsageError } from "./usage.ts";

type Address = Pick<ServerConfig, "host" | "port">;

/** Throws UsageError for a name that nobody knows: Bun (1.4) reports whatever error came last. */
export async function checkHost({ host }: Address): Promise<void> {
  if (isLoopback(host) || isIP(host) !== 0) return;
  await lookup(host).catch(() => {
    throw noAddress(host);
  });
}

/** undefined: for another reason. */
export async function whyNotOpen(error: unknown, { host, port }: Address): Promise<UsageError | undefined> {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  switch (code) {
    case "EADDRINUSE":
      return inUse({ host, port });
    case "EACCES":
    case "EPERM":
      return new UsageError(
        `Port ${port} on ${host} needs more rights than this user has. Choose one above 1023: ${command("start --port 4141")}`,
      );
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return noAddress(host);
    default:
      return undefined;
  }
}

const noAddress = (host: string): UsageError =>
  new UsageError(`${host} is not an address of this machine. Choose another: ${command("start --host 127.0.0.1")}`);

export const startBeside = (port: number, flags: readonly string[] = []): string =>
  command(["start", ...flags.map(shellWord), "--port", port < 65_535 ? port + 1 : 4141].join(" "));

/** What was typed behind `start`, without its port. */
const otherFlags = (typed: readonly string[]): readonly string[] =>
  typed.filter((word, at) => !/^(--port|-p)(=|$)/.test(word) && !/^(--port|-p)$/.test(typed[at - 1] ?? ""));

async function inUse({ host, port }: Address): Promise<UsageError> {
  const other = startBeside(port, otherFlags(process.argv.slice(3)));
  const { kind } = await presence(localUrl(host, port), PRESENCE_MS);
  return new UsageError(
    kind === "gateway"
      ? `A codeswitch runs at port ${port} on ${host} already. Use that one, or stop it (Ctrl-C where it runs) to start it anew; for a second one beside it: ${other}`
      : `Port ${port} on ${host} is already in use. Stop what listens there, or choose another: ${other}`,
  );
}

/** Whoever starts a gateway waits for it. */
const PRESENCE_MS = 1_000;

/** Where it listens on every address, those that other machines can reach. */
export function elsewhere({ host }: Pick<Address, "host">, url: string): string[] {
  if (!listensEverywhere(host)) return [];
  const own = Object.values(networkInterfaces()).flatMap((addresses = []) => addresses);
  const { port } = new URL(url);
  return own
    .filter(
      ({ internal, family, address }) =>
        !internal && (family === "IPv4" || host !== "0.0.0.0") && !isLinkLocal(address),
    )
    .map(({ address }) => `http://${hostInUrl(address)}:${port}`);
}

/** Such an address means nothing without the name of an interface. */
const isLinkLocal = (address: string): boolean => /^(fe80:|169\.254\.)/i.test(address);
