/** What keeps several clients' files from being written. */
import { type Read, SetupRefused } from "./setup.ts";

/** `why`: of the parser, whose first line says it. */
export const notValid = (path: string, language: string, why: string, fix = "Correct it first."): SetupRefused =>
  new SetupRefused(`${path} is not valid ${language} (${why.split("\n")[0]}), so that nothing was changed. ${fix}`);

export function refuseTaken(path: string, read: Read): void {
  if (read(path) !== undefined)
    throw new SetupRefused(`${path} is there already and is not ours. Move it away and run this again.`);
}
