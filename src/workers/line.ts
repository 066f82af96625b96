/** Questions and answers between two processes of one machine: many in one message, since a message costs more than what is in it. */
import { LateError } from "../time/limit.ts";

/** One message. Everything in it is JSON. */
export interface Parcel {
  readonly asks?: readonly Ask[];
  readonly replies?: readonly Reply[];
}
/** An id of 0 wants no reply. */
type Ask = readonly [id: number, verb: string, ...words: readonly unknown[]];
type Reply = readonly [id: number, value: unknown] | readonly [id: number, value: null, fault: Fault];
interface Fault {
  readonly message: string;
  readonly code?: string;
}

export interface Line {
  /** Rejects with what the other side threw (its message and code), when the line is cut, and with a `LateError` after `withinMs`. `late`: gets a value that came after that. */
  ask(verb: string, words: readonly unknown[], limit?: AskLimit): Promise<unknown>;
  /** Nobody waits for it, and nobody learns whether it arrived. */
  tell(verb: string, ...words: readonly unknown[]): void;
  /** What came from the other side. */
  receive(parcel: Parcel): void;
  /** Sends at once what waits for the next turn of the loop. */
  flush(): void;
  /** The other side is gone. */
  cut(): void;
}
export interface AskLimit {
  readonly withinMs: number;
  late?(value: unknown): void;
}

/** What this side does for the other, by its verb. */
export type Verbs = Readonly<Record<string, (...words: readonly never[]) => unknown>>;

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** `send` may throw: then the line is as good as cut. */
export function lineOf(send: (parcel: Parcel) => void, verbs: Verbs): Line {
  const waiting = new Map<number, Waiting>();
  let asks: Ask[] = [];
  let replies: Reply[] = [];
  let count = 0;
  let isDue = false;
  let isCut = false;

  const flush = (): void => {
    isDue = false;
    if (isCut || (asks.length === 0 && replies.length === 0)) return;
    const parcel = { ...(asks.length > 0 && { asks }), ...(replies.length > 0 && { replies }) };
    asks = [];
    replies = [];
    try {
      send(parcel);
    } catch {
      cut();
    }
  };
  /** At the next turn of the loop: what the calls of this one ask travels together. */
  const soon = (): void => {
    if (isDue) return;
    isDue = true;
    setImmediate(flush);
  };
  const cut = (): void => {
    isCut = true;
    for (const { reject } of waiting.values()) reject(new Error("the other process is gone"));
    waiting.clear();
  };
  const reply = (one: Reply): void => {
    replies.push(one);
    soon();
  };
  const answer = ([id, verb, ...words]: Ask): void => {
    const failed = (error: unknown): void => {
      if (id > 0) reply([id, null, faultOf(error)]);
    };
    try {
      const value = (verbs[verb] as (...words: readonly unknown[]) => unknown)(...words);
      if (value instanceof Promise)
        value.then((result: unknown) => {
          if (id > 0) reply([id, result ?? null]);
        }, failed);
      else if (id > 0) reply([id, value ?? null]);
    } catch (error) {
      failed(error);
    }
  };
  const settle = ([id, value, fault]: Reply): void => {
    const asked = waiting.get(id);
    waiting.delete(id);
    if (fault) asked?.reject(Object.assign(new Error(fault.message), fault));
    else asked?.resolve(value);
  };

  return {
    ask: (verb, words, limit) =>
      new Promise((resolve, reject) => {
        if (isCut) return reject(new Error("the other process is gone"));
        const id = ++count;
        waiting.set(id, limit ? bounded({ resolve, reject }, verb, limit) : { resolve, reject });
        asks.push([id, verb, ...words]);
        soon();
      }),
    tell: (verb, ...words) => {
      if (isCut) return;
      asks.push([0, verb, ...words]);
      soon();
    },
    receive: (parcel) => {
      for (const one of parcel.replies ?? []) settle(one);
      for (const one of parcel.asks ?? []) answer(one);
    },
    flush,
    cut,
  };
}

function bounded({ resolve, reject }: Waiting, verb: string, { withinMs, late }: AskLimit): Waiting {
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    reject(new LateError(`${verb}: no answer within ${withinMs} ms`));
  }, withinMs);
  return {
    resolve: (value) => {
      clearTimeout(timer);
      if (isLate) late?.(value);
      else resolve(value);
    },
    reject: (error) => {
      clearTimeout(timer);
      reject(error);
    },
  };
}

function faultOf(error: unknown): Fault {
  if (!(error instanceof Error)) return { message: String(error) };
  return { message: error.message, ...("code" in error && { code: String(error.code) }) };
}
