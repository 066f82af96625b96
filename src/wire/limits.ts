/** Everything that grows has its bound here, and a test that hits it. Bytes unless the name says otherwise. */

export const LIMITS = {
  /** A request body as it arrives and after decompression; `server.body_bytes_max` changes both. */
  bodyBytesMax: 32 * 1024 * 1024,
  /** Lists and objects inside each other in a request body: ten million of them took the parser six seconds. */
  jsonDepthMax: 1_000,
  /** Declared by one request, those of a namespace one by one. Clients with every server of theirs have hundreds. */
  toolsMax: 4_096,
  /** Messages or items of one request. Sessions of a day have thousands. */
  entriesMax: 100_000,
  /** One SSE frame of an upstream. A whole image in base64 travels in one. */
  frameBytesMax: 32 * 1024 * 1024,
  /** A whole answer of an upstream. */
  answerBytesMax: 64 * 1024 * 1024,
  /** What is kept of an upstream's error body, and how long it may take: its status has told the most. */
  errorBodyBytesMax: 64 * 1024,
  errorBodyMs: 5_000,
  /** A vendor's count of tokens. After so long an estimate serves better. */
  countBytesMax: 64 * 1024,
  countMs: 5_000,
  /** Of a stream before its first word: everything that waits for the client, and what of it may be comments. */
  openingBytesMax: 32 * 1024 * 1024,
  openingCommentsBytesMax: 64 * 1024,
  /** Parts of one answer: texts, thoughts, calls. */
  blocksMax: 10_000,
  /** Text that waits behind a live block until it is its turn. */
  queuedBlockBytesMax: 8 * 1024 * 1024,
  vaultEntriesMax: 10_240,
  vaultBytesMax: 256 * 1024 * 1024,
  vaultTurnBytesMax: 8 * 1024 * 1024,
  /** Of one turn, by which it is known. */
  vaultCallsMax: 1_000,
  vaultTtlMs: 6 * 60 * 60 * 1000,
  /** Of what is written to disk, how long it is in the memory that several processes share too: far longer than writing it takes. */
  vaultSharedMs: 5 * 60 * 1000,
  /** On disk, sealed. A session that is resumed after a weekend still finds its reasoning. */
  vaultDiskRowsMax: 100_000,
  vaultDiskBytesMax: 512 * 1024 * 1024,
  vaultDiskTtlMs: 7 * 24 * 60 * 60 * 1000,
  /** Keys of which it is remembered what the disk has. */
  vaultComparedMax: 50_000,
  /** What waits for the disk. */
  vaultQueueBytesMax: 32 * 1024 * 1024,
  /** Seals whose issuer is remembered, by their hash. */
  provenanceMax: 50_000,
  /** A worker's question to the process that counts for all, and that keeps reasoning for all. Nobody else knows: on a machine that is busy, waiting is better than a refusal. */
  countersMs: 1_000,
  keptMs: 500,
  /** Levels of brackets, dashes and indentation in the configuration's file. */
  configDepthMax: 64,
  /** Of the log, what waits for its reader. */
  logQueueBytesMax: 1024 * 1024,
  /** Rows that the database has not yet, on disk. From then on calls that a budget watches are refused; those that were let in before still find an eighth more. */
  journalBytesMax: 1024 * 1024 * 1024,
  /** One file of the journal, which goes as a whole. */
  journalSegmentBytes: 32 * 1024 * 1024,
  /** One row. Names are cut, lists are counted: what is longer is a fault of ours. */
  journalLineBytesMax: 4 * 1024 * 1024,
  /** Rows in memory, where the journal cannot be written. */
  journalSpillBytesMax: 16 * 1024 * 1024,
  /** The last rows of the journal, for readers that keep up with it: a second or two of calls. */
  journalRecentBytesMax: 4 * 1024 * 1024,
  /** Rows that a database refuses for good, kept aside. */
  journalRefusedBytesMax: 64 * 1024 * 1024,
  /** Rows that the other side of the outbox has not yet. Beyond, the oldest are left out. */
  outboxBytesMax: 512 * 1024 * 1024,
  /** Listed in the record of a call; the rest is counted. */
  lossesPerCallMax: 100,
  toolNamesMax: 100,
  /** Made keys that are remembered, and how long one that nobody has is. */
  keysCachedMax: 20_000,
  unknownKeyMs: 5_000,
  /** Keys that are being looked up at a time, and how long a call waits for its own. */
  keyLookupsMax: 256,
  keyLookupMs: 2_000,
  /** How often the store is asked whether keys changed, how long its answer may take, and when one that hangs is given up. */
  epochEveryMs: 500,
  epochMs: 2_000,
  epochHangsMs: 10_000,
  /** How long remembered keys go on while the store does not answer. */
  keysUntoldMs: 15 * 60 * 1000,
  /** Calls whose lease ended without their end, to be corrected by it, and how long: longer than a machine is usually down. */
  leasesOverMax: 100_000,
  leaseOverMs: 24 * 60 * 60 * 1000,
  /** Ended calls that are remembered in memory, so that none is settled twice; in Redis for so long. */
  settledMax: 20_000,
  settledMs: 60 * 60 * 1000,
  /** A counter that nobody asks for is forgotten after so long at the latest, whatever its window: the ledger has it. */
  counterIdleMs: 30 * 24 * 60 * 60 * 1000,
  /** A price table: of a file or an address, in bytes and rows. */
  priceFileBytesMax: 64 * 1024 * 1024,
  priceRowsMax: 50_000,
  priceFileMs: 30_000,
  /** How often the files of prices are looked at for a change. */
  priceFilesEveryMs: 5_000,
  /** Models of one target whose prices are remembered: callers make names up. */
  pricedModelsMax: 1_000,
  /** Of counters, whose last level this process knows: at least so many, and at most twice as many. Windows come and go, and each has counters of its own. */
  levelsKnownMin: 10_000,
  /** Callers of which it is known how long their answers usually are. */
  typicalCallersMax: 4_096,
  /** Alerts that wait for receivers that are down. */
  alertsWaitingMax: 100,
  /** Counters of Redis whose last level is remembered here for when it is away, and ends of calls that wait for its return. */
  levelsHeardMax: 50_000,
  endsUntoldMax: 100_000,
  /** Deployments that cool down, or have failed of late. */
  cooldownsMax: 10_000,
  modelNameLengthMax: 256,
  /** Characters of a label that a record keeps as the client gave it: a session, an agent, a branch. A longer one is passed over. */
  labelLengthMax: 256,
  /** Said by one call. */
  callTagsMax: 32,
  /** Named by one body beside its `model`, where they are checked. */
  otherModelsMax: 100,
  /** Of one counter of an answer: a sum of nine million such ones still fits a database's integer. */
  tokensMax: 1e12,
} as const;
