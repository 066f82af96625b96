/** Processes that are measured: started, read from /proc, stopped. */
import { readdirSync, readFileSync } from "node:fs";

export interface Running {
  readonly pid: number;
  stop(): Promise<void>;
}

export interface Spawned extends Running {
  /** The first line that it prints. */
  readonly line: Promise<string>;
}

export function start(command: readonly string[]): Spawned {
  const child = Bun.spawn([...command], { stdin: "ignore", stdout: "pipe", stderr: "inherit" });
  return { pid: child.pid, line: firstLine(child.stdout), stop: () => stopped(child) };
}

/** A server. Its output goes nowhere, as that of a service whose log nobody reads; what it complains of is kept in `complaints`. */
export function startServer(
  command: readonly string[],
  complaints: string,
  environment: Readonly<Record<string, string>> = {},
): Running {
  const child = Bun.spawn([...command], {
    stdin: "ignore",
    stdout: "ignore",
    stderr: Bun.file(complaints),
    env: { ...process.env, ...environment },
  });
  return { pid: child.pid, stop: () => stopped(child) };
}

const STOP_MS = 5_000;

async function stopped(child: Bun.Subprocess): Promise<void> {
  child.kill("SIGTERM");
  const kill = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
  await child.exited;
  clearTimeout(kill);
}

async function firstLine(stream: ReadableStream<Uint8Array>): Promise<string> {
  let text = "";
  const decoder = new TextDecoder();
  for await (const bytes of stream) {
    text += decoder.decode(bytes, { stream: true });
    if (text.includes("\n")) return text.slice(0, text.indexOf("\n"));
  }
  throw new Error(`A process ended before it was ready: ${text}`);
}

/** CPU time of a process and all below it in nanoseconds, by thread. */
export type CpuTimes = ReadonlyMap<string, number>;

/** schedstat counts nanoseconds, where stat counts hundredths of a second; both are the same user and system time. */
export function cpuTimes(pid: number): CpuTimes {
  const times = new Map<string, number>();
  for (const member of family(pid))
    for (const thread of entries(`/proc/${member}/task`)) {
      const text = read(`/proc/${member}/task/${thread}/schedstat`);
      if (text !== undefined) times.set(thread, Number(text.split(" ")[0]));
    }
  if (times.size === 0)
    throw new Error(`/proc/${pid}/task/*/schedstat cannot be read: the bench needs Linux, and the process alive.`);
  return times;
}

/** A thread that is gone was idle for seconds before, so nothing of it is missed. */
export function cpuBetween(before: CpuTimes, after: CpuTimes): number {
  let total = 0;
  for (const [thread, time] of after) total += time - (before.get(thread) ?? 0);
  return total;
}

export interface Member {
  readonly name: string;
  readonly rssMb: number;
}

export const members = (pid: number): readonly Member[] =>
  family(pid).map((member) => ({
    name: read(`/proc/${member}/comm`)?.trim() ?? "",
    rssMb: Number(/VmRSS:\s+(\d+)/.exec(read(`/proc/${member}/status`) ?? "")?.[1] ?? 0) / 1024,
  }));

function family(pid: number): readonly number[] {
  const children = entries(`/proc/${pid}/task`).flatMap((thread) =>
    (read(`/proc/${pid}/task/${thread}/children`) ?? "").split(" ").filter(Boolean).map(Number),
  );
  return [pid, ...children.flatMap(family)];
}

/** Processes and threads come and go while they are read. */
function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

function entries(path: string): readonly string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

export function freePort(): number {
  const server = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: () => {} } });
  const { port } = server;
  server.stop(true);
  return port;
}

/** Milliseconds until the address answers 200. A server that never does is stopped. */
export async function untilReady(server: Running, url: string, complaints: string): Promise<number> {
  const startedAt = performance.now();
  while (performance.now() - startedAt < READY_MS_MAX) {
    const status = await fetch(url).then(
      (response) => response.status,
      () => 0,
    );
    if (status === 200) return performance.now() - startedAt;
    await Bun.sleep(3);
  }
  await server.stop();
  throw new Error(`${url} did not answer. ${await Bun.file(complaints).text()}`);
}

const READY_MS_MAX = 10_000;
