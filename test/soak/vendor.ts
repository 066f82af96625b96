/** A vendor that answers every id with its own story, sometimes badly, and judges each body that it gets. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { random } from "../fuzz/random.ts";
import { ownerIn, strangersIn } from "./ids.ts";
import { type Story, storyOf, type Turn } from "./story.ts";
import type { Fields, WireName } from "./wire.ts";
import { WIRES } from "./wires.ts";

export interface Vendor {
  readonly name: string;
  readonly wire: WireName;
  readonly key: string;
  readonly url: string;
  connections(): Promise<number>;
  stop(): void;
}

/** What the vendors saw together: who asked whom, and what must never be. */
export interface Seen {
  readonly asked: Asked[];
  readonly wrong: string[];
}
export interface Asked {
  readonly id: string;
  readonly turn: Turn;
  readonly vendor: string;
  readonly fault: Fault;
  /** What became of the first turn's thinking, when the second one asks. */
  readonly thought: "returned" | "missing" | "none";
}

/** The first ask of a turn may go wrong at the first vendor; every later one is answered well. */
export type Fault = keyof typeof FAULTS;
const FAULTS = {
  none: 75,
  slow: 7,
  "refused with 429": 2,
  "refused with 500": 2,
  "refused with 529": 2,
  "reset at once": 3,
  "failed in a 200": 3,
  "reset in the middle": 3,
  "failed in the middle": 3,
};
/** After these a stream that has begun may only end in an error. */
export const isInTheMiddle = (fault: Fault): boolean => fault.endsWith("in the middle");

/** What the second turn's words or results hold. */
export const SECOND_TURN = "turn-two";

export interface Identity {
  readonly name: string;
  readonly wire: WireName;
  readonly key: string;
  /** Every key that there is, its own too. */
  readonly secrets: readonly string[];
}

export async function vendorOf(identity: Identity, seen: Seen): Promise<Vendor> {
  const { name, wire, key } = identity;
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => void parts.push(part));
    request.on("end", () => void answer(request, response, Buffer.concat(parts).toString()));
    request.on("error", () => response.destroy());
  });
  const answer = async (request: IncomingMessage, response: ServerResponse, body: string): Promise<void> => {
    const id = ownerIn(body);
    if (id === undefined) return void seen.wrong.push(`${name} got a body that is nobody's: ${body.slice(0, 500)}`);
    const turn: Turn = body.includes(SECOND_TURN) ? 2 : 1;
    for (const stranger of strangersIn(body, id))
      seen.wrong.push(`${name} got ${stranger} in the turn ${turn} of ${id}: ${around(body, stranger)}`);
    judgeKeys(request, body, identity, seen);
    const isFirst = !seen.asked.some((one) => one.id === id && one.turn === turn);
    const fault = isFirst && name.endsWith("-a") ? faultOf(id, turn) : "none";
    const thought = turn === 2 ? storyOf(id, 1).thinking[0] : undefined;
    const returned = thought === undefined ? "none" : body.includes(thought) ? "returned" : "missing";
    seen.asked.push({ id, turn, vendor: name, fault, thought: returned });
    const { stream } = JSON.parse(body) as { stream?: boolean };
    await perform(response, wire, storyOf(id, turn), fault, stream === true);
  };
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  return {
    name,
    wire,
    key,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections: () => new Promise((resolve) => server.getConnections((_error, count) => resolve(count))),
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** Its own key where its protocol has it, and nobody else's anywhere. */
function judgeKeys(
  { headers }: IncomingMessage,
  body: string,
  { name, wire, key, secrets }: Identity,
  seen: Seen,
): void {
  const [[header, value] = ["", ""]] = Object.entries(WIRES[wire].keyHeader(key));
  if (headers[header] !== value) seen.wrong.push(`${name} got the ${header} ${String(headers[header])}`);
  const all = JSON.stringify(headers) + body;
  for (const secret of secrets)
    if (secret !== key && all.includes(secret)) seen.wrong.push(`${name} was shown the key ${secret}`);
}

function faultOf(id: string, turn: Turn): Fault {
  const dice = random(Number.parseInt(id.slice(3, 9), 36) * 2 + turn + 1_000_003);
  let left = dice.int(Object.values(FAULTS).reduce((sum, share) => sum + share, 0));
  for (const [fault, share] of Object.entries(FAULTS)) if ((left -= share) < 0) return fault as Fault;
  return "none";
}

async function perform(
  response: ServerResponse,
  wireName: WireName,
  story: Story,
  fault: Fault,
  streams: boolean,
): Promise<void> {
  const wire = WIRES[wireName];
  if (fault === "reset at once") return void response.socket?.destroy();
  if (fault.startsWith("refused"))
    return sendJson(response, Number(fault.slice(-3)), wire.refusal(Number(fault.slice(-3))));
  if (!streams) return whole(response, wire.whole(story), fault, wire.refusal(500));
  response.writeHead(200, { "content-type": "text/event-stream" });
  const frames = fault === "failed in a 200" ? [wire.failure] : wire.frames(story);
  const cutAt = isInTheMiddle(fault) ? Math.floor(frames.length / 2) : frames.length;
  for (const frame of frames.slice(0, cutAt)) {
    if (response.destroyed) return;
    if (fault === "slow") await Bun.sleep(60);
    if (!response.write(frame)) await drained(response);
  }
  if (fault === "reset in the middle") return void response.socket?.destroy();
  response.end(fault === "failed in the middle" ? wire.failure : undefined);
}

async function whole(response: ServerResponse, body: Fields, fault: Fault, failure: Fields): Promise<void> {
  if (fault === "slow") await Bun.sleep(500);
  if (fault === "failed in a 200" || fault === "failed in the middle") return sendJson(response, 200, failure);
  const text = JSON.stringify(body);
  if (fault !== "reset in the middle") return sendJson(response, 200, body);
  response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(text) });
  response.write(text.slice(0, text.length / 2), () => response.socket?.destroy());
}

function sendJson(response: ServerResponse, status: number, body: Fields): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}

const drained = (response: ServerResponse): Promise<void> =>
  new Promise((resolve) => {
    response.once("drain", resolve);
    response.once("close", resolve);
  });

const around = (text: string, part: string): string => {
  const at = text.indexOf(part);
  return text.slice(Math.max(0, at - 120), at + 60);
};
