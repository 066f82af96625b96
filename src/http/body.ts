/** A request body: read once, bounded in bytes and time, decompressed within the same bound, decoded as strict UTF-8. */
import { promisify } from "node:util";
import * as zlib from "node:zlib";
import { GatewayError } from "../ir/error.ts";
import { orLate } from "../time/limit.ts";
import { lookup } from "../wire/json.ts";

export interface BodyText {
  /** The bytes of the body, decompressed. */
  readonly bytes: Uint8Array;
  readonly text: string;
}

export async function readBody(request: Request, bytesMax: number): Promise<BodyText> {
  const declared = Number(request.headers.get("content-length") ?? "NaN");
  if (declared > bytesMax) throw tooLarge(bytesMax);
  const arrived = await (declared <= IN_ONE_PIECE_MAX
    ? readInOnePiece(request, declared)
    : readPieces(request, bytesMax));
  const encodings = request.headers.get("content-encoding");
  const bytes = encodings === null ? arrived : await decompress(arrived, encodings, bytesMax);
  try {
    return { bytes, text: STRICT_UTF8.decode(bytes) };
  } catch {
    throw new GatewayError("invalid-request", "The body is not valid UTF-8. Send JSON encoded as UTF-8.");
  }
}

const STRICT_UTF8 = new TextDecoder("utf-8", { fatal: true });

/** The least pace, measured over five seconds, so that a body of a byte a second cannot hold a connection. */
const BYTES_PER_SECOND_MIN = 256;
const CHECK_MS = 5_000;

/**
 * Up to this size a body of a declared length is read in one piece, which costs half as much. Its progress is not visible
 * meanwhile, so that a sender may be silent until its time is over: less than the server lets a connection stand still,
 * since the refusal must still arrive. Five kilobytes a second are enough for every body of this size.
 */
const IN_ONE_PIECE_MAX = 256 * 1024;
const IN_ONE_PIECE_MS_MAX = 50_000;

/** How long a refused client may still send before we close its connection, and how long we wait for one that sends nothing. */
const DISCARD_MS = 1_000;
const STILL_MS = DISCARD_MS + 200;

/** Reads and drops the rest of a refused request, within `bytesMax`: a connection that is closed while the client still writes loses the refusal. */
export async function discardBody(request: Request, bytesMax: number): Promise<"read" | "endless"> {
  if (request.body === null || request.body.locked) return "read";
  const reader = request.body.getReader();
  const until = performance.now() + DISCARD_MS;
  const rest = async (): Promise<"read" | "endless"> => {
    for (let size = 0; size <= bytesMax && performance.now() < until;) {
      const { done, value } = await reader.read();
      if (done) return "read";
      size += value.byteLength;
    }
    return "endless";
  };
  try {
    return (await orLate(rest(), STILL_MS)) === "read" ? "read" : "endless";
  } catch {
    // The client left.
    return "read";
  }
}

/** Bun reads no more than the declared length. The refusal of a late body closes the connection, which ends the read. */
async function readInOnePiece(request: Request, declared: number): Promise<Uint8Array> {
  const ms = Math.min(IN_ONE_PIECE_MS_MAX, Math.max(CHECK_MS, (declared / BYTES_PER_SECOND_MIN) * 1000));
  const bytes = await orLate(request.bytes(), ms).catch((error: unknown) => {
    throw unread(request, error);
  });
  if (bytes === "late") throw tooSlowError();
  return bytes;
}

async function readPieces(request: Request, bytesMax: number): Promise<Uint8Array> {
  const reader = request.body?.getReader();
  if (!reader) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let size = 0;
  let checkedAt = 0;
  let tooSlow = false;
  const slowness = setInterval(() => {
    if (size - checkedAt < (BYTES_PER_SECOND_MIN * CHECK_MS) / 1000) {
      tooSlow = true;
      void reader.cancel().catch(() => {});
    }
    checkedAt = size;
  }, CHECK_MS);
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((error: unknown) => {
        throw unread(request, error);
      });
      if (tooSlow) throw tooSlowError();
      if (done) break;
      size += value.byteLength;
      if (size > bytesMax) throw tooLarge(bytesMax);
      chunks.push(value);
    }
  } finally {
    clearInterval(slowness);
    reader.releaseLock();
  }
  return chunks.length === 1 ? (chunks[0] as Uint8Array) : Buffer.concat(chunks, size);
}

const unread = (request: Request, error: unknown): unknown =>
  request.signal.aborted ? new GatewayError("aborted", "the caller left while it was sending") : error;

type Inflate = (bytes: Uint8Array, options: { maxOutputLength: number }) => Promise<Uint8Array>;
const DECODERS: Readonly<Record<string, Inflate>> = {
  gzip: promisify(zlib.gunzip) as Inflate,
  "x-gzip": promisify(zlib.gunzip) as Inflate,
  deflate: (bytes, options) =>
    // RFC 9110 means zlib's wrapper; some clients send bare deflate. The first byte of a wrapper has 8 in its low half.
    ((bytes[0] ?? 0) & 0x0f) === 8
      ? (promisify(zlib.inflate) as Inflate)(bytes, options)
      : (promisify(zlib.inflateRaw) as Inflate)(bytes, options),
  br: promisify(zlib.brotliDecompress) as Inflate,
  zstd: promisify(zlib.zstdDecompress) as Inflate,
};

async function decompress(bytes: Uint8Array, encodings: string, bytesMax: number): Promise<Uint8Array> {
  const names = encodings.split(",").map((name) => name.trim().toLowerCase());
  const coded = names.filter((name) => name !== "" && name !== "identity");
  if (coded.length > 1) throw unsupported(encodings);
  const name = coded[0];
  if (name === undefined || bytes.byteLength === 0) return bytes;
  const decode = lookup(DECODERS, name);
  if (!decode) throw unsupported(name);
  try {
    return await decode(bytes, { maxOutputLength: bytesMax });
  } catch (error) {
    if ((error as { code?: string }).code === "ERR_BUFFER_TOO_LARGE" || error instanceof RangeError)
      throw tooLarge(bytesMax);
    throw new GatewayError(
      "invalid-request",
      `The body could not be decompressed as ${name}. Send it whole, or without content-encoding.`,
    );
  }
}

const tooLarge = (bytesMax: number): GatewayError =>
  new GatewayError(
    "body-too-large",
    `The body is larger than ${bytesMax} bytes. Shorten the conversation, or raise server.body_bytes_max.`,
  );
const tooSlowError = (): GatewayError =>
  new GatewayError("request-timeout", `The body came slower than ${BYTES_PER_SECOND_MIN} bytes a second and was cut.`);
const unsupported = (name: string): GatewayError =>
  new GatewayError(
    "unsupported-media",
    `content-encoding ${JSON.stringify(name)} is not known. Use gzip, deflate, br, zstd, or none.`,
  );
