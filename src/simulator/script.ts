/** Raw bytes that a test supplies in place of a scenario. */
import { STREAM_HEADERS, type Step, type Wire, bytesOf, streamReply } from "./wires.ts";

export interface Script {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** A whole body, or what each write carries. */
  readonly body: string | readonly string[];
  /** What follows the last write; absent: the body ends. */
  readonly then?: "break" | "wait";
}

export function scriptReply(script: Script, wire: Wire): Response {
  const headers = { ...(typeof script.body === "string" ? { "content-type": "application/json" } : STREAM_HEADERS), ...script.headers };
  if (typeof script.body === "string" && script.then === undefined)
    return new Response(script.body, { status: script.status ?? 200, headers });
  const writes: readonly string[] = typeof script.body === "string" ? [script.body] : script.body;
  const steps: Step[] = writes.map(bytesOf);
  if (script.then !== undefined) steps.push({ then: script.then });
  const reply = streamReply(steps.values(), wire, headers);
  return new Response(reply.body, { status: script.status ?? 200, headers: reply.headers });
}
