/** What the gateway is when nobody has said anything: the values of the schema, once. */
import type { ServerConfig } from "./config.ts";
import { withoutSlash } from "./origins.ts";
import { FileSchema, type FileConfig } from "./schema.ts";

const EMPTY: FileConfig = FileSchema.parse({ providers: {}, models: {} });

export const DEFAULT_LOG = EMPTY.log;
export const DEFAULT_SERVER: ServerConfig = readServer(EMPTY.server);

export function readServer(written: FileConfig["server"]): ServerConfig {
  return {
    host: written.host,
    port: written.port,
    bodyBytesMax: written.body_bytes_max,
    corsOrigins: written.cors_origins.map(withoutSlash),
    heartbeatMs: written.heartbeat_ms,
    drainMs: written.drain_ms,
  };
}

const SAMPLE = FileSchema.parse({ providers: { x: { kind: "simulator" } }, models: {} }).providers.x;
/** How long a provider may take when no file says otherwise. */
export const DEFAULT_WAITS = { firstByteMs: SAMPLE?.first_byte_ms ?? 0, idleMs: SAMPLE?.idle_ms ?? 0 };
