/** Whether a gateway is here, and which one. */
import type { Handler } from "./exchange.ts";

/**
 * Nothing here helps a stranger. The instance is a random word, by which a command finds out whether the note that it
 * read (cli/note.ts) is this gateway's. Whether a key is wanted, any call would show too, and leave a line in the log.
 */
export const health: Handler = ({ gateway }) =>
  Response.json(
    { status: "ok" },
    {
      headers: {
        "x-codeswitch-instance": gateway.instance,
        "x-codeswitch-access": gateway.keyring.access() === "open" ? "open" : "key",
      },
    },
  );
