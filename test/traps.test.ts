/** What gateways with keys, budgets and a record were seen to do wrong, in public trackers: each with the test that would have caught it. */
import { expect, test } from "bun:test";
import { isThere } from "./fixtures/named-test.ts";

interface Trap {
  /** What was seen. */
  readonly seen: string;
  /** `file > name of the test`, as it stands in the source. */
  readonly heldBy: readonly string[];
}

const COUNTERS = "test/fixtures/counters-contract.ts";
const REDIS = "src/limits/redis/redis-counters.test.ts";

const TRAPS: readonly Trap[] = [
  {
    seen: "What calls held of a budget is never given back, and honest callers are refused.",
    heldBy: [
      "test/e2e/holds-fuzz.test.ts > nothing stays held, and counters are the sums of the records",
      "test/replicas/replicas.test.ts > five hundred calls of every surface and outcome, while parts are killed, paused and wiped: nothing is held, lost or doubled",
    ],
  },
  {
    seen: "One surface counts each call twice.",
    heldBy: ["test/e2e/holds-fuzz.test.ts > nothing stays held, and counters are the sums of the records"],
  },
  {
    seen: "Redis starts anew, and budgets are no longer enforced.",
    heldBy: [
      `${REDIS} > may be wiped: a budget that was spent is unknown, and refuses once it is seeded`,
      "test/replicas/replicas.test.ts > a spent budget stays spent when Redis forgets everything, and when every replica starts again",
    ],
  },
  {
    seen: "A place among parallel calls is not given back after one kind of end.",
    heldBy: [
      `${COUNTERS} > two hundred calls one after the other pass a limit of two at a time`,
      "test/e2e/refused.test.ts > one call at a time: the next gets in when it has ended, whatever the end",
    ],
  },
  {
    seen: "Other calls keep a place alive that was lost.",
    heldBy: [`${COUNTERS} > ends at its own deadline, however busy the meter is and whoever else is renewed`],
  },
  {
    seen: "Each replica lets the whole limit in.",
    heldBy: [
      `${REDIS} > three processes, 10,000 tries each at a limit of 1,000: exactly 1,000 pass`,
      "test/replicas/replicas.test.ts > ten thousand tries at a limit of a thousand a minute: exactly a thousand are let in",
    ],
  },
  {
    seen: "Calls that are refused use the limit up.",
    heldBy: [
      `${COUNTERS} > gives the whole limit back after it, whatever was refused meanwhile`,
      "test/e2e/refused.test.ts > refused calls use nothing up: after ten of them the window passes once, and the whole limit is there",
    ],
  },
  {
    seen: "A time to live is given in the wrong unit, and keys stay for weeks.",
    heldBy: [
      `${REDIS} > keeps no key without an end, and none longer than twice its window`,
      "src/limits/redis/cooled.test.ts > a key has an end, and what was wiped is lost to nobody who knew it",
    ],
  },
  {
    seen: "A key that was revoked goes on at other replicas, or comes back with the end of a call.",
    heldBy: [
      "test/e2e/made-keys.test.ts > a key that ${what} is refused within a second, by two gateways over one store, with fifty streams open",
    ],
  },
  {
    seen: "Writes to a cache cost nothing.",
    heldBy: [
      "src/cost/cost-of.test.ts > no reported counter is free: a call costs at least its tokens at the model's cheapest rate",
    ],
  },
  {
    seen: "The tier that was asked for is billed, not the one that served.",
    heldBy: ["test/e2e/cost.test.ts > the tier that the vendor says served is billed, whatever was asked for"],
  },
  {
    seen: "A stream that is cut counts as one token, or as nothing.",
    heldBy: [
      "test/e2e/cut.test.ts > ${client} client, ${wire} upstream",
      "src/relay/delivered.test.ts > a text of %d characters, in pieces of 4, is weighed within a tenth",
    ],
  },
  {
    seen: "The vendor's id is the row's key: ids that are empty or come twice lose calls.",
    heldBy: ["test/fixtures/calls-contract.ts > two calls with one id of the vendor's, or none, are two rows"],
  },
  {
    seen: "A replay doubles sums.",
    heldBy: [
      "src/ledger/remember.test.ts > a journal that is replayed three times, with roll-ups between, leaves every sum as it was",
    ],
  },
  {
    seen: "A budget is never reset, and a month has thirty days.",
    heldBy: [
      "src/limits/calendar.test.ts > %s in %p at %s: %s",
      "src/limits/calendar.test.ts > a day has 23 hours when the clocks are put forward, 25 when they are put back",
      "src/limits/calendar.test.ts > every moment of two years is in one window of each kind, and windows meet: %s",
    ],
  },
  {
    // With ten million rows: by hand.
    seen: "Retention deletes for hours while calls wait, and a table without any grows for ever.",
    heldBy: [
      "src/store/migrate.test.ts > every table is in the list of retentions",
      "src/store/store-thread.test.ts > new rows are taken while many others are summed and dropped, and a revoked key is known within a second",
    ],
  },
  {
    // With ten million rows: by hand.
    seen: "A report reads every call, and takes the database down.",
    heldBy: [
      "src/store/plans.test.ts > no report reads all calls",
      "src/store/postgres.test.ts > a report that takes too long is ended with a sentence, and so is one that a server does not answer",
    ],
  },
  {
    seen: "A second refusal shortens a cool-down, and another replica does not hear of it.",
    heldBy: [
      "src/routing/cooldowns.test.ts > never ask before the last deadline that either was told, unless a call that began later was answered",
      "src/limits/redis/cooled.test.ts > of two deadlines the later one holds, whichever was told first",
    ],
  },
  {
    seen: "A limit that refuses inside a 200 reaches the caller as a broken stream, and the next call goes to the same vendor.",
    heldBy: [
      "test/e2e/cooldowns.test.ts > leads to the next target, and cools the first, ${pauseMs} ms between its events",
    ],
  },
];

test.each(TRAPS)("$seen", ({ heldBy }) => {
  expect(heldBy.length).toBeGreaterThan(0);
  expect(heldBy.filter((named) => !isThere(named))).toEqual([]);
});

test("a test that is not there is missed, and so is a file", () => {
  const [, found = ""] = (TRAPS[0]?.heldBy[0] ?? "").split(" > ");
  expect(isThere(`test/e2e/holds-fuzz.test.ts > ${found}`)).toBe(true);
  expect(isThere(`test/e2e/holds-fuzz.test.ts > ${found}!`)).toBe(false);
  expect(isThere(`test/e2e/holds.test.ts > ${found}`)).toBe(false);
});
