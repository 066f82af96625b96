/** What the command line of the bench asks for, and what it needs. A person's mistake ends it in a sentence. */
import { parseArgs } from "node:util";
import { type Contender, peer } from "./contenders.ts";
import { loadOf, LOADS, type Load } from "./loads.ts";
import type { Effort } from "./measure.ts";
import { nginxVersion } from "./nginx.ts";

export interface Wanted {
  readonly mode: "measure" | "write" | "smoke" | "features" | "write-features";
  readonly quick: boolean;
  readonly loads: readonly Load[];
  readonly effort: Effort;
  readonly peers: readonly Contender[];
  /** 0: any free one. */
  readonly upstreamPort: number;
  /** How many calls memory is watched over, with --features. */
  readonly calls: number;
}

export function wanted(): Wanted {
  try {
    const found = read(process.argv.slice(2));
    // A smoke without nginx says so itself.
    if (found.mode === "measure" || found.mode === "write") nginxVersion();
    return found;
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exit(2);
  }
}

export function read(args: readonly string[]): Wanted {
  const { values } = parseArgs({
    args: [...args],
    options: {
      write: { type: "boolean", default: false },
      smoke: { type: "boolean", default: false },
      features: { type: "boolean", default: false },
      calls: { type: "string", default: "60000" },
      quick: { type: "boolean", default: false },
      only: { type: "string" },
      peer: { type: "string", multiple: true, default: [] },
      "upstream-port": { type: "string", default: "0" },
    },
  });
  const { write, smoke, quick, only, features } = values;
  if (smoke && (write || quick || only !== undefined || values.peer.length > 0))
    throw new Error("--smoke takes no other option than --upstream-port.");
  if (features && (smoke || only !== undefined || values.peer.length > 0))
    throw new Error("--features takes --write, --quick and --calls only.");
  const calls = Number(values.calls);
  if (!Number.isInteger(calls) || calls < 6) throw new Error(`--calls ${values.calls} is not a number of calls.`);
  if (write && only !== undefined) throw new Error("--write needs every load, and --only leaves some out.");
  const peers = values.peer.map(peer);
  const twice = peers.find(({ name }, at) => peers.findIndex((one) => one.name === name) < at);
  if (twice) throw new Error(`Two peers are called ${twice.name}.`);
  const upstreamPort = Number(values["upstream-port"]);
  if (!Number.isInteger(upstreamPort) || upstreamPort < 0 || upstreamPort > 65_535)
    throw new Error(`--upstream-port ${values["upstream-port"]} is not a port.`);
  return {
    mode: features ? (write ? "write-features" : "features") : smoke ? "smoke" : write ? "write" : "measure",
    calls,
    quick,
    loads: only === undefined ? LOADS : only.split(",").map(loadOf),
    // Differences of a tenth are looked for there: a tenth of the requests would say nothing.
    effort: quick ? (features ? { rounds: 4, share: 0.4 } : { rounds: 3, share: 0.1 }) : { rounds: 5, share: 1 },
    peers,
    upstreamPort,
  };
}
