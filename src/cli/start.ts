/** `codeswitch start`: the gateway, until somebody stops it. */
import { defineCommand } from "citty";
import type { Config } from "../config/config.ts";
import { jsonLine, logOf, lostLine } from "../observe/log.ts";
import { output, type Output } from "../observe/output.ts";
import type { GatewayOptions, RunningGateway } from "../gateway.ts";
import { type DataHere, dataHere } from "./data.ts";
import { localUrl, sourceOf } from "./find-gateway.ts";
import { greeting } from "./greeting.ts";
import { leaveNote } from "./note.ts";
import { lastWords, untilStopped } from "./stop.ts";
import { CONFIG_ARG, loadHere } from "./surroundings.ts";
import { announceTunnel, checkTunnel, openTunnel } from "./tunnel.ts";
import { UsageError } from "./usage.ts";
import { VERSION } from "./version.ts";

export const startCommand = defineCommand({
  meta: { name: "start", description: "Start the gateway. Without any key or file it starts with a simulator to try." },
  args: {
    config: CONFIG_ARG,
    host: {
      type: "string",
      valueHint: "HOST",
      description: "Address to listen on. Other than loopback needs a key. Default 127.0.0.1.",
    },
    port: {
      type: "string",
      alias: "p",
      valueHint: "PORT",
      description: "Port to listen on; 0 takes any free one. Default 4141.",
    },
    "log-format": {
      type: "string",
      valueHint: "text|json",
      description: "One line a call: for people, or JSON. Default text.",
    },
    tunnel: { type: "boolean", description: "Make it public through cloudflared, for Cursor. Needs a key." },
  },
  run: async ({ args }) => {
    const config = loadHere(args.config, {
      ...(args.host !== undefined && { host: args.host }),
      ...(args.port !== undefined && { port: args.port }),
      ...(args["log-format"] !== undefined && { logFormat: args["log-format"] }),
    });
    const cloudflared = args.tunnel ? checkTunnel(config, process.env.PATH ?? "") : undefined;
    const { format } = config.log;
    const said = output((lines) => lostLine(format, lines));
    const options = { ...dataHere(args.config), log: logOf(format, said.print) };
    await serve(config, options, cloudflared, said).finally(() => lastWords(said));
  },
});

async function serve(
  config: Config,
  options: GatewayOptions & DataHere,
  cloudflared: string | undefined,
  said: Output,
): Promise<void> {
  const gateway = await open(config, options);
  const { url, instance } = gateway;
  const note = {
    url: localUrl(config.server.host, config.server.port || new URL(url).port),
    pid: process.pid,
    version: VERSION,
    instance,
    source: sourceOf(config),
  };
  const takeNoteAway = leaveNote(options.dataDir, note);
  const tunnel = cloudflared === undefined ? undefined : openTunnel(cloudflared, gateway.url);
  const stop = (): Promise<void> => {
    tunnel?.stop();
    takeNoteAway();
    return gateway.stop();
  };
  // Before anybody is told that we are up: who reads it may stop us at once.
  const stopped = untilStopped(stop, gateway.openCalls, config.server.drainMs, said);
  said.print(announcement(config, gateway.url));
  if (tunnel)
    await announceTunnel(tunnel, config, said, stopped).catch((error: unknown) =>
      stop().then(() => Promise.reject(error)),
    );
  await stopped;
}

async function open(config: Config, options: GatewayOptions): Promise<RunningGateway> {
  // Loaded here, so that --help and config check stay quick.
  const { startGateway } = await import("../gateway.ts");
  try {
    return await startGateway(config, options);
  } catch (error) {
    throw whyNotOpen(error, config.server) ?? error;
  }
}

function whyNotOpen(error: unknown, { host, port }: Config["server"]): UsageError | undefined {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  switch (code) {
    case "EADDRINUSE":
      return new UsageError(
        `Port ${port} on ${host} is already in use. Stop what listens there, or choose another: codeswitch start --port ${port + 1}`,
      );
    case "EACCES":
    case "EPERM":
      return new UsageError(
        `Port ${port} on ${host} needs more rights than this user has. Choose one above 1023: codeswitch start --port 4141`,
      );
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return new UsageError(
        `${host} is not an address of this machine. Choose another: codeswitch start --host 127.0.0.1`,
      );
    default:
      return undefined;
  }
}

/** JSON logs go to a program, which reads lines and not a greeting. The gateway itself has logged the warnings. */
function announcement(config: Config, url: string): string {
  if (config.log.format === "text") return greeting(config, url, VERSION);
  const { source, providers, models, keys } = config;
  const names = {
    providers: Object.keys(providers),
    models: models.map(({ name }) => name),
    keys: keys.map(({ name }) => name),
  };
  return jsonLine("info", { event: "started", version: VERSION, url, source, ...names });
}
