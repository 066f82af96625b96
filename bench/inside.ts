/** One gateway in this process: `bare` keeps nothing and limits nobody, `full` is what `start` makes of the configuration. With `watched` it says at its end how long its loop was blocked. */
import { surroundings } from "../src/cli/surroundings.ts";
import { loadConfig } from "../src/config/load.ts";
import { startGateway } from "../src/gateway.ts";
import { logOf, lostLine } from "../src/observe/log.ts";
import { output } from "../src/observe/output.ts";
import { loopWatch } from "./loop-watch.ts";

const [file, kind, watched] = process.argv.slice(2);
const config = loadConfig(file, {}, surroundings());
const { format } = config.log;
const said = output((lines) => lostLine(format, lines));
const dataDir = process.env["CODESWITCH_DATA_DIR"];
const secret = process.env["CODESWITCH_SECRET"];
const gateway = await startGateway(config, {
  log: logOf(format, said.print),
  ...(kind === "full" && dataDir !== undefined && { dataDir }),
  ...(secret !== undefined && { secret }),
});
const watch = watched === "watched" ? loopWatch() : undefined;
/** From here on: what compiled before is over. */
process.on("SIGUSR2", () => watch?.forget());
process.on("SIGTERM", async () => {
  if (watch) console.error(JSON.stringify(watch.told()));
  await gateway.stop();
  process.exit(0);
});
