/** Whether a gateway is here, and which one. */
import type { Handler } from "./exchange.ts";

/**
 * A stranger can use nothing of it: the instance is a random word, by which a command knows whose note it has read;
 * whether a key is wanted every call would tell too, and leave a line in the log.
 */
export const health: Handler = ({ gateway }) =>
  Response.json(
    { status: "ok" },
    {
      headers: {
        "x-codeswitch-instance": gateway.instance,
        "x-codeswitch-access": gateway.config.keys.length > 0 ? "key" : "open",
      },
    },
  );
