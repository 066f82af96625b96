/** Who calls. */
import type { KeySettings } from "../config/config.ts";

export interface Caller {
  /** Stays when the key is renamed or rotated: `file:NAME`, a made key's own, "owner"; "local" when the gateway is open. Meters and rows are told apart by it. */
  readonly id: string;
  /** The key's name; "local" when the gateway is open. */
  readonly name: string;
  /** What it may do. Absent: everything. */
  readonly key?: KeySettings;
}

export const LOCAL: Caller = { id: "local", name: "local" };
export const NOBODY: Caller = { id: "nobody", name: "nobody" };
export const OWNER: Caller = { id: "owner", name: "owner" };
