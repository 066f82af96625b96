/** A stop: calls may end, and what is cut after the time for it is told so, in the client's own words. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { provider, type Running, start, startThree, target } from "./gateway.ts";
import { startProcess } from "./process.ts";
import { type HeldStream, heldStream, type Upstream, upstream, within } from "./upstream.ts";
import { bodyFor, CROSSINGS, PATH, post, readStream, type SoFar, stepsOf, type Wire, WIRES } from "./wires.ts";

const SOON_MS = 10_000;
/** What each dialect's clients ask again for: the type or code of its error. */
const RETRIED: Readonly<Record<Wire, string>> = {
  chat: "service_unavailable",
  responses: "unavailable",
  messages: "overloaded_error",
};

describe("calls that a stop cuts", () => {
  let server: Upstream;
  let held: HeldStream;
  let asked: () => void;
  beforeAll(() => {
    server = upstream((request) => {
      held = heldStream(request.signal);
      asked();
      return request.body["stream"] === true ? held.response : new Promise<Response>(() => {});
    });
  });
  afterAll(() => server?.stop());

  const gatewayOf = (heartbeatMs: number): Promise<Running> =>
    startThree(
      { chat: server.url, responses: server.url, messages: server.url },
      { server: { drainMs: 50, heartbeatMs } },
    );
  const isAsked = (): Promise<void> =>
    within(SOON_MS, "the upstream is asked", new Promise<void>((resolve) => void (asked = resolve)));

  const expectStopCuts = async (
    gateway: Running,
    client: Wire,
    reader: ReturnType<typeof readStream>,
    text: string,
  ): Promise<void> => {
    const stopped = gateway.stop();
    expectCut(
      client,
      await within(
        SOON_MS,
        "the end",
        reader.until(() => false),
      ),
      text,
    );
    await within(SOON_MS, "the stop", stopped);
    expect(gateway.records).toMatchObject([{ outcome: "failed", status: 200, error: "gateway-stopping" }]);
  };

  test("a count of tokens that is waited for is a 503", async () => {
    const gateway = await gatewayOf(0);
    const waiting = isAsked();
    const body = { model: "messages", messages: [{ role: "user", content: "Hello." }] };
    const answer = post(gateway.url, "/v1/messages/count_tokens", body);
    await waiting;
    const stopped = gateway.stop();
    const response = await within(SOON_MS, "the answer", answer);
    expect([response.status, await response.text()]).toEqual([
      503,
      expect.stringContaining("the gateway is stopping; ask again"),
    ]);
    await within(SOON_MS, "the stop", stopped);
    await within(SOON_MS, "the vendor's release", held.gone);
  });

  for (const { client, upstream: model } of CROSSINGS) {
    test(`a stream ends with an error event: ${client} client, ${model} upstream`, async () => {
      const gateway = await gatewayOf(0);
      const waiting = isAsked();
      const answer = post(gateway.url, PATH[client], bodyFor(client, model, { stream: true }));
      await waiting;
      held.push(stepsOf(model)[0]?.send ?? "");
      const reader = readStream(client, await within(SOON_MS, "headers", answer));
      await within(
        SOON_MS,
        "a word",
        reader.until(({ text }) => text !== ""),
      );
      await expectStopCuts(gateway, client, reader, "One ");
      await within(SOON_MS, "the vendor's release", held.gone);
    });

    test(`a stream that has only beaten ends with one too: ${client} client, ${model} upstream`, async () => {
      const gateway = await gatewayOf(20);
      const waiting = isAsked();
      const answer = post(gateway.url, PATH[client], bodyFor(client, model, { stream: true }));
      await waiting;
      const reader = readStream(client, await within(SOON_MS, "headers", answer));
      await expectStopCuts(gateway, client, reader, "");
    });

    test(`a whole answer that is waited for is a 503: ${client} client, ${model} upstream`, async () => {
      const gateway = await gatewayOf(0);
      const waiting = isAsked();
      const answer = post(gateway.url, PATH[client], bodyFor(client, model));
      await waiting;
      const stopped = gateway.stop();
      const response = await within(SOON_MS, "the answer", answer);
      expect([response.status, Number(response.headers.get("retry-after"))]).toEqual([503, expect.any(Number)]);
      const text = await response.text();
      expect(text).toContain("the gateway is stopping; ask again");
      expect(text).toContain(RETRIED[client]);
      await within(SOON_MS, "the stop", stopped);
      await within(SOON_MS, "the vendor's release", held.gone);
      expect(gateway.records).toMatchObject([{ outcome: "failed", status: 503, error: "gateway-stopping" }]);
    });
  }
});

function expectCut(client: Wire, end: SoFar, text: string): void {
  expect([end.text, end.ended]).toEqual([text, false]);
  expect(end.error).toContain("the gateway is stopping; ask again");
  expect(end.error).toContain(RETRIED[client]);
}

test("calls that end in time end as they would", async () => {
  let held: HeldStream | undefined;
  let asked = (): void => {};
  const server = upstream((request) => {
    held = heldStream(request.signal);
    asked();
    return held.response;
  });
  const gateway = await start({
    providers: [provider("p", "chat", server.url)],
    models: [{ name: "m", targets: [target("p", "chat")] }],
    server: { drainMs: SOON_MS },
  });
  const waiting = new Promise<void>((resolve) => void (asked = resolve));
  const answer = post(gateway.url, PATH.chat, bodyFor("chat", "m", { stream: true }));
  await within(SOON_MS, "the upstream is asked", waiting);
  const [first, ...rest] = stepsOf("chat").map((step) => step.send);
  held?.push(first ?? "");
  const reader = readStream("chat", await answer);
  await reader.until(({ text }) => text !== "");
  const stopped = gateway.stop();
  for (const step of rest) held?.push(step);
  held?.end();
  expect(await reader.until(() => false)).toMatchObject({ text: "One two three.", ended: true, error: undefined });
  await within(SOON_MS, "the stop", stopped);
  expect(gateway.records).toMatchObject([{ outcome: "ended", status: 200 }]);
  await server.stop();
});

test("a stop that waits for nobody leaves no timer behind: whoever embeds the gateway ends at once", async () => {
  const script = `
    const { startGateway } = await import(${JSON.stringify(join(import.meta.dir, "../../src/gateway.ts"))});
    const { configOf } = await import(${JSON.stringify(join(import.meta.dir, "gateway.ts"))});
    const log = { info() {}, warn() {}, write() {} };
    const config = configOf({ providers: [], models: [], server: { drainMs: 600_000 } });
    await (await startGateway(config, { log })).stop();`;
  const child = Bun.spawn([process.execPath, "--no-env-file", "-e", script], { stdin: "ignore", stderr: "inherit" });
  try {
    expect(await within(SOON_MS, "the exit", child.exited)).toBe(0);
  } finally {
    child.kill("SIGKILL");
  }
}, 30_000);

for (const wire of WIRES)
  test(`a process at SIGTERM tells its streams, records them as failed and ends well: ${wire}`, async () => {
    const server = upstream((request) => {
      const stream = heldStream(request.signal);
      stream.push(stepsOf("chat")[0]?.send ?? "");
      return stream.response;
    });
    const gateway = await startProcess(
      `providers: { p: { kind: openai-compatible, base_url: "${server.url}/v1", api_key: unused-by-the-test } }
models: { m: { targets: [ { provider: p, model: m } ] } }`,
    );
    const reader = readStream(wire, await post(gateway.url, PATH[wire], bodyFor(wire, "m", { stream: true })));
    await within(
      SOON_MS,
      "a word",
      reader.until(({ text }) => text !== ""),
    );
    gateway.signal("SIGTERM");
    expectCut(
      wire,
      await within(
        SOON_MS,
        "the end",
        reader.until(() => false),
      ),
      "One ",
    );
    const told = { event: "call", outcome: "failed", status: 200, error: "gateway-stopping" };
    expect(await gateway.line()).toMatchObject({ message: expect.stringMatching(/^Stopping: the open call/) });
    expect(await gateway.line()).toMatchObject(told);
    expect(await within(SOON_MS, "the exit", gateway.exited)).toBe(0);
    await gateway.stop();
    await server.stop();
  }, 60_000);
