/** Everything that grows has its bound here, and a test that hits it. Bytes unless the name says otherwise. */

export const LIMITS = {
  /** A request body as it arrives and after decompression; `server.body_bytes_max` changes both. */
  bodyBytesMax: 32 * 1024 * 1024,
  jsonDepthMax: 200,
  toolsMax: 4_096,
  entriesMax: 100_000,
  /** One SSE frame of an upstream. A whole image in base64 travels in one. */
  frameBytesMax: 32 * 1024 * 1024,
  /** A whole answer of an upstream. */
  answerBytesMax: 64 * 1024 * 1024,
  /** What is kept of an upstream's error body. */
  errorBodyBytesMax: 64 * 1024,
  /** Text that waits behind a live block until it is its turn. */
  queuedBlockBytesMax: 8 * 1024 * 1024,
  vaultEntriesMax: 10_240,
  vaultBytesMax: 256 * 1024 * 1024,
  vaultTurnBytesMax: 8 * 1024 * 1024,
  /** Of one turn, by which it is known. */
  vaultCallsMax: 1_000,
  vaultTtlMs: 6 * 60 * 60 * 1000,
  /** On disk, sealed. A session that is resumed after a weekend still finds its reasoning. */
  vaultDiskRowsMax: 100_000,
  vaultDiskBytesMax: 512 * 1024 * 1024,
  vaultDiskTtlMs: 7 * 24 * 60 * 60 * 1000,
  /** What waits for the disk. */
  vaultQueueBytesMax: 32 * 1024 * 1024,
  /** Seals whose issuer is remembered, by their hash. */
  provenanceMax: 50_000,
  lossesPerCallMax: 100,
  modelNameLengthMax: 256,
} as const;
