/** argv to a command, and every error to a sentence and an exit code. */
import { runCommand } from "citty";
import { main } from "./commands.ts";
import { explain } from "./explain.ts";
import { help } from "./help.ts";
import { complain } from "./paint.ts";
import { checkArguments, choose, UsageError } from "./usage.ts";
import { VERSION } from "../wire/version.ts";

/** The exit code: 0 well, 1 something is wrong, 2 the command line is. */
export async function run(argv: readonly string[]): Promise<number> {
  try {
    const [first] = argv;
    if (argv.length === 1 && (first === "--version" || first === "-v" || first === "-V")) {
      console.log(VERSION);
      return 0;
    }
    const wantsHelp = (argument: string): boolean => argument === "--help" || argument === "-h";
    const chosen = await choose(main, first === "help" ? argv.slice(1) : argv);
    if (first === "help" || argv.some(wantsHelp) || (chosen.command.subCommands && chosen.rest.length === 0)) {
      console.log(await help(chosen));
      return 0;
    }
    await runCommand(chosen.command, { rawArgs: checkArguments(chosen) });
    return 0;
  } catch (error) {
    const words = explain(error);
    if (words !== "") complain(words);
    return error instanceof UsageError ? 2 : 1;
  }
}
