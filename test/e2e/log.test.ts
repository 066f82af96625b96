/** A log that nobody reads: the real process answers on, and says afterwards what its log lacks. */
import { afterEach, beforeAll, afterAll, describe, expect, test } from "bun:test";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LIMITS } from "../../src/wire/limits.ts";
import { type StalledPipe, stalledPipe } from "../fixtures/pipe.ts";
import { type Upstream, upstream, PATIENCE_MS, within } from "./upstream.ts";
import { bodyFor, post, PATH, WHOLE } from "./wires.ts";

const LAUNCHER = join(import.meta.dir, "../../bin/codeswitch.js");
const FOLDER = mkdtempSync(join(tmpdir(), "codeswitch-log-"));
let server: Upstream;
beforeAll(() => void (server = upstream(() => Response.json(WHOLE.messages))));
afterAll(async () => {
  await server.stop();
  rmSync(FOLDER, { recursive: true });
});

/** A busy machine takes its time to start a process. */
const START_MS = 30_000;

interface Process {
  readonly url: string;
  readonly pipe: StalledPipe;
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
}
const open: Omit<Process, "url">[] = [];
afterEach(async () => {
  for (const { child, ended, pipe } of open.splice(0)) {
    killGroup(child);
    await ended;
    pipe.close();
  }
});

function killGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended.
  }
}

/** `codeswitch start`, with both of its outputs on one pipe that nobody reads after the line that it is up. */
async function started(): Promise<Process> {
  const config = join(FOLDER, "codeswitch.yaml");
  writeFileSync(
    config,
    `providers: { p: { kind: anthropic, base_url: "${server.url}", api_key: upstream-key } }\nmodels: { m: { targets: [ { provider: p, model: served } ] } }\n`,
  );
  const pipe = stalledPipe();
  const { PATH: path = "", HOME = "", SystemRoot = "" } = process.env;
  const child = spawn("node", [LAUNCHER, "start", "--config", config, "--port", "0", "--log-format", "json"], {
    env: { PATH: path, HOME, SystemRoot, CODESWITCH_DATA_DIR: join(FOLDER, "data") },
    stdio: ["ignore", pipe.fd, pipe.fd],
    // A group of its own, so that the gateway goes with its launcher.
    detached: true,
  });
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const one = { pipe, child, ended };
  open.push(one);
  const said = await within(
    START_MS,
    "the start",
    pipe.until((soFar) => soFar.includes('"started"')),
  );
  // Before it may stand what an earlier one, that was killed over this folder, left behind.
  const line = linesOf(said).find((one) => one.includes('"started"')) ?? "";
  const { url } = JSON.parse(line) as { url: string };
  return { ...one, url };
}

const linesOf = (text: string): string[] => text.split("\n").slice(0, -1);

/** What no dialect knows is a loss each, so that one call is a long line. */
const STRANGE = Object.fromEntries(Array.from({ length: 90 }, (_, at) => [`field_of_nobody_${at}`, at]));
const LINE_BYTES_MIN = 5_000;

/** One call; the id of its record. */
async function call(url: string): Promise<string> {
  const response = await within(PATIENCE_MS, "an answer", post(url, PATH.chat, bodyFor("chat", "m", STRANGE)));
  expect(response.status).toBe(200);
  await response.text();
  return response.headers.get("x-codeswitch-request-id") ?? "";
}

async function calls(url: string, count: number): Promise<string[]> {
  const ids: string[] = [];
  while (ids.length < count) ids.push(await call(url));
  return ids;
}

const CALLS = Math.ceil((2.5 * LIMITS.logQueueBytesMax) / LINE_BYTES_MIN);

// Windows has no such pipes.
describe.skipIf(process.platform === "win32")("a log that nobody reads", () => {
  test("holds up no call and no /health, and the log tells afterwards how many lines it lacks", async () => {
    const { url, pipe } = await started();
    const ids = await calls(url, CALLS);
    const health = await within(PATIENCE_MS, "/health", fetch(`${url}/health`));
    expect(health.status).toBe(200);

    const text = await pipe.until((soFar) => soFar.includes("dropped here"));
    const afterwards = await call(url);
    const lines = linesOf(await pipe.until((soFar) => soFar.includes(afterwards))).slice(1);
    for (const line of linesOf(text)
      .slice(1)
      .filter((one) => one.includes('"call"')))
      expect(line.length).toBeGreaterThan(LINE_BYTES_MIN);
    const said = lines.map(
      (line) => JSON.parse(line) as { event?: string; id?: string; level: string; message?: string },
    );
    const written = said.filter(({ event }) => event === "call").map(({ id }) => id);
    expect(written).toEqual([...ids.slice(0, written.length - 1), afterwards]);
    const gap = said.findIndex(({ event }) => event !== "call");
    expect(said[gap]?.level).toBe("warn");
    expect(said[gap]?.message).toStartWith(`lines of this log dropped here: ${CALLS - written.length + 1}. `);
    expect(gap).toBe(said.length - 2);
  }, 60_000);

  test("does not hold up the end", async () => {
    const { url, child, ended } = await started();
    await calls(url, CALLS);
    child.kill("SIGTERM");
    expect(await within(PATIENCE_MS, "the end", ended)).toBe(0);
  }, 60_000);

  test("is flushed at the end when somebody reads", async () => {
    const { url, pipe, child, ended } = await started();
    const ids = await calls(url, 3);
    child.kill("SIGTERM");
    await within(PATIENCE_MS, "the end", ended);
    const text = await pipe.until(() => true);
    for (const id of ids) expect(text).toContain(id);
    const last = JSON.parse(text.trim().split("\n").at(-1) ?? "") as unknown;
    expect(last).toMatchObject({ level: "info", message: "Stopped." });
  });

  test("and whose reader is gone is no fault", async () => {
    const { url, pipe, child, ended } = await started();
    pipe.closeReader();
    await calls(url, 5);
    child.kill("SIGTERM");
    expect(await within(PATIENCE_MS, "the end", ended)).toBe(0);
  });
});
