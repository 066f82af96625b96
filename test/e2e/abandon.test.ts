/** Clients that leave and clients that read slowly: the upstream must notice both. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { connect } from "node:net";
import { type Running, startThree } from "./gateway.ts";
import { type HeldStream, heldStream, type Upstream, upstream, PATIENCE_MS, within } from "./upstream.ts";
import { bodyFor, CROSSINGS, PATH, post, readStream, stepsOf } from "./wires.ts";

/** "At once": half of any idle limit here, and far above what a busy machine needs. */
const AT_ONCE_MS = 5_000;

describe("a client that leaves", () => {
  let server: Upstream;
  let gateway: Running;
  let held: HeldStream;
  let opened = (): void => {};
  /** The upstream has the request and has not answered yet. */
  let silent = false;
  beforeAll(async () => {
    server = upstream((asked) => {
      held = heldStream(asked.signal);
      opened();
      return silent ? new Promise<Response>(() => {}) : held.response;
    });
    gateway = await startThree({ chat: server.url, responses: server.url, messages: server.url });
  });
  afterAll(async () => {
    await gateway?.stop();
    await server?.stop();
  });

  for (const { client, upstream: model } of CROSSINGS) {
    test(`before the first byte: ${client} client, ${model} upstream`, async () => {
      silent = true;
      const asked = new Promise<void>((resolve) => void (opened = resolve));
      const leaving = new AbortController();
      const answer = post(gateway.url, PATH[client], bodyFor(client, model, { stream: true }), {}, leaving.signal);
      await within(PATIENCE_MS, "the upstream is asked", asked);
      leaving.abort();
      await answer.catch(() => {});
      await within(AT_ONCE_MS, "the upstream is closed", held.gone);
    });

    test(`while the upstream is silent in mid-answer: ${client} client, ${model} upstream`, async () => {
      silent = false;
      const asked = new Promise<void>((resolve) => void (opened = resolve));
      const [first] = stepsOf(model);
      const leaving = new AbortController();
      const answer = post(gateway.url, PATH[client], bodyFor(client, model, { stream: true }), {}, leaving.signal);
      await within(PATIENCE_MS, "the upstream is asked", asked);
      held.push(first?.send ?? "");
      const reader = readStream(client, await within(PATIENCE_MS, "the headers", answer));
      await within(
        PATIENCE_MS,
        "the first word",
        reader.until((soFar) => soFar.text !== ""),
      );
      const before = gateway.records.length;
      leaving.abort();
      await within(AT_ONCE_MS, "the upstream is closed", held.gone);
      await within(AT_ONCE_MS, "the record", recorded(gateway, before));
      expect(gateway.records.at(-1)).toMatchObject({ outcome: "abandoned", modelAsked: model });
    });

    test(`before a whole answer: ${client} client, ${model} upstream`, async () => {
      silent = true;
      const asked = new Promise<void>((resolve) => void (opened = resolve));
      const leaving = new AbortController();
      const answer = post(gateway.url, PATH[client], bodyFor(client, model), {}, leaving.signal);
      await within(PATIENCE_MS, "the upstream is asked", asked);
      leaving.abort();
      await answer.catch(() => {});
      await within(AT_ONCE_MS, "the upstream is closed", held.gone);
    });
  }
});

async function recorded(gateway: Running, before: number): Promise<void> {
  while (gateway.records.length <= before) await Bun.sleep(5);
}

describe("a client that reads slowly", () => {
  const PIECE_BYTES = 64 * 1024;
  /** 1 GB in all: nobody ever sends it, unless nothing is held back. */
  const PIECES = 16_000;
  /** The kernel lets the buffers of two connections grow to 10 MB each, and some reads are in flight. */
  const HELD_BYTES_MAX = 64 * 1024 * 1024;

  for (const client of ["chat", "messages"] as const)
    test(`holds the upstream back: ${client} client, chat upstream`, async () => {
      let sent = 0;
      const server = upstream(
        () =>
          new Response(
            endless(PIECE_BYTES, PIECES, () => void (sent += PIECE_BYTES)),
            { headers: { "content-type": "text/event-stream" } },
          ),
      );
      const gateway = await startThree({ chat: server.url, responses: server.url, messages: server.url });
      const socket = await stalledRequest(gateway.url, PATH[client], bodyFor(client, "chat", { stream: true }));
      await settled(() => sent, HELD_BYTES_MAX);
      expect(sent).toBeLessThan(HELD_BYTES_MAX);
      socket.destroy();
      await gateway.stop();
      await server.stop();
    });
});

function endless(bytes: number, pieces: number, sent: () => void): ReadableStream<Uint8Array> {
  const chunk = (content: string): string =>
    `data: ${JSON.stringify({ id: "c", object: "chat.completion.chunk", created: 1, model: "m", choices: [{ index: 0, delta: { content }, finish_reason: null }] })}\n\n`;
  const piece = new TextEncoder().encode(chunk("x".repeat(bytes)));
  let count = 0;
  return new ReadableStream<Uint8Array>(
    {
      pull: (controller) => {
        if (count++ >= pieces) return controller.close();
        sent();
        controller.enqueue(piece);
      },
    },
    { highWaterMark: 0 },
  );
}

/** Sends a request, reads the first bytes of its answer and nothing more. */
function stalledRequest(url: string, path: string, body: unknown): Promise<ReturnType<typeof connect>> {
  const { hostname, port } = new URL(url);
  const text = JSON.stringify(body);
  const head = [
    `POST ${path} HTTP/1.1`,
    `host: ${hostname}:${port}`,
    "content-type: application/json",
    `content-length: ${text.length}`,
    "",
    "",
  ];
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(head.join("\r\n") + text));
    socket.once("data", () => {
      socket.pause();
      resolve(socket);
    });
    socket.once("error", reject);
  });
}

/** Waits until a number has stood still for half a second, or has passed its limit. */
async function settled(value: () => number, max: number): Promise<void> {
  for (let same = 0, last = -1; same < 20 && last < max;) {
    same = value() === last ? same + 1 : 0;
    last = value();
    await Bun.sleep(25);
  }
}
