/** What an answer used that ended without a bill: its caller left, or its stream broke. */
import type { Usage, UsageLine } from "../ir/usage.ts";
import { NO_USAGE, usageLine } from "../ir/usage.ts";
import { type GatewayError, LEAVES } from "../ir/error.ts";
import type { MeteredModel, TokenMeter } from "../providers/token-meter.ts";
import type { Watch } from "./watch.ts";

export interface Begun {
  readonly watch: Pick<Watch, "usage" | "stopReason" | "tokens">;
  /** Of text that passed the watch by. */
  unseenTokens(): number;
  readonly requestBytes: number;
  readonly of: MeteredModel;
  /** Why there is no whole answer. */
  readonly fault: GatewayError | undefined;
}

/**
 * An answer that ended as its vendor ends answers used what its vendor says. Of any other the output is counted by what
 * was delivered, never by what Messages says at a stream's start (`output_tokens: 1`); thoughts that were never shown are
 * not in it. The input is the vendor's word, where it came at the start, else an estimate by the size of the request.
 */
export function usedBy(
  { watch, unseenTokens, requestBytes, of, fault }: Begun,
  meter: Pick<TokenMeter, "roughly">,
): Usage {
  const { usage } = watch;
  if (watch.stopReason !== undefined) return usage;
  const output = watch.tokens() + unseenTokens();
  const [told, ...others] = usage.lines;
  if (told) return { ...usage, lines: [{ ...told, output }, ...others.map(withoutOutput)], source: "estimated" };
  // What a vendor ends without a word may be on no bill. Whoever leaves it while it thinks has asked for what it read.
  if (output === 0 && !isLeft(fault)) return usage;
  const input = Math.ceil(meter.roughly(of, requestBytes));
  return { ...usage, lines: [usageLine({ input, output })], source: "estimated" };
}

/** Of an answer that nobody waited for. */
export const inputAlone = (input: number): Usage => ({
  ...NO_USAGE,
  lines: [usageLine({ input })],
  source: "estimated",
});

const isLeft = (fault: GatewayError | undefined): boolean => fault !== undefined && LEAVES.has(fault.kind);

const withoutOutput = (line: UsageLine): UsageLine => ({ ...line, output: 0, reasoning: 0 });
