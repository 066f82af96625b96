/** Small bodies that unpack to two gigabytes, at a gateway of its own process, judged by the most memory it ever held. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import {
  constants,
  createBrotliCompress,
  createDeflate,
  createDeflateRaw,
  createGzip,
  createZstdCompress,
} from "node:zlib";
import { PATH, post } from "./wires.ts";

/** Linux alone tells a process's peak: VmHWM, in kB. https://man7.org/linux/man-pages/man5/proc_pid_status.5.html */
const TELLS_PEAK = process.platform === "linux";
const MB = 1024 * 1024;
const UNPACKED_MB = 2048;
/** 65 MB at its start, 190 after all of these as measured: a body of 32 MB is allowed, and its packed bytes stand beside it. */
const PEAK_MB_MAX = 400;

const LAUNCHER = join(import.meta.dir, "../../bin/codeswitch.js");
const FOLDER = mkdtempSync(join(tmpdir(), "codeswitch-bombs-"));
let child: ChildProcess | undefined;
let url = "";
beforeAll(async () => {
  if (!TELLS_PEAK) return;
  const { PATH: path = "", HOME = "" } = process.env;
  child = spawn("node", [LAUNCHER, "start", "--port", "0"], {
    cwd: FOLDER,
    env: { PATH: path, HOME, CODESWITCH_DATA_DIR: join(FOLDER, "data") },
    stdio: ["ignore", "pipe", "ignore"],
  });
  let said = "";
  await new Promise<void>((resolve) => {
    child?.stdout?.on("data", (piece: Buffer) => {
      said += String(piece);
      url = /is ready on (http:\S+)\s/.exec(said)?.[1] ?? "";
      if (url !== "") resolve();
    });
  });
});
afterAll(async () => {
  const ended = new Promise((resolve) => child?.on("exit", resolve) ?? resolve(undefined));
  child?.kill("SIGTERM");
  await ended;
  rmSync(FOLDER, { recursive: true });
});

/** The launcher's child is the gateway. */
function peakMb(): number {
  const pid = readFileSync(`/proc/${child?.pid}/task/${child?.pid}/children`, "utf8").trim();
  const peak = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Number(peak) / 1024;
}

const quick = { level: 1 };
const PACKERS: Readonly<Record<string, () => Duplex>> = {
  gzip: () => createGzip(quick),
  deflate: () => createDeflate(quick),
  "deflate, bare": () => createDeflateRaw(quick),
  br: () => createBrotliCompress({ params: { [constants.BROTLI_PARAM_QUALITY]: 1 } }),
  zstd: () => createZstdCompress(),
};

/** Piece by piece: nobody here holds what it unpacks to either. */
async function bomb(packer: Duplex): Promise<Uint8Array> {
  const packed: Buffer[] = [];
  packer.on("data", (piece: Buffer) => void packed.push(piece));
  const spaces = Buffer.alloc(16 * MB, " ");
  packer.write('{"model":"demo","x":"');
  for (let mb = 0; mb < UNPACKED_MB; mb += 16)
    if (!packer.write(spaces)) await new Promise((resolve) => packer.once("drain", resolve));
  packer.end('"}');
  await new Promise((resolve) => packer.once("end", resolve));
  return Buffer.concat(packed);
}

const reason = TELLS_PEAK ? "" : " (skipped: Linux alone tells the peak of a process)";

describe.skipIf(!TELLS_PEAK)(`a body that unpacks to 2 GB is a 413, and never stands in memory${reason}`, () => {
  for (const [name, packer] of Object.entries(PACKERS))
    test(name, async () => {
      const body = await bomb(packer());
      expect(body.byteLength).toBeLessThan(32 * MB);
      const headers = { "content-encoding": name.replace(/,.*/, "") };
      const response = await post(url, PATH.chat, body, headers);
      expect([response.status, await response.text()]).toEqual([413, expect.stringContaining("body_bytes_max")]);
      expect(peakMb()).toBeLessThan(PEAK_MB_MAX);
    });
});
