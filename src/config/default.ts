/** What the gateway is when no file says otherwise: the defaults of the schema. */
import type { ProviderConfig } from "./config.ts";
import { FileSchema, ProviderSchema } from "./schema/schema.ts";
import { inCamel } from "./schema/spelling.ts";

export const { server: DEFAULT_SERVER, log: DEFAULT_LOG } = inCamel(
  FileSchema.parse({ providers: {}, models: {} }),
  FileSchema,
);

/** No URL: it runs inside the gateway. */
export const SIMULATOR: ProviderConfig = {
  ...inCamel(ProviderSchema.parse({ kind: "simulator" }), ProviderSchema),
  name: "simulator",
  baseUrl: "",
};
