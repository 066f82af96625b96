/** Raw bytes that a test supplies in place of a scenario. */
import { JSON_HEADERS, STREAM_HEADERS, type Step, type Wire, bytesOf, streamReply } from "./wires.ts";

export interface Script {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** A whole body, or what each write carries. */
  readonly body: string | readonly string[];
  /** What follows the last write; absent: the body ends. */
  readonly then?: "break" | "wait";
}

export function scriptReply(script: Script, wire: Wire): Response {
  const status = script.status ?? 200;
  const isWhole = typeof script.body === "string";
  const headers = { ...(isWhole ? JSON_HEADERS : STREAM_HEADERS), ...script.headers };
  if (isWhole && script.then === undefined) return new Response(script.body as string, { status, headers });
  const writes: readonly string[] = typeof script.body === "string" ? [script.body] : script.body;
  const steps: Step[] = writes.map(bytesOf);
  if (script.then !== undefined) steps.push({ then: script.then });
  return streamReply(steps.values(), wire, { status, headers });
}
