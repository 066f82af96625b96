/** The ways out of a company's network: a proxy, and a certificate authority of its own. Both are read by the runtime when it starts, so the gateway runs as a process. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { connect, createServer, type Server, type Socket } from "node:net";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const ROOT = join(import.meta.dir, "../..");
const TLS = join(ROOT, "test/fakes/tls");
const CERT = join(TLS, "cert.pem");

let upstream: ReturnType<typeof Bun.serve>;
let proxy: { readonly port: number; readonly asked: string[]; stop(): void };
let folder: string;

beforeAll(async () => {
  upstream = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    tls: { key: Bun.file(join(TLS, "key.pem")), cert: Bun.file(CERT) },
    fetch: () =>
      Response.json({
        id: "a",
        object: "chat.completion",
        created: 0,
        model: "m",
        choices: [{ index: 0, message: { role: "assistant", content: "Hello over TLS." }, finish_reason: "stop" }],
        usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
      }),
  });
  proxy = await connectProxy();
  folder = mkdtempSync(join(tmpdir(), "codeswitch-network-"));
});
afterAll(() => {
  void upstream.stop(true);
  proxy.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe("a gateway in a company's network", () => {
  test("trusts the authority that NODE_EXTRA_CA_CERTS names, and no other", async () => {
    expect(await askThrough({ NODE_EXTRA_CA_CERTS: CERT })).toEqual({ status: 200, text: "Hello over TLS." });
    const refused = await askThrough({});
    expect(refused.status).toBe(502);
    expect(refused.text).toContain("could not be reached");
  });

  test("goes out through HTTPS_PROXY", async () => {
    proxy.asked.length = 0;
    const variables = { NODE_EXTRA_CA_CERTS: CERT, HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` };
    // A name that only the proxy can resolve.
    const answer = await askThrough(variables, { host: "upstream.test" });
    expect(answer).toEqual({ status: 200, text: "Hello over TLS." });
    expect(proxy.asked).toEqual([`upstream.test:${upstream.port}`]);
  });

  test("reaches its own simulator without asking HTTP_PROXY", async () => {
    proxy.asked.length = 0;
    const answer = await askThrough({ HTTP_PROXY: `http://127.0.0.1:${proxy.port}` }, { model: "demo" });
    expect(answer.status).toBe(200);
    expect(proxy.asked).toEqual([]);
  });
});

/** Starts the gateway as a person does, asks it once, stops it. */
async function askThrough(variables: Readonly<Record<string, string>>, { model = "m", host = "localhost" } = {}) {
  const config = join(folder, "codeswitch.yaml");
  writeFileSync(
    config,
    `server: { port: 0 }
providers:
  far: { kind: openai-compatible, base_url: "https://${host}:${upstream.port}/v1", api_key: "unused-by-the-test" }
  near: { kind: simulator }
models:
  m: { targets: [ { provider: far, model: m } ] }
  demo: { targets: [ { provider: near, model: demo } ] }
`,
  );
  const child = Bun.spawn(["node", join(ROOT, "bin/codeswitch.js"), "start", "--config", config], {
    cwd: folder,
    stdin: "ignore",
    stdout: "pipe",
    stderr: "inherit",
    env: { PATH: process.env.PATH ?? "", HOME: folder, ...variables },
  });
  try {
    const url = await urlOf(child.stdout);
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ model, messages: [{ role: "user", content: "hello" }] }),
    });
    const body = (await response.json()) as {
      choices?: { message: { content: string } }[];
      error?: { message: string };
    };
    return { status: response.status, text: body.choices?.[0]?.message.content ?? body.error?.message };
  } finally {
    child.kill("SIGTERM");
    child.kill("SIGTERM");
    await child.exited;
  }
}

async function urlOf(out: ReadableStream<Uint8Array>): Promise<string> {
  let text = "";
  for await (const piece of out) {
    text += new TextDecoder().decode(piece);
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(text)?.[0];
    if (url !== undefined) return url;
  }
  throw new Error(`the gateway ended before it was ready: ${text}`);
}

/** A proxy that tunnels whatever CONNECT names, to this machine only. */
function connectProxy(): Promise<typeof proxy> {
  const asked: string[] = [];
  const open = new Set<Socket>();
  const server: Server = createServer((client) => {
    open.add(client);
    client.on("error", () => client.destroy());
    client.once("data", (head) => {
      const target = /^CONNECT (\S+):(\d+) /.exec(head.toString("latin1"));
      asked.push(target ? `${target[1]}:${target[2]}` : (head.toString("latin1").split("\r\n")[0] ?? ""));
      if (!target) return client.end("HTTP/1.1 502 Bad Gateway\r\n\r\n");
      const far = connect(Number(target[2]), "127.0.0.1", () => {
        client.write("HTTP/1.1 200 Connection established\r\n\r\n");
        far.pipe(client);
        client.pipe(far);
      });
      open.add(far);
      far.on("error", () => client.destroy());
    });
  });
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = typeof address === "object" && address ? address.port : 0;
      resolve({
        port,
        asked,
        stop: () => {
          server.close();
          for (const socket of open) socket.destroy();
        },
      });
    });
  });
}
