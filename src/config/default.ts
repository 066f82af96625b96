/** What the gateway is when no file says otherwise: the defaults of the schema. */
import type { ProviderConfig } from "./config.ts";
import { FileSchema, ProviderSchema } from "./schema/schema.ts";
import { inCamel } from "./schema/spelling.ts";

const { server, log, limits, budgets, alerts, storage } = inCamel(
  FileSchema.parse({ providers: {}, models: {} }),
  FileSchema,
);

/** What a configuration says where it says nothing. */
export const DEFAULTS = { server, log, limits, budgets, alerts, storage };
export { server as DEFAULT_SERVER, log as DEFAULT_LOG };

/** No URL: it runs inside the gateway. */
export const SIMULATOR: ProviderConfig = {
  ...inCamel(ProviderSchema.parse({ kind: "simulator" }), ProviderSchema),
  name: "simulator",
  baseUrl: "",
};
