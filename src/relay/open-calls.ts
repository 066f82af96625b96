/** The calls that are open: no more than the machine bears, and each can be ended with a word of its own when the gateway stops. */
import type { GatewayError } from "../ir/error.ts";
import { tooManyCalls } from "./descriptors.ts";

export interface OpenCall {
  /** Who holds the answer now, and says an error in the client's words. The last one told is asked. */
  onCut(cut: (error: GatewayError) => void): void;
  left(): void;
}

export interface OpenCalls {
  /** Throws `gateway-full`. */
  enter(): OpenCall;
  cut(error: GatewayError): void;
}

export function openCalls(max: number): OpenCalls {
  const open = new Set<{ cut(error: GatewayError): void }>();
  return {
    enter: () => {
      if (open.size >= max) throw tooManyCalls(max);
      const one = { cut: (_error: GatewayError): void => {} };
      open.add(one);
      return {
        onCut: (cut) => void (one.cut = cut),
        left: () => void open.delete(one),
      };
    },
    cut: (error) => {
      for (const one of [...open]) one.cut(error);
    },
  };
}
