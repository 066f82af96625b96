/** What the command line of the bench asks for, and what it needs. A person's mistake ends it in a sentence. */
import { parseArgs } from "node:util";
import { loadOf, LOADS, type Load } from "./loads.ts";
import type { Effort } from "./measure.ts";
import { nginxVersion } from "./nginx.ts";

export interface Wanted {
  readonly write: boolean;
  readonly quick: boolean;
  readonly loads: readonly Load[];
  readonly effort: Effort;
}

export function wanted(): Wanted {
  try {
    const { values } = parseArgs({
      options: {
        write: { type: "boolean", default: false },
        quick: { type: "boolean", default: false },
        only: { type: "string" },
      },
    });
    const found: Wanted = {
      write: values.write,
      quick: values.quick,
      loads: values.only === undefined ? LOADS : values.only.split(",").map(loadOf),
      effort: values.quick ? { rounds: 3, share: 0.1 } : { rounds: 5, share: 1 },
    };
    nginxVersion();
    return found;
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exit(2);
  }
}
