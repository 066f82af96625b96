/** Several processes on one port, as whoever calls them and whoever runs them sees it. Linux only, as the feature is. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type GatewayProcess, type Line, startProcess } from "./process.ts";
import { type HeldStream, heldStream, PATIENCE_MS, type Upstream, upstream, within } from "./upstream.ts";
import { bodyFor, PATH, readStream, stepsOf, WHOLE } from "./wires.ts";

const TEST_MS = 60_000;
const [WIRE] = ["chat"] as const;
const onLinux = process.platform === "linux" ? describe : describe.skip;

/** What it says, read all the time: a log that nobody reads holds lines back. */
interface Watched extends GatewayProcess {
  readonly lines: Line[];
  said(what: (line: Line) => boolean): Promise<Line>;
  readonly calls: () => number;
}

function watched(started: GatewayProcess): Watched {
  const lines: Line[] = [];
  void (async () => {
    for (;;) lines.push(await started.line());
  })().catch(() => {});
  return {
    ...started,
    lines,
    calls: () => lines.filter(({ event }) => event === "call").length,
    said: async (what) => {
      await until(() => lines.some(what));
      return lines.find(what) as Line;
    },
  };
}

async function until(holds: () => boolean): Promise<void> {
  for (const end = performance.now() + PATIENCE_MS; !holds(); await Bun.sleep(5))
    if (performance.now() > end) throw new Error(`it did not come to that: ${holds}`);
}

/** The processes that a process has started. */
const childrenOf = (pid: number): number[] => {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean).map(Number);
  } catch {
    return [];
  }
};
const isAlive = (pid: number): boolean => {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
};

/** It may have ended since it was listed. */
const killed = (pid: number): void => {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It is gone, as it should be.
  }
};

/** On a connection of its own, so that the kernel chooses a worker for it. */
const post = (url: string, body: unknown, key = "k-one-7f3a9b", more: RequestInit = {}): Promise<Response> =>
  fetch(url + PATH[WIRE], {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${key}`, connection: "close" },
    body: JSON.stringify(body),
    ...more,
  });

onLinux("workers", () => {
  let server: Upstream;
  let held: HeldStream | undefined;
  let gateway: Watched | undefined;
  beforeAll(() => {
    server = upstream(({ body, signal }) => {
      if (body["stream"] === true) {
        held = heldStream(signal);
        held.push(stepsOf(WIRE)[0]?.send ?? "");
        return held.response;
      }
      return Response.json(WHOLE[WIRE]);
    });
  });
  afterEach(async () => {
    await gateway?.stop();
    gateway = undefined;
    held = undefined;
  });
  afterAll(() => server?.stop());

  const start = async (serverKeys = "drain_ms: 20000, workers: 2", keys = "", prices = ""): Promise<Watched> => {
    const yaml = [
      `auth: { keys: [ { name: one, key: k-one-7f3a9b }, { name: limited, key: k-two-7f3a9b${keys} } ] }`,
      `providers: { p: { kind: openai-compatible, base_url: "${server.url}/v1", api_key: none${prices} } }`,
      "models: { m: { targets: [ { provider: p, model: served } ] } }",
    ].join("\n");
    gateway = watched(await startProcess(yaml, { server: serverKeys }));
    return gateway;
  };

  test(
    "share the port that was found for them, have one note, one instance, and write each line whole",
    async () => {
      const { url, pid, folder, lines, calls, stop } = await start();
      expect(childrenOf(pid).length).toBe(2);
      const port = Number(new URL(url).port).toString(16).toUpperCase().padStart(4, "0");
      const listening = readFileSync("/proc/net/tcp", "utf8").match(new RegExp(`:${port} 00000000:0000 0A`, "g"));
      expect(listening?.length).toBe(2);
      const instances = await Promise.all(
        Array.from({ length: 16 }, async () => {
          const health = await fetch(`${url}/health`, { headers: { connection: "close" } });
          return health.headers.get("x-codeswitch-instance");
        }),
      );
      expect(new Set(instances).size).toBe(1);
      const notes = readdirSync(join(folder, "data")).filter((name) => name.startsWith("gateway-"));
      expect(notes).toEqual([`gateway-${new URL(url).port}.json`]);
      expect(readFileSync(join(folder, "data", notes[0] ?? ""), "utf8")).toContain(String(instances[0]));
      // A name as long as it may be, so that lines are longer than what a pipe takes at once; whoever reads them parses each.
      const name = "m".repeat(200);
      const answers = await Promise.all(
        Array.from({ length: 300 }, () => post(url, { ...bodyFor(WIRE, name), tools: [] })),
      );
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([404]));
      await until(() => calls() === 300);
      expect(lines.filter(({ event }) => event === "started")).toEqual([]);
      await stop();
    },
    TEST_MS,
  );

  test(
    "let exactly as many calls in as one would, whichever of them a call comes to",
    async () => {
      const { url } = await start(undefined, ", limits: { requests_per_minute: 40 }");
      const statuses: number[] = [];
      for (let round = 0; round < 10; round++) {
        const answers = await Promise.all(
          Array.from({ length: 40 }, () => post(url, bodyFor(WIRE, "m"), "k-two-7f3a9b")),
        );
        for (const answer of answers) {
          statuses.push(answer.status);
          await answer.text();
        }
      }
      expect([statuses.filter((status) => status === 200).length, new Set(statuses)]).toEqual([
        40,
        new Set([200, 429]),
      ]);
    },
    TEST_MS,
  );

  test(
    "one budget over all of them: money for thirty calls answers thirty, one after the other or all at once",
    async () => {
      // 5 tokens in and 2 out of the vendor's answer, at $10 and $50 a million: 150,000 nano-dollars.
      const thirty = ", budgets: [ { usd: 0.0045, per: total } ]";
      const { url } = await start("drain_ms: 20000, workers: 2", thirty, ", prices: { input: 10, output: 50 }");
      const body = { ...bodyFor(WIRE, "m"), max_tokens: 2 };
      const statuses: number[] = [];
      const one = async (): Promise<void> => {
        const response = await post(url, body, "k-two-7f3a9b");
        await response.text();
        statuses.push(response.status);
      };
      while (!statuses.includes(422)) await Promise.all(Array.from({ length: 4 }, one));
      for (let count = 0; count < 10; count++) await one();
      expect(statuses.filter((status) => status === 200).length).toBe(30);
      expect(statuses.slice(-10).every((status) => status === 422)).toBe(true);
    },
    TEST_MS,
  );

  test(
    "count calls that are open at a time together, and give back each place",
    async () => {
      const { url } = await start(undefined, ", limits: { parallel: 2 }");
      for (let at = 0; at < 60; at++) {
        const answer = await post(url, bodyFor(WIRE, "m"), "k-two-7f3a9b");
        expect([at, answer.status]).toEqual([at, 200]);
        await answer.text();
      }
    },
    TEST_MS,
  );

  test(
    "are replaced at SIGHUP one after the other: no call is lost, and an open stream ends as it would",
    async () => {
      const { url, pid, said, signal } = await start();
      const before = childrenOf(pid);
      const open = await post(url, bodyFor(WIRE, "m", { stream: true }));
      const [, ...rest] = stepsOf(WIRE).map(({ send }) => send);
      const reader = readStream(WIRE, open);
      await reader.until(({ text }) => text !== "");
      const stream = held;
      const calling = new AbortController();
      const statuses = new Map<string, number>();
      // Connections that stay open, as agents keep them. A new one may be refused in the moment of a stop (docs/OPERATIONS.md).
      const callers = Array.from({ length: 8 }, async () => {
        while (!calling.signal.aborted) {
          const headers = { "content-type": "application/json", authorization: "Bearer k-one-7f3a9b" };
          const body = JSON.stringify(bodyFor(WIRE, "m"));
          const how = await fetch(url + PATH[WIRE], { method: "POST", headers, body }).then(
            async (answer) => {
              await answer.text();
              return String(answer.status);
            },
            (error: Error) => error.message,
          );
          statuses.set(how, (statuses.get(how) ?? 0) + 1);
        }
      });
      signal("SIGHUP");
      // A new one serves beside the old ones, of which one has the stream.
      await until(() => childrenOf(pid).some((child) => !before.includes(child)));
      for (const step of rest) stream?.push(step);
      stream?.end();
      expect(await reader.until(() => false)).toMatchObject({ text: "One two three.", ended: true, error: undefined });
      await said(({ message }) => String(message).startsWith("All workers have been replaced"));
      calling.abort();
      await Promise.all(callers);
      expect([...statuses.keys()]).toEqual(["200"]);
      expect(statuses.get("200")).toBeGreaterThan(20);
      expect(childrenOf(pid).filter((child) => before.includes(child))).toEqual([]);
      expect(childrenOf(pid).length).toBe(2);
    },
    TEST_MS,
  );

  test(
    "stay as they are where the configuration cannot be read at SIGHUP",
    async () => {
      const { url, pid, folder, said, signal } = await start();
      const before = childrenOf(pid);
      await Bun.write(join(folder, "codeswitch.yaml"), "server: { prot: 1 }\n");
      signal("SIGHUP");
      const { message } = await said(({ event }) => event === "workers");
      expect(message).toContain("server.prot");
      expect(childrenOf(pid)).toEqual(before);
      expect((await post(url, bodyFor(WIRE, "m"))).status).toBe(200);
    },
    TEST_MS,
  );

  test(
    "one that is killed is said, and another takes its place",
    async () => {
      const { url, pid, said } = await start();
      const [first = 0] = childrenOf(pid);
      process.kill(first, "SIGKILL");
      const { message } = await said(({ event }) => event === "workers");
      expect(message).toContain("signal SIGKILL");
      await until(() => childrenOf(pid).length === 2 && !childrenOf(pid).includes(first));
      for (let at = 0; at < 20; at++) expect((await post(url, bodyFor(WIRE, "m"))).status).toBe(200);
    },
    TEST_MS,
  );

  test(
    "that end again and again end the whole",
    async () => {
      const { pid, exited } = await start();
      const killing = setInterval(() => {
        for (const child of childrenOf(pid)) killed(child);
      }, 5);
      try {
        expect(await within(TEST_MS, "the end", exited)).toBe(1);
      } finally {
        clearInterval(killing);
      }
      gateway = undefined;
    },
    TEST_MS,
  );

  test(
    "finish their calls at SIGTERM, and all are gone then",
    async () => {
      const { url, pid, signal, exited, said } = await start();
      const children = childrenOf(pid);
      const open = await post(url, bodyFor(WIRE, "m", { stream: true }));
      const [, ...rest] = stepsOf(WIRE).map(({ send }) => send);
      const reader = readStream(WIRE, open);
      await reader.until(({ text }) => text !== "");
      signal("SIGTERM");
      const { message } = await said(({ event }) => event === "stop");
      expect(message).toContain("the open call may take up to 20 s");
      for (const step of rest) held?.push(step);
      held?.end();
      expect(await reader.until(() => false)).toMatchObject({ text: "One two three.", ended: true });
      expect(await within(PATIENCE_MS, "the end", exited)).toBe(0);
      expect(children.filter(isAlive)).toEqual([]);
      gateway = undefined;
    },
    TEST_MS,
  );

  test(
    "do not outlive a supervisor that is killed",
    async () => {
      const { pid, signal } = await start();
      const children = childrenOf(pid);
      signal("SIGKILL");
      await until(() => children.every((child) => !isAlive(child)));
    },
    TEST_MS,
  );

  test(
    "of a second gateway do not creep into the port of the first",
    async () => {
      const { url } = await start();
      const port = new URL(url).port;
      const second = startProcess("providers: {}\nmodels: {}", {
        server: "workers: 2",
        variables: { CODESWITCH_PORT: port },
      });
      await expect(second).rejects.toThrow("the log ended");
    },
    TEST_MS,
  );
});

describe("a tool loop whose turns come to different workers", () => {
  const CALL = { id: "call_0", type: "function", function: { name: "read", arguments: "{}" } };
  const answer = {
    ...WHOLE.chat,
    choices: [
      {
        index: 0,
        message: { role: "assistant", content: null, reasoning_content: "I look.", tool_calls: [CALL] },
        finish_reason: "tool_calls",
      },
    ],
  };
  let server: Upstream;
  let gateway: GatewayProcess;
  beforeAll(async () => {
    server = upstream(() => Response.json(answer));
    gateway = watched(
      await startProcess(
        [
          "auth: { keys: [ { name: d, key: k-disk-7f3a9b }, { name: m, key: k-memo-7f3a9b, vault: memory } ] }",
          `providers: { p: { kind: kimi, base_url: "${server.url}/v1", api_key: none } }`,
          "models: { m: { targets: [ { provider: p, model: kimi-k2-thinking } ] } }",
        ].join("\n"),
        { server: "workers: 2" },
      ),
    );
  });
  afterAll(async () => {
    await gateway?.stop();
    await server?.stop();
  });

  for (const [keeps, key] of [
    ["on disk", "k-disk-7f3a9b"],
    ["in memory alone", "k-memo-7f3a9b"],
  ] as const)
    test(
      `gets its reasoning back that was kept ${keeps}`,
      async () => {
        const turn = async (session: number, more: readonly unknown[]): Promise<string> => {
          const response = await post(
            gateway.url,
            {
              model: "m",
              reasoning_effort: "high",
              metadata: { cursorConversationId: `${keeps} ${session}` },
              messages: [{ role: "user", content: `Read ${session}.ts.` }, ...more],
              tools: [{ type: "function", function: { name: "read", parameters: { type: "object", properties: {} } } }],
            },
            key,
          );
          expect(response.status).toBe(200);
          await response.text();
          return server.asked.at(-1)?.text ?? "";
        };
        const replayed = [
          { role: "assistant", content: null, tool_calls: [CALL] },
          { role: "tool", tool_call_id: "call_0", content: "let x" },
        ];
        // Of so many loops some change the worker, or a coin fell the same way so often.
        for (let session = 0; session < 24; session++) {
          await turn(session, []);
          expect(await turn(session, replayed)).toContain('"reasoning_content":"I look."');
        }
      },
      TEST_MS,
    );
});
