/** `codeswitch start`: the gateway, until somebody stops it. */
import { defineCommand } from "citty";
import type { Config } from "../config/config.ts";
import { jsonLine, logOf, lostLine } from "../observe/log.ts";
import { output, type Output } from "../observe/output.ts";
import type { GatewayOptions, RunningGateway } from "../gateway.ts";
import { type DataHere, dataHere } from "./data.ts";
import { sourceOf } from "./find-gateway.ts";
import { greeting, shellWord } from "./greeting.ts";
import { checkHost, elsewhere, whyNotOpen } from "./listen.ts";
import { sightingsFor, tellMissing } from "./missing.ts";
import { leaveNote } from "./note.ts";
import { lastWords, type Stoppable, untilStopped } from "./stop.ts";
import { CONFIG_ARG, loadHere } from "./surroundings.ts";
import { keepTunnel } from "./keep-tunnel.ts";
import { announceAddress, tellOfTunnel } from "./public.ts";
import { openTunnel } from "./tunnel.ts";
import { VERSION } from "../wire/version.ts";
import { type WayIn, wayIn } from "./way-in.ts";
import { flag } from "./flags.ts";
import { countWorkers } from "../workers/count.ts";
import { startWorkers, type Workers } from "./workers.ts";

export const startCommand = defineCommand({
  meta: { name: "start", description: "Start the gateway. Without any key or file it starts with a simulator to try." },
  args: {
    config: CONFIG_ARG,
    host: flag("HOST", "Address to listen on. Other than loopback needs a key. Default 127.0.0.1."),
    port: { ...flag("PORT", "Port to listen on; 0 takes any free one. Default 4141."), alias: "p" },
    "log-format": flag("text|json", "One line a call: for people, or JSON. Default text."),
    tunnel: flag(
      "[NAME]",
      "Make it public through cloudflared, for Cursor; NAME is a tunnel of your own. Needs a key.",
    ),
    "public-url": flag(
      "URL",
      "The HTTPS address that leads here: of the tunnel NAME, or of a proxy in front. Needs a key.",
    ),
  },
  run: async ({ args }) => {
    const { host, port, "log-format": logFormat } = args;
    const load = (): Config => loadHere(args.config, { host, port, logFormat });
    const config = load();
    const typed = process.argv.slice(2).map(shellWord).join(" ");
    const way = wayIn({ tunnel: args.tunnel, publicUrl: args["public-url"], typed }, config, process.env.PATH ?? "");
    const { format } = config.log;
    const said = output((lines) => lostLine(format, lines));
    const here = dataHere(args.config);
    const seen = sightingsFor(config, here.dataDir);
    const options = { ...here, log: logOf(format, said.print), sightings: seen };
    const asks = seen && here.asksDeployments ? () => tellMissing(config, seen, options.log) : undefined;
    await serve(config, options, way, said, load, asks).finally(() => lastWords(said));
  },
});

async function serve(
  config: Config,
  options: GatewayOptions & DataHere,
  way: WayIn | undefined,
  said: Output,
  load: () => Config,
  whenUp: (() => Promise<void>) | undefined,
): Promise<void> {
  const tell = (words: string): void =>
    config.log.format === "json"
      ? said.print(jsonLine("info", { event: "stop", message: words }))
      : said.complain(words);
  const gateway = await open(config, options, said, load);
  const { url, instance } = gateway;
  const note = { url, pid: process.pid, version: VERSION, instance, source: sourceOf(config) };
  const takeNoteAway = leaveNote(options.dataDir, note);
  const going = new AbortController();
  const stop = (): Promise<void> => {
    going.abort();
    takeNoteAway();
    return gateway.stop();
  };
  // Before anybody is told that we are up: who reads it may stop us at once.
  const { drainMs } = config.server;
  const stopped = untilStopped({ stop, openCalls: gateway.openCalls, drainMs, hangUp: gateway.hangUp }, tell, said);
  said.print(announcement(gateway.config?.() ?? config, url, way, gateway.access?.() !== "open"));
  // Whatever becomes of it, the gateway goes on.
  void whenUp?.().catch(() => {});
  if (way)
    await letIn(way, url, config, said, going.signal).catch((error: unknown) =>
      stop().then(() => Promise.reject(error)),
    );
  await Promise.race([
    stopped,
    // A tunnel that leads nowhere ends with it.
    ...(gateway.failed ? [gateway.failed.catch((error: unknown) => stop().then(() => Promise.reject(error)))] : []),
  ]);
}

async function letIn(way: WayIn, url: string, config: Config, said: Output, going: AbortSignal): Promise<void> {
  if (way.kind === "address") return announceAddress(way.url, config, said);
  await keepTunnel(() => openTunnel(way, url), tellOfTunnel(way.kind, config, said), going);
}

/** One process or several: a gateway all the same. */
type Serving = Pick<RunningGateway, "url" | "instance" | "stop"> &
  Partial<Pick<RunningGateway, "config" | "access">> &
  Partial<Pick<Workers, "failed" | "hangUp">> &
  Pick<Stoppable, "openCalls">;

async function open(config: Config, options: GatewayOptions, said: Output, load: () => Config): Promise<Serving> {
  await checkHost(config.server);
  const { workers, remark } = countWorkers(config.server.workers);
  if (remark !== undefined) options.log.warn(remark);
  try {
    if (workers > 1) return await startWorkers({ workers, config, options, said, load });
    // Loaded here, so that --help and config check stay quick.
    const { startGateway } = await import("../gateway.ts");
    return await startGateway(config, options);
  } catch (error) {
    throw (await whyNotOpen(error, config.server)) ?? error;
  }
}

/** JSON logs go to a program, which reads lines and not a greeting. The gateway itself has logged the warnings. */
function announcement(config: Config, url: string, way: WayIn | undefined, isShut: boolean): string {
  if (config.log.format === "text")
    return greeting(config, url, VERSION, {
      elsewhere: elsewhere(config.server, url),
      isShut,
      cursor: way && "as below, once its address is public",
    });
  const { source, providers, models, keys } = config;
  const names = {
    providers: Object.keys(providers),
    models: models.filter(({ onceSeen }) => !onceSeen).map(({ name }) => name),
    keys: keys.map(({ name }) => name),
  };
  return jsonLine("info", { event: "started", version: VERSION, url, source, ...names });
}
