/**
 * Some vendors tell one call twice, and some give several calls one id. A client runs what it is told and names each result
 * by its id: so a second call of an id waits for its end, is left out where it says the same, and else gets an id of its own.
 */
import { type Literals, literals } from "../wire/literals.ts";
import type { Machine } from "../wire/machine.ts";
import type { Block, Emit, StreamEvent } from "./events.ts";

type CallBlock = Extract<Block, { kind: "call" }>;
interface Call {
  readonly block: CallBlock;
  readonly input: Literals;
  /** What the calls of its id say, once there is more than one. */
  said?: Set<string>;
}
interface Held extends Call {
  readonly first: Call;
  readonly events: StreamEvent[];
}

export function distinctCalls<In>(machine: Machine<In, StreamEvent>, replyId: string): Machine<In, StreamEvent> {
  let out: Emit = () => {};
  const pass = distinct(replyId);
  const through: Emit = (event) => pass(event, out);
  return {
    push: (input, emit) => {
      out = emit;
      machine.push(input, through);
    },
    end: (cause, emit) => {
      out = emit;
      machine.end(cause, through);
    },
  };
}

export function distinct(replyId: string): (event: StreamEvent, emit: Emit) => void {
  const byId = new Map<string, Call>();
  const open = new Map<number, Call>();
  const held = new Map<number, Held>();
  /** Where a block stands that came behind a held one. */
  const moved = new Map<number, number>();
  let next = 0;

  const start = (index: number, block: Block, emit: Emit): void => {
    if (index !== next) moved.set(index, next);
    emit({ type: "block-start", index: next++, block });
  };
  const send = (event: Extract<StreamEvent, { readonly index: number }>, emit: Emit): void => {
    const index = moved.get(event.index);
    emit(index === undefined ? event : { ...event, index });
  };
  const release = (index: number, call: Held, emit: Emit): void => {
    const { first } = call;
    first.said ??= new Set([wordsOf(first)]);
    const words = wordsOf(call);
    if (first.said.has(words)) return;
    first.said.add(words);
    // Decoders number calls that have no id: of those it must be none.
    start(index, { ...call.block, callId: `call_${replyId}_twin${index}` }, emit);
    for (const event of call.events) if ("index" in event) send(event, emit);
  };

  return (event, emit) => {
    switch (event.type) {
      case "block-start": {
        const { index, block } = event;
        if (block.kind !== "call") return start(index, block, emit);
        const first = byId.get(block.callId);
        if (first) return void held.set(index, { block, input: literals(), first, events: [] });
        const call = { block, input: literals() };
        byId.set(block.callId, call);
        open.set(index, call);
        return start(index, block, emit);
      }
      case "block-delta": {
        if (byId.size === 0) return emit(event);
        const call = held.get(event.index);
        const told = call ?? open.get(event.index);
        if (told && "input" in event.delta) told.input.add(event.delta.input);
        if (call) return void call.events.push(event);
        return send(event, emit);
      }
      case "block-end": {
        const call = held.get(event.index);
        open.delete(event.index);
        if (!call) return send(event, emit);
        call.events.push(event);
        held.delete(event.index);
        return release(event.index, call, emit);
      }
      default:
        return emit(event);
    }
  };
}

const wordsOf = ({ block: { tool }, input }: Call): string => JSON.stringify([tool.namespace, tool.name, input.text()]);
