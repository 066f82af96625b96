/** The calls that are open: no more than the machine bears, and each can be ended with a word of its own when the gateway stops. */
import { GatewayError } from "../ir/error.ts";
import { tooManyCalls } from "./descriptors.ts";

export interface OpenCall {
  /** Fires when the caller leaves, and when the call is cut. */
  readonly signal: AbortSignal;
  /** Registers the code that ends the answer with an error in the client's dialect. The last one registered is called. */
  onCut(cut: (error: GatewayError) => void): void;
  /** Settles as the work does, or rejects when the call is cut or its caller leaves before: while no answer has begun. */
  untilCut<T>(work: () => Promise<T>): Promise<T>;
  left(): void;
}

export interface OpenCalls {
  /** `caller` fires when the caller leaves. Throws `gateway-full`. */
  enter(caller: AbortSignal): OpenCall;
  count(): number;
  /** Ends all that are open. */
  cut(error: GatewayError): void;
}

const left = (): GatewayError => new GatewayError("aborted", "the caller went away");

export function openCalls(max: number): OpenCalls {
  const open = new Set<(error: GatewayError) => void>();
  return {
    enter: (caller) => {
      if (open.size >= max) throw tooManyCalls(max);
      const gone = new AbortController();
      let say = (_error: GatewayError): void => {};
      const end = (error: GatewayError): void => {
        say(error);
        gone.abort();
      };
      open.add(end);
      return {
        signal: AbortSignal.any([caller, gone.signal]),
        onCut: (cut) => void (say = cut),
        untilCut: (work) => {
          const cut = Promise.withResolvers<never>();
          say = cut.reject;
          // A hook may wait for ever.
          if (caller.aborted) cut.reject(left());
          caller.addEventListener("abort", () => cut.reject(left()), { once: true });
          return Promise.race([work(), cut.promise]);
        },
        left: () => void open.delete(end),
      };
    },
    count: () => open.size,
    cut: (error) => {
      for (const end of [...open]) end(error);
    },
  };
}
