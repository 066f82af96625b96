/** Everything that grows has its bound in src/wire/limits.ts, and each bound a test that hits it. */
import { expect, test } from "bun:test";
import { isThere } from "./fixtures/named-test.ts";
import { LIMITS } from "../src/wire/limits.ts";

/** `file > name of the test`, or of the row that it is made from, as they stand in the source. */
const HIT_BY: Readonly<Record<keyof typeof LIMITS, string>> = {
  bodyBytesMax: "src/http/body.test.ts > counted may be as many as the limit, and not one more",
  jsonDepthMax: "test/e2e/limits.test.ts > ${wire}: a body that is too deep is a 400",
  toolsMax: "test/e2e/limits.test.ts > ${wire}: more tools than the most are a 400",
  entriesMax: "test/e2e/limits.test.ts > ${wire}: more messages than the most are a 400",
  frameBytesMax: "src/wire/sse.test.ts > an event may be as large as the limit, and not larger",
  answerBytesMax: "test/e2e/limits.test.ts > a whole answer that is too large is an error, and the next target answers",
  errorBodyBytesMax: "test/e2e/limits.test.ts > of a vendor's error no more passes than the limit",
  errorBodyMs: "test/e2e/hostile-vendor.test.ts > an error whose body drips",
  countBytesMax: "test/e2e/hostile-vendor.test.ts > does not end",
  countMs: "test/e2e/hostile-vendor.test.ts > drips",
  openingBytesMax: "test/e2e/hostile-vendor.test.ts > a stream whose first line is endless",
  openingCommentsBytesMax: "test/e2e/hostile-vendor.test.ts > a stream of comments that pour",
  blocksMax:
    "test/e2e/hostile-vendor.test.ts > an answer of too many parts is broken off: ${client} client, ${wire} upstream",
  queuedBlockBytesMax: "src/ir/unwrap.test.ts > what never becomes a wrapper waits up to a bound only",
  vaultEntriesMax: "src/vault/vault.test.ts > the oldest entry leaves when there are too many",
  vaultBytesMax: "src/vault/memory.test.ts > the oldest turn leaves when all of them together are too large",
  vaultTurnBytesMax: "src/vault/vault.test.ts > a turn that is too large is not kept",
  vaultCallsMax: "src/vault/vault.test.ts > a turn of ten thousand calls is known by its first thousand",
  vaultTtlMs: "src/vault/vault.test.ts > an entry is forgotten after its time",
  vaultDiskRowsMax: "src/vault/bounds.test.ts > of rows and of bytes: the oldest leave",
  vaultDiskBytesMax: "src/vault/bounds.test.ts > of rows and of bytes: the oldest leave",
  vaultDiskTtlMs: "src/vault/bounds.test.ts > of time: what is too old is neither given back nor kept",
  vaultComparedMax: "src/vault/comparison.test.ts > what was compared is forgotten when there is too much of it",
  vaultQueueBytesMax: "src/vault/bounds.test.ts > of what waits for the disk: the rest stays in memory",
  provenanceMax: "src/vault/provenance.test.ts > is forgotten when there are too many",
  configDepthMax: "src/config/yaml/parse-yaml.test.ts > brackets that are never closed",
  logQueueBytesMax:
    "src/observe/output.test.ts > keeps so many bytes for a reader that stalls and no more, and tells in their place how many lines it lost",
  journalBytesMax:
    "src/ledger/writer.test.ts > a journal that is full says so, keeps what was let in, and says what it lost",
  journalSegmentBytes:
    "src/ledger/writer.test.ts > files of the journal go when their rows are in, and open calls are carried over",
  journalLineBytesMax: "src/ledger/writer.test.ts > a row that is longer than any can be is refused aloud",
  journalSpillBytesMax:
    "src/ledger/writer.test.ts > where the journal cannot be written, rows wait in memory up to a bound",
  journalRecentBytesMax:
    "src/ledger/recent-rows.test.ts > so many bytes are kept and no more: who is behind them reads the file",
  journalRefusedBytesMax: "src/ledger/aside.test.ts > is kept up to a bound",
  outboxBytesMax: "src/ledger/writer.test.ts > an outbox that is far behind loses its oldest rows, and the store none",
  lossesPerCallMax: "test/e2e/limits.test.ts > ${wire}: of many losses the record lists the first, and all are counted",
  cooldownsMax: "src/routing/cooldowns.test.ts > no more deployments are remembered than the bound",
  otherModelsMax: "test/e2e/names.test.ts > names no more of them than are checked in a moment",
  toolNamesMax: "src/relay/watch.test.ts > an answer's record names so many of its tools and no more",
  tokensMax:
    "src/dialects/counters.test.ts > a count is finite, whole, not below zero and no more than a database takes",
  labelLengthMax: "src/clients/own-headers.test.ts > a label may be as long as the limit, and not longer",
  callTagsMax: "src/clients/own-headers.test.ts > a call may have as many tags as the limit, and not one more",
  keysCachedMax: "src/access/made-keys.test.ts > no more keys are remembered than the bound",
  unknownKeyMs: "src/access/made-keys.test.ts > a key that nobody has is not looked up again for five seconds",
  keyLookupsMax: "src/access/made-keys.test.ts > so many keys are looked up at a time, and one more is a 503",
  keyLookupMs: "src/access/made-keys.test.ts > a look-up that hangs is a 503",
  epochEveryMs: "test/e2e/made-keys.test.ts > is taken back: a key that is unblocked is let in within a second",
  epochMs: "src/access/made-keys.test.ts > an epoch that does not come is a database that is away",
  epochHangsMs:
    "src/access/made-keys.test.ts > an epoch that hangs is waited for, and asked for anew after ten seconds",
  keysUntoldMs:
    "src/access/made-keys.test.ts > while the database is away, what is remembered goes on for 15 minutes, and what is not is a 503",
  leasesOverMax:
    "src/limits/memory-counters.test.ts > of calls that never ended no more are kept than the bound, and none longer than a day",
  leaseOverMs:
    "src/limits/memory-counters.test.ts > of calls that never ended no more are kept than the bound, and none longer than a day",
  settledMax:
    "src/limits/memory-counters.test.ts > as many ended calls are remembered as the bound says, so that none of them is settled twice",
  settledMs:
    "src/limits/redis/redis-counters.test.ts > keeps no key without an end, and none longer than twice its window",
  levelsKnownMin: "src/limits/levels.test.ts > at least so many levels are known, and never more than twice as many",
  typicalCallersMax: "src/limits/typical.test.ts > callers are bounded: the one that was not seen for longest goes",
  alertsWaitingMax:
    "src/limits/alerts.test.ts > so many alerts wait for receivers that do not answer, and what is dropped is said",
  levelsHeardMax: "src/limits/away.test.ts > of so many meters the last level is remembered, and not of more",
  endsUntoldMax: "src/limits/redis/untold.test.ts > so many ends wait, and what finds no room is counted",
  counterIdleMs:
    "src/limits/memory-counters.test.ts > a counter that nobody asks for is forgotten, however long its window is: the ledger has it",
  countersMs: "src/workers/counters.test.ts > is away for the call, and holds nothing for it afterwards",
  vaultSharedMs: "src/workers/reasoning.test.ts > keeps what goes to disk as well for a while only",
  keptMs: "src/workers/reasoning.test.ts > a supervisor that does not answer restores nothing, and holds nobody",
  priceFileBytesMax: "src/cost/price-files.test.ts > that is not there, or too large, keeps the gateway from starting",
  priceFileMs: "src/cli/prices.test.ts > an address that does not end is given up",
  priceRowsMax: "src/cost/price-files.test.ts > has at most so many rows",
  priceFilesEveryMs:
    "src/cost/price-files.test.ts > is read again when it changes, and what is broken then changes nothing and is told once",
  pricedModelsMax: "src/cost/price-files.test.ts > prices of one target's models are forgotten when there are too many",
  modelNameLengthMax: "src/routing/plan.test.ts > that is none is refused whoever asks, and not repeated",
};

for (const [limit, hitBy] of Object.entries(HIT_BY))
  test(`${limit} is hit by a test`, () => expect(isThere(hitBy)).toBe(true));

test("every limit is in the list", () => {
  expect(Object.keys(HIT_BY).sort()).toEqual(Object.keys(LIMITS).sort());
});
