/** Puts an answer on the wire, whole or streamed, with the faults that a scenario wants. */
import { type Frame } from "../wire/machine.ts";
import { printFrame } from "../wire/sse.ts";
import type { Answer } from "./answer.ts";
import type { Asked } from "./asked.ts";
import { chatFrames, chatWhole } from "./print-chat.ts";
import { messagesFrames, messagesWhole } from "./print-messages.ts";
import { responsesFrames, responsesWhole } from "./print-responses.ts";
import { errorBody, errorFrames, refusalOfStatus } from "./refusals.ts";
import { requestId } from "./ids.ts";
import type { Fault } from "./scenarios.ts";
import type { Seals } from "./seals.ts";

/** What may follow a frame. `wait` never ends by itself: the client has to go. */
export type Step = { readonly bytes: Uint8Array } | { readonly then: "break" | "wait" };

export interface Wire {
  readonly paceMs: number;
  /** The client is gone. */
  readonly signal: AbortSignal;
  sent(bytes: number): void;
}

export function streamReply(steps: Iterator<Step>, wire: Wire, headers: Readonly<Record<string, string>> = STREAM_HEADERS): Response {
  const body = new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      if (wire.paceMs > 0) await Bun.sleep(wire.paceMs);
      const next = steps.next();
      if (next.done === true) return controller.close();
      if ("bytes" in next.value) {
        wire.sent(next.value.bytes.length);
        return controller.enqueue(next.value.bytes);
      }
      if (next.value.then === "wait") return gone(wire.signal);
      // What was written has to leave before the socket breaks.
      await Bun.sleep(20);
      controller.error(new Error("the scenario cuts the connection"));
    },
  }, { highWaterMark: 0 });
  return new Response(body, { headers: { ...headers, "x-request-id": requestId() } });
}

export const STREAM_HEADERS = { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache" } as const;

export const gone = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => (signal.aborted ? resolve() : signal.addEventListener("abort", () => resolve(), { once: true })));

export function framesOf(asked: Asked, answer: Answer, seals: Seals): Generator<Frame> {
  if (asked.dialect === "openai-chat") return chatFrames(asked, answer);
  return asked.dialect === "anthropic" ? messagesFrames(asked, answer, seals) : responsesFrames(asked, answer, seals);
}

/** A fault in an answer that is not streamed: an error inside the 200, or bytes that stop. */
export function wholeSteps(asked: Asked, answer: Answer, seals: Seals, fault: Fault | undefined): Step[] {
  if (fault === "error-first" || fault === "error-midway")
    return [bytesOf(JSON.stringify(errorBody(asked.dialect, refusalOfStatus(500, asked.model))))];
  const text = JSON.stringify(wholeOf(asked, answer, seals));
  if (fault === undefined) return [bytesOf(text)];
  const half = bytesOf(text.slice(0, text.length >> 1));
  return fault === "eof" ? [half] : [half, { then: fault === "cut" ? "break" : "wait" }];
}

export function* streamSteps(asked: Asked, answer: Answer, seals: Seals, fault: Fault | undefined): Generator<Step> {
  if (fault === undefined) {
    for (const frame of framesOf(asked, answer, seals)) yield bytesOf(printFrame(frame));
    return;
  }
  const frames = [...framesOf(asked, answer, seals)];
  const kept = fault === "error-first" ? 0 : frames.length >> 1;
  for (const frame of frames.slice(0, kept)) yield bytesOf(printFrame(frame));
  if (fault.startsWith("error"))
    for (const frame of errorFrames(asked, refusalOfStatus(500, asked.model), kept)) yield bytesOf(printFrame(frame));
  if (fault === "cut") yield bytesOf(printFrame(frames[kept] ?? { data: "{}" }).slice(0, -20));
  if (fault === "cut") yield { then: "break" };
  if (fault === "hang") yield { then: "wait" };
}

function wholeOf(asked: Asked, answer: Answer, seals: Seals): unknown {
  if (asked.dialect === "openai-chat") return chatWhole(asked, answer);
  return asked.dialect === "anthropic" ? messagesWhole(asked, answer, seals) : responsesWhole(asked, answer, seals);
}

const utf8 = new TextEncoder();
export const bytesOf = (text: string): { bytes: Uint8Array } => ({ bytes: utf8.encode(text) });
