/**
 * Conversations that Anthropic holds, by the id of their last answer: beta message-threads-2026-08-12, as the comments of
 * @anthropic-ai/sdk 1.12.0 describe it (resources/beta/messages: `thread`; lib/internal/threads/ThreadState.ts).
 */
import type { JsonObject } from "../wire/json.ts";
import type { Frame } from "../wire/machine.ts";
import { objectOf, objectsOf, stringOf } from "./asked.ts";
import { isSet } from "./refused.ts";
import type { Refusal } from "./refusals.ts";

export interface Threads {
  /** The call with all that is held of its conversation, or why it cannot go on. */
  whole(body: JsonObject): { readonly body: JsonObject } | { readonly refusal: Refusal };
  /** For the answer to a call that begins or continues a thread. */
  holder(asked: JsonObject, whole: JsonObject): ((answer: JsonObject) => void) | undefined;
  forget(): void;
}

interface Held {
  readonly whole: JsonObject;
  continued: boolean;
}

/** What a thread keeps from its first call. A call that goes on may not say it again. */
const KEPT = ["system", "tools"];
const HELD_MAX = 1_000;

export function createThreads(): Threads {
  const held = new Map<string, Held>();
  const continued = (body: JsonObject, id: string): ReturnType<Threads["whole"]> => {
    const before = held.get(id);
    if (!before) return refused(404, "thread_not_found", `No thread was found for the message ${id}.`);
    if (before.continued) return refused(400, "thread_already_continued", `The message ${id} was continued already.`);
    const again = KEPT.find((field) => isSet(body[field]));
    if (again !== undefined)
      return { refusal: { status: 400, message: `${again}: not allowed where a thread is continued` } };
    const messages = [...objectsOf(before.whole.messages), ...objectsOf(body.messages)];
    const kept = Object.fromEntries(
      KEPT.flatMap((field) => (isSet(before.whole[field]) ? [[field, before.whole[field]]] : [])),
    );
    return { body: { ...body, ...kept, messages } };
  };
  return {
    whole: (body) => {
      const thread = objectOf(body.thread);
      if (!isSet(body.thread) || thread.type === "create") return { body };
      if (thread.type === "continue") return continued(body, stringOf(thread.previous_message_id));
      return { refusal: { status: 400, message: "thread: Input tag does not match 'create' or 'continue'" } };
    },
    holder: (asked, whole) =>
      isSet(asked.thread)
        ? (answer) => {
            const said = { role: "assistant", content: answer.content ?? [] };
            const messages = [...objectsOf(whole.messages), said];
            const before = held.get(stringOf(objectOf(asked.thread).previous_message_id));
            if (before) before.continued = true;
            held.set(stringOf(answer.id), { whole: { ...whole, messages }, continued: false });
            for (const oldest of held.keys()) if (held.size > HELD_MAX) held.delete(oldest);
          }
        : undefined,
    forget: () => held.clear(),
  };
}

const refused = (status: number, error_code: string, message: string): { readonly refusal: Refusal } => ({
  refusal: { status, message, details: { error_code } },
});

/** The frames of a streamed answer, which is held once it has ended. */
export function* holding(frames: Iterable<Frame>, hold: (answer: JsonObject) => void): Generator<Frame> {
  let answer: JsonObject = {};
  const blocks: Record<string, unknown>[] = [];
  for (const frame of frames) {
    const event = objectOf(JSON.parse(frame.data) as JsonObject);
    if (event.type === "message_start") answer = objectOf(event.message);
    if (event.type === "content_block_start") blocks.push({ ...objectOf(event.content_block) });
    if (event.type === "content_block_delta") grow(blocks.at(-1) ?? {}, objectOf(event.delta));
    if (event.type === "message_stop") hold({ ...answer, content: blocks.map(finished) });
    yield frame;
  }
}

const JSON_TEXT = "partial_json";

function grow(block: Record<string, unknown>, { type: _type, ...pieces }: JsonObject): void {
  for (const [key, piece] of Object.entries(pieces)) {
    const before = block[key];
    block[key] = `${typeof before === "string" ? before : ""}${stringOf(piece)}`;
  }
}

function finished({ [JSON_TEXT]: written, ...block }: Record<string, unknown>): JsonObject {
  const input = typeof written === "string" && written !== "" ? { input: JSON.parse(written) as unknown } : {};
  return { ...block, ...input } as JsonObject;
}
