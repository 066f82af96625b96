/** One call on its way: what came in, and what the gateway is made of. */
import type { Caller } from "../access/keys.ts";
import type { ClientId } from "../clients/client.ts";
import type { Config } from "../config/config.ts";
import type { DialectId } from "../ir/dialect-id.ts";
import type { OpenRecord } from "../ledger/ledger.ts";
import type { Log } from "../observe/log.ts";
import type { Sightings } from "../providers/sightings.ts";
import type { TokenMeter } from "../providers/token-meter.ts";
import type { Provenance } from "../vault/provenance.ts";
import type { Search } from "../search/search-provider.ts";
import type { Vault } from "../vault/vault.ts";
import type { OpenCall } from "./open-calls.ts";
import type { JsonObject } from "../wire/json.ts";

/** What a path promises. Bodies may be of another dialect than the replies (Cursor). */
export interface Surface {
  readonly reply: DialectId;
  /** The dialect that a body is written in, whatever its path. */
  dialectOf(body: JsonObject): DialectId;
}

/** Whose turn it is on a client's connection: a client has a limit of time for it, and we think for minutes. */
export interface Connection {
  /** Its request is here, or what we gave it is taken. */
  waitsForUs(): void;
  /** It has something to take, or may ask again. */
  waitsForClient(): void;
}

export interface Call {
  readonly id: string;
  readonly surface: Surface;
  readonly path: string;
  readonly client: ClientId;
  readonly caller: Caller;
  readonly headers: Headers;
  readonly bytes: Uint8Array;
  readonly text: string;
  readonly body: JsonObject;
  /** Fires when the caller leaves, and when the call is cut. */
  readonly signal: AbortSignal;
  readonly record: OpenRecord;
  readonly connection: Connection;
  readonly onCut: OpenCall["onCut"];
}

export interface Gateway {
  readonly config: Config;
  /** A random word: no other gateway and no other run of this one has it. */
  readonly instance: string;
  readonly vault: Vault;
  readonly provenance: Provenance;
  readonly tokens: TokenMeter;
  readonly sightings: Sightings;
  /** Of the web, where a model's vendor has none. */
  readonly search: Search;
  readonly log: Log;
  /** Milliseconds since 1970. */
  clock(): number;
}
