/** Our own version, as a person reads it and as it is sent upstream. */
import manifest from "../../package.json" with { type: "json" };

export const VERSION: string = manifest.version;
