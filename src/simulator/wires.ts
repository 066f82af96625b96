/** Puts an answer on the wire, whole or streamed, with the faults that a scenario wants. */
import { type Frame } from "../wire/machine.ts";
import { printFrame } from "../wire/sse.ts";
import type { Answer } from "./answer.ts";
import type { Asked } from "./asked.ts";
import { chatFrames, chatWhole } from "./print-chat.ts";
import { messagesFrames, messagesWhole } from "./print-messages.ts";
import { failedResponse, responsesFrames, responsesWhole } from "./print-responses.ts";
import { errorBody, errorFrames, refusalOfStatus } from "./refusals.ts";
import { requestId } from "./ids.ts";
import type { Fault } from "./scenarios.ts";
import type { Seals } from "./seals.ts";
import { holding } from "./threads.ts";

/** What may follow a frame. `wait` never ends by itself: the client has to go. */
export type Step = { readonly bytes: Uint8Array<ArrayBuffer> } | { readonly then: "break" | "wait" };

export interface Wire {
  readonly paceMs: number;
  /** The client is gone. */
  readonly signal: AbortSignal;
  wrote(bytes: number): void;
  /** Nothing more will be written. */
  ended(): void;
}

/** One step each time the socket has room, so a slow reader holds the answer back. */
export function streamReply(
  steps: Iterator<Step>,
  wire: Wire,
  head: ReplyHead = { headers: STREAM_HEADERS },
): Response {
  const pull = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
    if (wire.paceMs > 0) await Bun.sleep(wire.paceMs);
    const next = steps.next();
    if (next.done === true) {
      wire.ended();
      return controller.close();
    }
    if ("bytes" in next.value) {
      wire.wrote(next.value.bytes.length);
      return controller.enqueue(next.value.bytes);
    }
    if (next.value.then === "wait") return gone(wire.signal);
    // What was written has to leave before the socket breaks; an error that is no Error is not printed by Bun.
    await Bun.sleep(20);
    wire.ended();
    controller.error(undefined);
  };
  const body = new ReadableStream<Uint8Array>({ pull }, { highWaterMark: 0 });
  const reply = new Response(body, {
    status: head.status ?? 200,
    headers: { "x-request-id": requestId(), ...head.headers },
  });
  streamed.add(reply);
  return reply;
}

export interface ReplyHead {
  readonly status?: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** Such a reply ends when its last byte is written; the others have ended when they are made. */
export const isStreamed = (reply: Response): boolean => streamed.has(reply);
const streamed = new WeakSet<Response>();

export const JSON_HEADERS = { "content-type": "application/json" } as const;
export const STREAM_HEADERS = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-cache",
} as const;

export const gone = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) =>
    signal.aborted ? resolve() : signal.addEventListener("abort", () => resolve(), { once: true }),
  );

export function framesOf(asked: Asked, answer: Answer, seals: Seals): Generator<Frame> {
  if (asked.dialect === "openai-chat") return chatFrames(asked, answer, seals);
  if (asked.dialect === "openai-responses") return responsesFrames(asked, answer, seals);
  const frames = messagesFrames(asked, answer, seals);
  return asked.hold ? holding(frames, asked.hold) : frames;
}

/** A fault in an answer that is not streamed: an error inside the 200, or bytes that stop. */
export function wholeSteps(asked: Asked, answer: Answer, seals: Seals, fault: Fault | undefined): Step[] {
  if (fault === "error-first" || fault === "error-midway") return [bytesOf(JSON.stringify(failedBody(asked)))];
  const text = JSON.stringify(wholeOf(asked, answer, seals));
  if (fault === undefined) return [bytesOf(text)];
  const half = bytesOf(text.slice(0, text.length >> 1));
  return fault === "eof" ? [half] : [half, { then: fault === "cut" ? "break" : "wait" }];
}

/** Responses have a status for it; the others say it as an error body under a 200, as OpenRouter does. */
function failedBody(asked: Asked): unknown {
  const refusal = refusalOfStatus(500, asked.model);
  if (asked.dialect !== "openai-responses") return errorBody(asked.dialect, refusal);
  return failedResponse(asked, { code: refusal.code ?? "server_error", message: refusal.message });
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
  if (asked.dialect === "openai-chat") return chatWhole(asked, answer, seals);
  if (asked.dialect === "openai-responses") return responsesWhole(asked, answer, seals);
  const message = messagesWhole(asked, answer, seals);
  asked.hold?.(message);
  return message;
}

const utf8 = new TextEncoder();
export const bytesOf = (text: string): { bytes: Uint8Array<ArrayBuffer> } => ({ bytes: utf8.encode(text) });
