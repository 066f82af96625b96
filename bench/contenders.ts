/** Whom a client talks to, and in which words. */
import type { DialectId } from "../src/ir/dialect-id.ts";
import type { Load } from "./loads.ts";

export interface Contender {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  /** A translator is spoken to in the caller's dialect; a copier, and the upstream itself, in the upstream's. */
  readonly reads: "caller's dialect" | "upstream's dialect";
  /** Before the dialect's path. */
  readonly prefix: string;
  readonly key: string;
  /** What it calls the model: `{model}` stands for the bench's own name of it. */
  readonly model: string;
  /** Absent: its CPU cannot be read. */
  readonly pid?: number;
}

/** A call with a key is what a gateway is for. It opens nothing but this bench on the loopback. */
export const BENCH_KEY = "bench-7f3a91c2d45e8b06";

export const local = (name: string, port: number, reads: Contender["reads"], pid?: number): Contender => ({
  name,
  host: "127.0.0.1",
  port,
  reads,
  prefix: "",
  key: BENCH_KEY,
  model: MODEL,
  ...(pid !== undefined && { pid }),
});

/** `NAME=URL[,pid=PID][,key=KEY][,model=TEMPLATE]`. */
export function peer(text: string): Contender {
  const [, name = "", url = "", more = ""] = /^([\w.-]+)=([^,]+)((?:,[^,]*)*)$/.exec(text) ?? [];
  const { protocol, hostname, port, pathname } = parsed(url, text);
  if (protocol !== "http:") throw new Error(`--peer ${text}: the bench speaks plain HTTP, so its address is http://….`);
  const options = new Map(
    more
      .split(",")
      .filter(Boolean)
      .map((part) => pair(part, text)),
  );
  const pid = options.get("pid");
  if (pid !== undefined && !/^[1-9]\d*$/.test(pid)) throw new Error(`--peer ${text}: pid=${pid} is not a process id.`);
  if (TAKEN.has(name)) throw new Error(`--peer ${text}: ${name} is the name of a contender of the bench's own.`);
  return {
    name,
    host: hostname,
    port: Number(port || 80),
    reads: "caller's dialect",
    prefix: pathname.replace(/\/+$/, ""),
    key: options.get("key") ?? BENCH_KEY,
    model: options.get("model") ?? MODEL,
    ...(pid !== undefined && { pid: Number(pid) }),
  };
}

const MODEL = "{model}";
const TAKEN = new Set(["direct", "nginx", "gateway"]);
const OPTIONS = ["pid", "key", "model"];

function parsed(url: string, text: string): URL {
  if (!URL.canParse(url)) throw new Error(`--peer ${text}: expected NAME=URL, as in bifrost=http://127.0.0.1:8080.`);
  return new URL(url);
}

function pair(part: string, text: string): [string, string] {
  const [, name = "", value = ""] = /^(\w+)=(.+)$/.exec(part) ?? [];
  if (!OPTIONS.includes(name))
    throw new Error(`--peer ${text}: ${JSON.stringify(part)} was not expected; ${OPTIONS.join("=…, ")}=… may follow.`);
  return [name, value];
}

/** The model's name tells a gateway which manner of the upstream it is sent to. */
export const modelOf = ({ scenario, to }: Pick<Load, "scenario" | "to">): string => `bench-${scenario}-${to}`;
export const modelAt = (load: Load, { model }: Contender): string => model.replace(MODEL, modelOf(load));

const PATHS: Readonly<Record<DialectId, string>> = {
  "openai-chat": "/v1/chat/completions",
  "openai-responses": "/v1/responses",
  "anthropic-messages": "/v1/messages",
};
export const pathAt = (load: Load, { reads, prefix }: Contender): string =>
  reads === "caller's dialect" ? `${prefix}${PATHS[load.from]}` : `/${load.scenario}${PATHS[load.to]}`;
/** The dialect in which the answer comes. */
export const answeredIn = (load: Load, { reads }: Contender): DialectId =>
  reads === "caller's dialect" ? load.from : load.to;
