/** What a client of each dialect relies on in a stream. Written from the SDKs and the vendors' documents, not from our encoders. */
import type { DialectId } from "../../src/ir/dialect-id.ts";
import type { Frame } from "../../src/wire/machine.ts";

type Fields = Readonly<Record<string, unknown>>;
const fail = (why: string): never => {
  throw new Error(`client stream: ${why}`);
};
const fields = (value: unknown): Fields => (typeof value === "object" && value !== null ? (value as Fields) : {});

/** Throws at the first thing that a strict client would stumble over. */
export function checkClientStream(dialect: DialectId, frames: readonly Frame[]): void {
  if (dialect === "openai-chat") checkChat(frames);
  else if (dialect === "anthropic-messages") checkMessages(frames);
  else checkResponses(frames);
}

const isError = (data: Fields): boolean =>
  "error" in data && data["error"] !== null && data["type"] !== "response.failed";

/** One id for all chunks, one finish, usage only in a last chunk without choices, then [DONE]; after an error nothing. */
function checkChat(frames: readonly Frame[]): void {
  const ids = new Set<unknown>();
  const calls = new Set<number>();
  let finished = 0;
  frames.forEach((frame, at) => {
    const last = at === frames.length - 1;
    if (frame.data === "[DONE]") return void (last && finished === 1 ? 0 : fail("[DONE] must follow the finish, once"));
    const chunk = JSON.parse(frame.data) as Fields;
    if (isError(chunk)) return void (last || fail("something follows the error"));
    if (last) fail("ends without [DONE] or an error");
    ids.add(chunk["id"]);
    for (const choice of (chunk["choices"] as Fields[] | undefined) ?? fail("no choices")) {
      if (finished > 0) fail("a choice after the finish");
      if (choice["finish_reason"] !== null && choice["finish_reason"] !== undefined) finished++;
      for (const call of (fields(choice["delta"])["tool_calls"] as Fields[] | undefined) ?? [])
        checkChatCall(call, calls);
    }
  });
  if (ids.size > 1) fail(`chunks carry ${ids.size} ids`);
}

/** https://platform.openai.com/docs/api-reference/chat-streaming: the first delta of a call names it, later ones only add arguments. */
function checkChatCall(call: Fields, calls: Set<number>): void {
  const index = call["index"];
  if (typeof index !== "number") return fail("a call without index");
  const named = fields(call["function"] ?? call["custom"])["name"];
  if (calls.has(index)) return;
  if (typeof call["id"] !== "string" || call["id"] === "" || !named) fail(`call ${index} begins without id or name`);
  if (index !== calls.size) fail(`call ${index} begins, ${calls.size} was next`);
  calls.add(index);
}

/** message_start, blocks strictly one after the other, message_delta, message_stop. https://docs.claude.com/en/docs/build-with-claude/streaming */
function checkMessages(frames: readonly Frame[]): void {
  let open: number | undefined;
  let next = 0;
  let phase: "before" | "blocks" | "delta" | "done" = "before";
  for (const frame of frames) {
    const data = JSON.parse(frame.data) as Fields;
    const type = data["type"];
    if (frame.event !== type) fail(`event line ${frame.event} on ${String(type)}`);
    if (type === "ping") continue;
    if (phase === "done") fail(`${String(type)} after the end`);
    if (type === "error") phase = "done";
    else if (type === "message_start") phase = phase === "before" ? "blocks" : fail("a second message_start");
    else if (phase === "before") fail(`${String(type)} before message_start`);
    else if (type === "content_block_start") {
      if (open !== undefined || data["index"] !== next)
        fail(`block ${String(data["index"])} opened, ${open ?? "none"} is open, ${next} is next`);
      open = next++;
    } else if (type === "content_block_delta") {
      if (data["index"] !== open) fail(`delta for block ${String(data["index"])}, open is ${open}`);
    } else if (type === "content_block_stop") {
      if (data["index"] !== open) fail(`stop of block ${String(data["index"])}, open is ${open}`);
      open = undefined;
    } else if (type === "message_delta") {
      if (open !== undefined) fail("message_delta while a block is open");
      phase = "delta";
    } else if (type === "message_stop") phase = phase === "delta" ? "done" : fail("message_stop without message_delta");
    else fail(`unknown event ${String(type)}`);
  }
  if (phase !== "done") fail("no message_stop and no error");
}

/** Numbered without gaps, each item added and done once, deltas only to open items, the last event completed, incomplete, failed or error. */
function checkResponses(frames: readonly Frame[]): void {
  const open = new Map<number, unknown>();
  const done: unknown[] = [];
  let last = "";
  frames.forEach((frame, at) => {
    const data = JSON.parse(frame.data) as Fields;
    const type = String(data["type"]);
    if (frame.event !== type) fail(`event line ${frame.event} on ${type}`);
    if (data["sequence_number"] !== at)
      fail(`${type} has sequence_number ${String(data["sequence_number"])}, ${at} was next`);
    if (
      /^(response\.(completed|incomplete|failed)|error)$/.test(last) &&
      !(last === "error" && type === "response.failed")
    )
      fail(`${type} after ${last}`);
    if (at === 0 && type !== "response.created" && type !== "error") fail(`begins with ${type}`);
    last = type;
    const index = data["output_index"] as number | undefined;
    const item = fields(data["item"]);
    if (type === "response.output_item.added") {
      if (index !== open.size + done.length) fail(`item ${index} added, ${open.size + done.length} was next`);
      open.set(index as number, item["id"]);
    } else if (index !== undefined) {
      if (!open.has(index)) fail(`${type} for item ${index}, which is not open`);
      const id = data["item_id"] ?? item["id"];
      if (id !== open.get(index))
        fail(`${type} of item ${index} has id ${String(id)}, it was added as ${String(open.get(index))}`);
      if (type === "response.output_item.done") done[index] = open.delete(index) && item;
    }
    if (/^response\.(completed|incomplete)$/.test(type)) checkEnd(fields(data["response"]), open, done);
  });
  if (!/^(response\.(completed|incomplete|failed)|error)$/.test(last)) fail(`ends with ${last || "nothing"}`);
}

function checkEnd(response: Fields, open: ReadonlyMap<number, unknown>, done: readonly unknown[]): void {
  if (open.size > 0) fail(`ended with open items ${[...open.keys()].join(", ")}`);
  if (JSON.stringify(response["output"]) !== JSON.stringify(done))
    fail("the final output differs from the items that were done");
}
