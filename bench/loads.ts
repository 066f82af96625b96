/** What is sent, how often, and what it may cost. */
import type { DialectId } from "../src/ir/dialect-id.ts";
import { chatBody, chatBodyWithoutUsage, messagesBody, NEW_TURN } from "./bodies.ts";
import type { Scenario } from "./scenarios.ts";

export interface Load {
  readonly id: string;
  readonly title: string;
  readonly scenario: Scenario;
  /** What the caller speaks, and what the upstream speaks. */
  readonly from: DialectId;
  readonly to: DialectId;
  /** Made when asked for, by the process that sends it. NEW_TURN in it is another text in every call. */
  body(model: string): string;
  /** Requests of one round of the CPU measurement, and how many are open at once. */
  readonly count: number;
  readonly open: number;
  /** Requests of one round of the latency measurement, and how many are open at once: few, so that nothing queues. */
  readonly latency: { readonly count: number; readonly open: number };
  /** At most so many times nginx's CPU. */
  readonly aim: number;
  /** How many times nginx's CPU a bare proxy on Bun takes that does nothing else, where that was measured. */
  readonly floor?: string;
}

const CODING_BYTES = 15_000;
const LARGE_BYTES = 1_000_000;

const chatStream = (model: string): string => chatBody({ model, stream: true, bytes: CODING_BYTES });
const chatStreamWithoutUsage = (model: string): string =>
  chatBodyWithoutUsage({ model, stream: true, bytes: CODING_BYTES });
const messagesStream = (model: string): string => messagesBody({ model, stream: true, bytes: CODING_BYTES });
const messagesWhole = (model: string): string => messagesBody({ model, stream: false, bytes: CODING_BYTES });

const WHOLE = { scenario: "whole", count: 3_000, open: 16, latency: { count: 400, open: 1 } } as const;
const BURST = { count: 400, open: 16, latency: { count: 60, open: 1 } } as const;
const EIGHT = { ...BURST, scenario: "eight" } as const;
const PACED = { scenario: "paced", count: 256, open: 64, latency: { count: 64, open: 8 } } as const;
const CHAT_CHAT = { from: "openai-chat", to: "openai-chat" } as const;
const CHAT_RESPONSES = { from: "openai-chat", to: "openai-responses" } as const;
const MESSAGES_CHAT = { from: "anthropic-messages", to: "openai-chat" } as const;
const MESSAGES_RESPONSES = { from: "anthropic-messages", to: "openai-responses" } as const;

export const LOADS: readonly Load[] = [
  {
    id: "whole",
    title: "Chat → Chat, whole, 15 KB body",
    ...CHAT_CHAT,
    ...WHOLE,
    body: (model) => chatBody({ model, stream: false, bytes: CODING_BYTES }),
    aim: 5,
    floor: "1.6",
  },
  {
    id: "messages-chat-whole",
    title: "Messages → Chat, whole, 15 KB body",
    ...MESSAGES_CHAT,
    ...WHOLE,
    body: messagesWhole,
    aim: 10,
  },
  {
    id: "messages-chat-turn",
    title: "Messages → Chat, whole, 15 KB body, a new turn in each",
    ...MESSAGES_CHAT,
    ...WHOLE,
    // What has been asked of the vault once is known; a conversation that goes on asks for one more turn each time.
    body: (model) => messagesBody({ model, stream: false, bytes: CODING_BYTES, lastTurn: NEW_TURN }),
    aim: 10,
  },
  {
    id: "messages-responses-whole",
    title: "Messages → Responses, whole, 15 KB body",
    ...MESSAGES_RESPONSES,
    ...WHOLE,
    body: messagesWhole,
    aim: 10,
  },
  {
    id: "pass-eight",
    title: "Chat → Chat, 200 frames, 8 a write",
    ...CHAT_CHAT,
    ...EIGHT,
    body: chatStream,
    aim: 3,
    floor: "1.4–1.9",
  },
  {
    id: "pass-each",
    title: "Chat → Chat, 200 frames, 1 a write",
    ...CHAT_CHAT,
    ...BURST,
    scenario: "each",
    body: chatStream,
    aim: 3,
  },
  {
    id: "withheld-eight",
    title: "Chat → Chat, 200 frames, 8 a write, usage withheld",
    ...CHAT_CHAT,
    ...EIGHT,
    body: chatStreamWithoutUsage,
    aim: 3,
  },
  {
    id: "messages-chat-eight",
    title: "Messages → Chat, 200 frames, 8 a write",
    ...MESSAGES_CHAT,
    ...EIGHT,
    body: messagesStream,
    aim: 6,
  },
  {
    id: "chat-responses-eight",
    title: "Chat → Responses, 200 frames, 8 a write",
    ...CHAT_RESPONSES,
    ...EIGHT,
    body: chatStream,
    aim: 6,
  },
  {
    id: "pass-paced",
    title: "Chat → Chat, 200 frames, one every 2 ms",
    ...CHAT_CHAT,
    ...PACED,
    body: chatStream,
    aim: 3,
    floor: "2.4–2.9",
  },
  {
    id: "messages-chat-paced",
    title: "Messages → Chat, 200 frames, one every 2 ms",
    ...MESSAGES_CHAT,
    ...PACED,
    body: messagesStream,
    aim: 3.5,
  },
  {
    id: "chat-responses-paced",
    title: "Chat → Responses, 200 frames, one every 2 ms",
    ...CHAT_RESPONSES,
    ...PACED,
    body: chatStream,
    aim: 3.5,
  },
  {
    id: "large",
    title: "Messages → Chat, whole, 1 MB body",
    ...MESSAGES_CHAT,
    scenario: "whole",
    body: (model) => messagesBody({ model, stream: false, bytes: LARGE_BYTES }),
    count: 120,
    open: 4,
    latency: { count: 40, open: 1 },
    aim: 20,
  },
];

/** Streams that stay open while memory is read. Not timed. */
export const IDLE: Load = {
  id: "idle",
  title: "open slow streams",
  ...CHAT_CHAT,
  ...BURST,
  scenario: "slow",
  body: chatStream,
  aim: Infinity,
};
export const IDLE_STREAMS = 1_000;

/** Of each kind the quickest to measure: what a change of the code is watched by. */
export const SMOKE = ["whole", "messages-chat-whole", "pass-eight", "messages-chat-eight"].map((id) => loadOf(id));

export function loadOf(id: string): Load {
  const found = [...LOADS, IDLE].find((load) => load.id === id);
  if (!found)
    throw new Error(`There is no load ${JSON.stringify(id)}; there are ${LOADS.map((load) => load.id).join(", ")}.`);
  return found;
}
