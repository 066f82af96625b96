/** A number that a person typed behind a flag. */
import { UsageError } from "./usage.ts";

export function countOf(flag: string, typed: string | undefined, otherwise: number, max: number): number {
  if (typed === undefined) return otherwise;
  const count = Number(typed);
  if (!/^\d+$/.test(typed) || count < 1 || count > max)
    throw new UsageError(`${flag}: "${typed}" is not a number from 1 to ${max}.`);
  return count;
}
