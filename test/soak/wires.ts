/** The three of them. */
import { chat } from "./chat.ts";
import { messages } from "./messages.ts";
import { responses } from "./responses.ts";
import type { Wire, WireName } from "./wire.ts";

export const WIRES: Readonly<Record<WireName, Wire>> = { chat, responses, messages };
export const WIRE_NAMES = Object.keys(WIRES) as readonly WireName[];
