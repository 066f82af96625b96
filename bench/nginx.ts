/** The floor: nginx `proxy_pass`, one worker, connections kept alive on both sides. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort, startServer, untilReady, type Running } from "./process.ts";

export interface Contestant extends Running {
  readonly port: number;
}

const NGINX = Bun.which("nginx", { PATH: `${process.env.PATH ?? ""}:/usr/sbin` });

export const hasNginx = (): boolean => NGINX !== null;

export function nginxVersion(): string {
  if (NGINX === null)
    throw new Error(
      "nginx is missing, and without it there is no floor to measure against: apt-get install nginx-light.",
    );
  return Bun.spawnSync([NGINX, "-v"]).stderr.toString().trim().replace("nginx version: ", "");
}

export async function startNginx(upstreamPort: number): Promise<Contestant> {
  const folder = mkdtempSync(join(tmpdir(), "codeswitch-bench-"));
  // As root, nginx's worker is another user and must reach its folders.
  chmodSync(folder, 0o755);
  const port = freePort();
  const file = join(folder, "nginx.conf");
  writeFileSync(file, configuration(folder, port, upstreamPort));
  const log = join(folder, "error.log");
  const running = startServer([NGINX ?? "nginx", "-e", log, "-c", file], log);
  await untilReady(running, `http://127.0.0.1:${port}/health`, log);
  return {
    ...running,
    port,
    stop: async () => {
      await running.stop();
      rmSync(folder, { recursive: true });
    },
  };
}

const configuration = (folder: string, port: number, upstreamPort: number): string => `
daemon off;
worker_processes 1;
pid ${folder}/nginx.pid;
events { worker_connections 8192; }
http {
  access_log off;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  client_max_body_size 64m;
  # A large body stays in memory, as it does in the gateway.
  client_body_buffer_size 4m;
  keepalive_requests 1000000;
  upstream bench { server 127.0.0.1:${upstreamPort}; keepalive 2048; keepalive_requests 1000000; }
  server {
    listen 127.0.0.1:${port} backlog=2048;
    location = /health { return 200 ok; }
    location / {
      proxy_pass http://bench;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_buffering off;
    }
    location /whole/ {
      proxy_pass http://bench;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_buffers 8 64k;
    }
  }
}
`;
