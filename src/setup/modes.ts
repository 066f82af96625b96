/** Who else may read a file that a key is written into. */
import { existsSync, statSync } from "node:fs";

/** The permissions of a file, or those that a new one gets. Goes through links. */
export const modeOf = (path: string): number => (existsSync(path) ? statSync(path).mode & 0o777 : 0o600);

/** As it is, for its owner alone. */
export const ownersOnly = (mode: number): number => mode & 0o700;

/** Windows knows no such permissions: there a file has those of its folder. */
export const othersRead = (path: string): boolean => process.platform !== "win32" && (modeOf(path) & 0o044) !== 0;

export const printMode = (mode: number): string => `0${mode.toString(8)}`;
