/** Clients' connections: each is given back when its client is gone, says nothing more, or takes nothing more. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { connect, type Socket } from "node:net";
import { type Running, start, provider, startThree, target } from "./gateway.ts";
import { type RawUpstream, rawUpstream, STREAM } from "./raw-upstream.ts";
import { type HeldStream, heldStream, type Upstream, upstream, within } from "./upstream.ts";
import { bodyFor, PATH, stepsOf, WHOLE, wholeStream, type Wire, WIRES } from "./wires.ts";

/** Bun looks every four seconds. */
const IDLE_SECONDS = 1;
const CLOSES_MS = 30_000;

interface Client {
  readonly socket: Socket;
  /** Resolves when the answer so far holds the text. */
  has(text: string): Promise<void>;
  readonly closed: Promise<void>;
  read(): string;
}

function client(url: string, path: string, body: unknown, more?: Readonly<Record<string, string>>): Client {
  const { hostname, port } = new URL(url);
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const length = { "content-length": String(text.length) };
  const headers = { host: "localhost", "content-type": "application/json", ...(more ?? length) };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  let [got, look] = ["", (): void => {}];
  const socket = connect(Number(port), hostname, () =>
    socket.write([`POST ${path} HTTP/1.1`, ...lines, "", text].join("\r\n")),
  );
  socket.on("data", (data) => {
    got += data.toString("latin1");
    look();
  });
  socket.on("error", () => {});
  const closed = new Promise<void>((resolve) => socket.on("close", () => resolve()));
  const has = (wanted: string): Promise<void> =>
    new Promise((resolve) => {
      look = () => got.includes(wanted) && resolve();
      look();
    });
  return { socket, has, closed, read: () => got };
}

const END: Readonly<Record<Wire, string>> = {
  chat: "[DONE]",
  responses: "response.completed",
  messages: "message_stop",
};

describe("a connection that says nothing more is closed", () => {
  let server: Upstream;
  let gateway: Running;
  beforeAll(async () => {
    server = upstream(({ body, path }) => {
      const wire = WIRES.find((one) => path.endsWith(PATH[one])) as Wire;
      return body["stream"] === true
        ? new Response(wholeStream(wire), { headers: { "content-type": "text/event-stream" } })
        : Response.json(WHOLE[wire]);
    });
    gateway = await startThree(
      { chat: server.url, responses: server.url, messages: server.url },
      { idleSeconds: IDLE_SECONDS },
    );
  });
  afterAll(async () => {
    await gateway?.stop();
    await server?.stop();
  });

  for (const wire of WIRES) {
    test.concurrent(
      `behind a whole answer, ${wire}`,
      async () => {
        const one = client(gateway.url, PATH[wire], bodyFor(wire, wire));
        await within(CLOSES_MS, "the answer", one.has("Done."));
        await within(CLOSES_MS, "the close", one.closed);
      },
      2 * CLOSES_MS,
    );
    test.concurrent(
      `behind a stream, ${wire}`,
      async () => {
        const one = client(gateway.url, PATH[wire], bodyFor(wire, wire, { stream: true }));
        await within(CLOSES_MS, "the answer", one.has(END[wire]));
        await within(CLOSES_MS, "the close", one.closed);
      },
      2 * CLOSES_MS,
    );
  }

  test.concurrent(
    "behind a refusal",
    async () => {
      const one = client(gateway.url, PATH.chat, "{");
      await within(CLOSES_MS, "the answer", one.has("400"));
      await within(CLOSES_MS, "the close", one.closed);
    },
    2 * CLOSES_MS,
  );
});

describe("while it is our turn", () => {
  let server: Upstream;
  let gateway: Running;
  let held: HeldStream;
  let asked: () => void;
  beforeAll(async () => {
    server = upstream((request) => {
      held = heldStream(request.signal);
      asked();
      return held.response;
    });
    gateway = await start({
      providers: [provider("p", "chat", server.url, { idleMs: 4 * CLOSES_MS })],
      models: [{ name: "chat", targets: [target("p", "chat")] }],
      idleSeconds: IDLE_SECONDS,
    });
  });
  afterAll(async () => {
    await gateway?.stop();
    await server?.stop();
  });

  test("a connection stays open however long the model is silent", async () => {
    const opened = new Promise<void>((resolve) => void (asked = resolve));
    const one = client(gateway.url, PATH.chat, bodyFor("chat", "chat", { stream: true }));
    const [first, second, ...rest] = stepsOf("chat").map((step) => step.send);
    await within(CLOSES_MS, "the upstream is asked", opened);
    held.push(first ?? "");
    await within(CLOSES_MS, "the first word", one.has("One "));
    // A second connection, that only waits, tells when the limit has passed twice.
    for (let count = 0; count < 2; count++) await client(gateway.url, PATH.chat, "{").closed;
    held.push([second, ...rest].join(""));
    held.end();
    await within(CLOSES_MS, "the end", one.has(END.chat));
    one.socket.destroy();
  }, 60_000);
});

describe("a client of an endless answer", () => {
  async function endlessAnswer(wire: Wire): Promise<{ vendor: RawUpstream; gateway: Running }> {
    const vendor = rawUpstream((line) => {
      line.write(STREAM + (stepsOf(wire)[0]?.send ?? ""));
      line.flood(`data: {"type":"unknown","pad":"${"x".repeat(64 * 1024)}"}\n\n`);
    });
    const gateway = await start({
      providers: [provider("p", wire, vendor.url)],
      models: [{ name: "m", targets: [target("p", wire)] }],
      server: { heartbeatMs: 100 },
      idleSeconds: IDLE_SECONDS,
    });
    return { vendor, gateway };
  }

  test.concurrent(
    "is kept as long as it takes a little now and then",
    async () => {
      const { vendor, gateway } = await endlessAnswer("chat");
      const one = client(gateway.url, PATH.chat, bodyFor("chat", "m", { stream: true }));
      await within(CLOSES_MS, "the first word", one.has("One "));
      one.socket.on("data", () => one.socket.pause());
      const sips = setInterval(() => one.socket.resume(), 200);
      for (let count = 0; count < 2; count++) await client(gateway.url, PATH.chat, "{").closed;
      expect([one.socket.destroyed, gateway.records.some(({ stream }) => stream)]).toEqual([false, false]);
      clearInterval(sips);
      one.socket.destroy();
      await gateway.stop();
      await vendor.stop();
    },
    3 * CLOSES_MS,
  );

  for (const wire of WIRES)
    test.concurrent(
      `is dropped in the end when it takes nothing, its vendor released: ${wire}`,
      async () => {
        const { vendor, gateway } = await endlessAnswer(wire);
        const one = client(gateway.url, PATH[wire], bodyFor(wire, "m", { stream: true }));
        await within(CLOSES_MS, "the first word", one.has("One "));
        one.socket.pause();
        await within(CLOSES_MS, "the vendor's release", vendor.released());
        await within(
          CLOSES_MS,
          "the record",
          until(() => gateway.records.length > 0),
        );
        expect(gateway.records).toMatchObject([{ outcome: "abandoned", status: 499 }]);
        one.socket.destroy();
        await gateway.stop();
        await vendor.stop();
      },
      3 * CLOSES_MS,
    );
});

describe("an upload that is refused", () => {
  const KEY = "a-long-enough-key-of-a-caller";
  let gateway: Running;
  beforeAll(async () => {
    gateway = await start({
      providers: [provider("p", "chat", "http://127.0.0.1:1")],
      models: [{ name: "m", targets: [target("p", "chat")] }],
      keys: [{ name: "me", key: KEY }],
      server: { bodyBytesMax: 8 * 1024 * 1024 },
    });
  });
  afterAll(() => gateway?.stop());

  /** Uploads for ever; tells what was answered when the gateway has closed. */
  async function endless(headers: Readonly<Record<string, string>>): Promise<string> {
    const one = client(gateway.url, PATH.chat, "", { ...headers, "transfer-encoding": "chunked" });
    const piece = `${(64 * 1024).toString(16)}\r\n${" ".repeat(64 * 1024)}\r\n`;
    const more = setInterval(() => one.socket.writable && one.socket.write(piece), 2);
    await within(CLOSES_MS, "the close", one.closed);
    clearInterval(more);
    return one.read();
  }

  test("for want of a key is answered, and its connection closed", async () => {
    expect(await endless({ authorization: "Bearer wrong" })).toContain("HTTP/1.1 401");
  });

  test("for its size is answered, and its connection closed", async () => {
    expect(await endless({ authorization: `Bearer ${KEY}` })).toContain("HTTP/1.1 413");
  });

  test("with a whole body behind it keeps its connection", async () => {
    const headers = { authorization: "Bearer wrong", "content-length": "100000" };
    const one = client(gateway.url, PATH.chat, " ".repeat(100_000), headers);
    await within(CLOSES_MS, "the answer", one.has("401"));
    expect(one.read().toLowerCase()).not.toContain("connection: close");
    one.socket.destroy();
  });
});

test(
  "a client that leaves during its upload is recorded as abandoned, without a warning",
  async () => {
    const gateway = await startThree({
      chat: "http://127.0.0.1:1",
      responses: "http://127.0.0.1:1",
      messages: "http://127.0.0.1:1",
    });
    for (const wire of WIRES) {
      const before = gateway.records.length;
      const one = client(gateway.url, PATH[wire], `{"model":"${wire}",`, { "content-length": "100000" });
      await within(
        CLOSES_MS,
        "the connection",
        new Promise<void>((resolve) => one.socket.once("connect", () => resolve())),
      );
      // The gateway reads on and waits for the rest; a second call on another connection shows that it has come so far.
      const other = client(gateway.url, PATH[wire], "{");
      await within(CLOSES_MS, "another answer", other.has("400"));
      other.socket.destroy();
      one.socket.destroy();
      await within(
        CLOSES_MS,
        "the record",
        until(() => gateway.records.length > before + 1),
      );
      expect(gateway.records.at(-1)).toMatchObject({ outcome: "abandoned", status: 499 });
    }
    expect(gateway.warnings).toEqual([]);
    await gateway.stop();
  },
  2 * CLOSES_MS,
);

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await Bun.sleep(5);
}
