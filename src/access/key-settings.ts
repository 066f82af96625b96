/** What a made key may do, as its row keeps it: JSON in the words of the configuration's file, so that the two mean the same. */
import type { KeySettings } from "../config/config.ts";
import { KeySettingsSchema } from "../config/schema/schema.ts";
import { inCamel, inSnake } from "../config/schema/spelling.ts";
import type { KeyRow } from "../store/store.ts";

/** The row's own column, and none of its JSON. */
const Stored = KeySettingsSchema.omit({ name: true });

export const storedSettings = ({ name: _name, ...settings }: KeySettings): string =>
  JSON.stringify(inSnake(settings, Stored));

/** undefined: this version does not know all that is said of the key, and so cannot hold it to that. */
export function readSettings({ name, settings }: Pick<KeyRow, "name" | "settings">): KeySettings | undefined {
  const read = Stored.safeParse(parsed(settings));
  return read.success ? { ...inCamel(read.data, Stored), name } : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
