/** A machine with few file descriptors: it says so, refuses with a wait what it cannot bear, answers /health, and is well again afterwards. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { callsMax, fewDescriptors } from "../../src/relay/descriptors.ts";
import { type GatewayProcess, startProcess } from "./process.ts";
import { type HeldStream, heldStream, type Upstream, upstream, within } from "./upstream.ts";
import { bodyFor, PATH, post, stepsOf, WIRES } from "./wires.ts";

const SOON_MS = 20_000;

test("a small limit is told at the start with how many calls it bears, a large one is not", () => {
  expect(fewDescriptors(1_024)).toContain("1024 file descriptors, enough for 462 calls");
  expect([fewDescriptors(65_536), fewDescriptors(undefined)]).toEqual([undefined, undefined]);
  expect([callsMax(200), callsMax(50), callsMax(undefined)]).toEqual([50, 1, Infinity]);
});

// Elsewhere a process is not told its limit.
describe.if(process.platform === "linux")("with 200 descriptors", () => {
  const DESCRIPTORS = 200;
  let server: Upstream;
  let gateway: GatewayProcess;
  let held: HeldStream[] = [];
  beforeEach(async () => {
    held = [];
    server = upstream((request) => {
      const stream = heldStream(request.signal);
      stream.push(stepsOf("chat")[0]?.send ?? "");
      held.push(stream);
      return stream.response;
    });
    const provider = `{ kind: openai-compatible, base_url: "${server.url}/v1", api_key: unused-by-the-test }`;
    gateway = await startProcess(
      `providers: { p: ${provider}, q: ${provider} }
models: { m: { targets: [ { provider: p, model: m }, { provider: q, model: m } ] } }`,
      { descriptors: DESCRIPTORS },
    );
  }, 60_000);
  afterEach(async () => {
    await gateway?.stop();
    await server?.stop();
  });

  const ask = (wire: (typeof WIRES)[number]): Promise<Response> =>
    post(gateway.url, PATH[wire], bodyFor(wire, "m", { stream: true }));
  const askMany = (count: number): Promise<Response[]> =>
    within(
      SOON_MS,
      "all answers",
      Promise.all(Array.from({ length: count }, (_, at) => ask(WIRES[at % WIRES.length] ?? "chat"))),
    );
  const isHealthy = async (): Promise<boolean> => {
    const response = await fetch(`${gateway.url}/health`, { headers: { connection: "close" } });
    return response.ok && (await response.text()).includes("ok");
  };
  const endAll = async (answers: readonly Response[]): Promise<void> => {
    for (const stream of held) {
      for (const { send } of stepsOf("chat").slice(1)) stream.push(send);
      stream.end();
    }
    held = [];
    for (const answer of answers) await within(SOON_MS, "an end", answer.text());
  };

  async function expectRefusal(answer: Response): Promise<void> {
    expect([answer.status, answer.headers.get("retry-after"), answer.headers.get("connection")]).toEqual([
      503,
      "5",
      "close",
    ]);
    const text = await answer.text();
    expect(text).toContain("file descriptors");
    expect(text).toContain("ulimit -n");
    expect(text).toContain("Ask again");
    expect(text).not.toContain("base_url");
  }

  test("the log says so before it is up", () => {
    expect(gateway.warnings).toEqual([
      expect.objectContaining({ level: "warn", message: expect.stringContaining("enough for 50 calls") }),
    ]);
  });

  test("150 streams: 50 run, the others are refused with a wait, /health answers, and no processor burns", async () => {
    const answers = await askMany(150);
    const [running, refused] = [answers.filter(({ ok }) => ok), answers.filter(({ ok }) => !ok)];
    expect(running.length).toBe(callsMax(DESCRIPTORS));
    for (const answer of refused) await expectRefusal(answer);
    expect(await within(SOON_MS, "health", isHealthy())).toBe(true);
    const before = cpuMs(gateway.pid);
    await Bun.sleep(1_000);
    expect(cpuMs(gateway.pid) - before).toBeLessThan(300);
    await endAll(running);
    const [again] = await askMany(1);
    expect(again?.status).toBe(200);
    await endAll(again ? [again] : []);
  }, 60_000);

  test("counts of tokens are calls like others: beyond the limit they are refused with a wait", async () => {
    const answers = await askMany(callsMax(DESCRIPTORS));
    expect(answers.every(({ ok }) => ok)).toBe(true);
    const counting = (): Promise<Response> =>
      post(gateway.url, "/v1/messages/count_tokens", { model: "m", messages: [{ role: "user", content: "Hello." }] });
    await expectRefusal(await within(SOON_MS, "a refusal", counting()));
    await endAll(answers);
    expect((await within(SOON_MS, "a count", counting())).status).toBe(200);
  }, 60_000);

  test("connections that say nothing take the rest: the first call of all is refused, its vendor not blamed", async () => {
    const before = await settled();
    // All but one, which the client takes. With more left, whether a call is refused depends on who connects first: clients that come later wait for the system to hand them over, and Bun cuts connections that say nothing after some seconds.
    const idle = await Promise.all(Array.from({ length: DESCRIPTORS - before - 1 }, connected));
    // The system connects for the gateway, which takes what waits when it comes to it.
    await within(SOON_MS, "all of them taken", taken(DESCRIPTORS - 1));
    const [refused] = await askMany(1);
    await expectRefusal(refused as Response);
    expect(held).toEqual([]);
    for (const socket of idle) socket.destroy();
    expect(await within(SOON_MS, "health", isHealthy())).toBe(true);
    const [again] = await askMany(1);
    expect(again?.status).toBe(200);
    await endAll(again ? [again] : []);
  }, 60_000);

  /** The store opens shortly after the start. */
  async function settled(): Promise<number> {
    for (let open = openIn(gateway.pid); ;) {
      await Bun.sleep(1_000);
      const now = openIn(gateway.pid);
      if (now === open) return now;
      open = now;
    }
  }

  async function taken(descriptors: number): Promise<void> {
    while (openIn(gateway.pid) < descriptors) await Bun.sleep(5);
  }

  /** Says a little, for the system hands over no connection that has said nothing. */
  function connected(): Promise<Socket> {
    const socket = connect(Number(new URL(gateway.url).port), "127.0.0.1");
    socket.on("error", () => {});
    return new Promise((resolve) => socket.on("connect", () => socket.write("GET ", () => resolve(socket))));
  }
});

const openIn = (pid: number): number => readdirSync(`/proc/${pid}/fd`).length;

/** What a process has used of a processor, of Linux's 100 ticks a second. */
function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
