/** What is sent, how often, and what it may cost. */
import type { DialectId } from "../src/ir/dialect-id.ts";
import { chatBody, chatBodyWithoutUsage, messagesBody } from "./bodies.ts";
import type { Scenario } from "./scenarios.ts";

export interface Load {
  readonly id: string;
  readonly title: string;
  readonly scenario: Scenario;
  /** What the caller speaks, and what the upstream speaks. */
  readonly from: DialectId;
  readonly to: DialectId;
  /** Made when asked for, by the process that sends it. */
  body(model: string): string;
  /** Requests of one round of the CPU measurement, and how many are open at once. */
  readonly count: number;
  readonly open: number;
  /** Requests of one round of the latency measurement, and how many are open at once: few, so that nothing queues. */
  readonly latency: { readonly count: number; readonly open: number };
  readonly aim: Aim;
}

export type Aim = { readonly timesNginx: number } | { readonly cpuMs: number };

const CODING_BYTES = 15_000;
const LARGE_BYTES = 1_000_000;

const stream = (model: string): string => chatBody({ model, stream: true, bytes: CODING_BYTES });
const streamWithoutUsage = (model: string): string =>
  chatBodyWithoutUsage({ model, stream: true, bytes: CODING_BYTES });
const messagesStream = (model: string): string => messagesBody({ model, stream: true, bytes: CODING_BYTES });
const STREAMS = { count: 400, open: 16, latency: { count: 60, open: 1 }, aim: { timesNginx: 3 } } as const;
const PACED = { ...STREAMS, count: 256, open: 64, latency: { count: 64, open: 8 } } as const;

export const LOADS: readonly Load[] = [
  {
    id: "whole",
    title: "Chat → Chat, whole, 15 KB body",
    scenario: "whole",
    from: "openai-chat",
    to: "openai-chat",
    body: (model) => chatBody({ model, stream: false, bytes: CODING_BYTES }),
    count: 3_000,
    open: 16,
    latency: { count: 400, open: 1 },
    aim: { timesNginx: 3 },
  },
  {
    id: "pass-eight",
    title: "Chat → Chat, 200 frames, 8 a write",
    scenario: "eight",
    from: "openai-chat",
    to: "openai-chat",
    body: stream,
    ...STREAMS,
  },
  {
    id: "pass-each",
    title: "Chat → Chat, 200 frames, 1 a write",
    scenario: "each",
    from: "openai-chat",
    to: "openai-chat",
    body: stream,
    ...STREAMS,
  },
  {
    id: "pass-paced",
    title: "Chat → Chat, 200 frames, one every 2 ms",
    scenario: "paced",
    from: "openai-chat",
    to: "openai-chat",
    body: stream,
    ...PACED,
  },
  {
    id: "withheld-eight",
    title: "Chat → Chat, 200 frames, 8 a write, usage withheld",
    scenario: "eight",
    from: "openai-chat",
    to: "openai-chat",
    body: streamWithoutUsage,
    ...STREAMS,
  },
  {
    id: "chat-responses-eight",
    title: "Chat → Responses, 200 frames, 8 a write",
    scenario: "eight",
    from: "openai-chat",
    to: "openai-responses",
    body: stream,
    ...STREAMS,
  },
  {
    id: "chat-responses-paced",
    title: "Chat → Responses, 200 frames, one every 2 ms",
    scenario: "paced",
    from: "openai-chat",
    to: "openai-responses",
    body: stream,
    ...PACED,
  },
  {
    id: "messages-chat-eight",
    title: "Messages → Chat, 200 frames, 8 a write",
    scenario: "eight",
    from: "anthropic-messages",
    to: "openai-chat",
    body: messagesStream,
    ...STREAMS,
  },
  {
    id: "messages-chat-paced",
    title: "Messages → Chat, 200 frames, one every 2 ms",
    scenario: "paced",
    from: "anthropic-messages",
    to: "openai-chat",
    body: messagesStream,
    ...PACED,
  },
  {
    id: "large",
    title: "Messages → Chat, whole, 1 MB body",
    scenario: "whole",
    from: "anthropic-messages",
    to: "openai-chat",
    body: (model) => messagesBody({ model, stream: false, bytes: LARGE_BYTES }),
    count: 120,
    open: 4,
    latency: { count: 40, open: 1 },
    aim: { cpuMs: 15 },
  },
];

/** Streams that stay open while memory is read. Not timed. */
export const IDLE: Load = {
  id: "idle",
  title: "open slow streams",
  scenario: "slow",
  from: "openai-chat",
  to: "openai-chat",
  body: stream,
  ...STREAMS,
};
export const IDLE_STREAMS = 1_000;

export function loadOf(id: string): Load {
  const found = [...LOADS, IDLE].find((load) => load.id === id);
  if (!found)
    throw new Error(`There is no load ${JSON.stringify(id)}; there are ${LOADS.map((load) => load.id).join(", ")}.`);
  return found;
}

/** A call with a key is what a gateway is for. It opens nothing but this bench on the loopback. */
export const BENCH_KEY = "bench-7f3a91c2d45e8b06";

/** The model's name tells the gateway which upstream it is sent to. */
export const modelOf = ({ scenario, to }: Load): string => `bench-${scenario}-${to}`;

const PATHS: Readonly<Record<DialectId, string>> = {
  "openai-chat": "/v1/chat/completions",
  "openai-responses": "/v1/responses",
  "anthropic-messages": "/v1/messages",
};
/** Whom a client talks to. nginx and the upstream itself get the upstream's path, whatever the body: they do not read it. */
export type Contender = "direct" | "nginx" | "gateway";
export const pathFor = (load: Load, contender: Contender): string =>
  contender === "gateway" ? PATHS[load.from] : `/${load.scenario}${PATHS[load.to]}`;
/** The dialect in which the answer comes. */
export const answeredIn = (load: Load, contender: Contender): DialectId =>
  contender === "gateway" ? load.from : load.to;
