/** argv to command. Started by bin/codeswitch.js, which sets what Bun needs before it starts. */
import { run } from "./cli/run.ts";

const code = await run(process.argv.slice(2));
process.exit(code);
