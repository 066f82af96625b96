/** What attacks, hours under load and a look at the tests found. */
import type { Finding } from "./finding.ts";

const E2E = "test/e2e";
const NAMES = `${E2E}/names.test.ts`;
const DOOR = `${E2E}/door.test.ts`;
const HOSTILE = `${E2E}/hostile-vendor.test.ts`;
const CONNECTIONS = `${E2E}/connections.test.ts`;
const TWINS = `${E2E}/twins.test.ts`;
const ROUNDS = `${E2E}/web-search-rounds.test.ts`;
const RECORDS = `${E2E}/records.test.ts`;
const GROWTH = "test/growth/growth.test.ts";
const FUZZ = "test/fuzz/fuzz.test.ts";

export const SAFETY: readonly Finding[] = [
  // Attacks on a running gateway.
  {
    id: "attack 1",
    what: "a model name with .. walks round a key's limit and reaches other paths",
    tests: [
      `${NAMES} > by %s is a 400 for the key \${who}, asks nobody and is not recorded`,
      `${NAMES} > is refused in the path of a deployment too, and as a name to be looked up or counted for`,
      "src/providers/endpoint.test.ts > the URL that is asked is the base, the deployment and nothing else",
      `${FUZZ} > \${NAMES} strange names, paths and headers: no vendor's other paths, no 5xx of ours, no forged line in the log`,
    ],
  },
  {
    id: "attack 2",
    what: "20,000 messages cost five seconds of the only thread; limits that nothing enforced",
    tests: [
      `${GROWTH} > \${client}: \${what}`,
      `${GROWTH} > messages and calls: \${client} client, \${model} upstream`,
      `${E2E}/limits.test.ts > \${wire}: more messages than the most are a 400`,
      `${E2E}/limits.test.ts > \${wire}: more tools than the most are a 400`,
      `${E2E}/limits.test.ts > \${wire}: a body that is too deep is a 400`,
      `${E2E}/limits.test.ts > \${wire}: of many losses the record lists the first, and all are counted`,
      "test/limits.test.ts > every limit is in the list",
    ],
  },
  {
    id: "attack 3",
    what: "patterns that backtrack over a stranger's path and key",
    tests: [
      `${DOOR} > what a stranger sends costs its length, and not the square of it`,
      "test/patterns.test.ts > no pattern backtracks over what a caller or a vendor wrote",
      `${GROWTH} > characters of a path, before any key is asked for`,
    ],
  },
  {
    id: "attack 4",
    what: "a misspelt api_key prints the key",
    tests: [
      "src/config/secrets.test.ts > under a misspelt key of ${named(place)}, written there or brought in",
      "src/config/secrets.test.ts > at ${named(place)}, brought in by a variable: its name is told instead",
    ],
  },
  {
    id: "attack 5",
    what: "an error body that does not end hangs the call, without failover",
    tests: [
      `${HOSTILE} > \${one.name}, \${how} asked: \${client} client, \${model} upstream`,
      `${HOSTILE} > an error whose body stays away keeps its status, \${wire}`,
      `${FUZZ} > \${VENDORS} calls to hostile vendors: each ends in time with an error or by the next target, the vendor is let go, /health answers`,
    ],
  },
  {
    id: "attack 6",
    what: "a log reader that stalls freezes everything",
    tests: [
      `${E2E}/log.test.ts > holds up no call and no /health, and the log tells afterwards how many lines it lacks`,
      `${E2E}/log.test.ts > does not hold up the end`,
      "src/observe/output.test.ts > keeps so many bytes for a reader that stalls and no more, and tells in their place how many lines it lost",
    ],
  },
  {
    id: "attack 7",
    what: "a stream that fails before its first word keeps the vendor's connection; comments grow the memory",
    tests: [
      `${HOSTILE} > a stream whose first line is endless`,
      `${HOSTILE} > a stream of comments that pour`,
      `${HOSTILE} > comment lines without an end behind the first word break the answer off, \${wire}`,
      "src/relay/passthrough.test.ts > keeps a few comments before the first frame and drops the rest, and passes every one behind it",
    ],
  },
  {
    id: "attack 8",
    what: "the log can be forged and flooded, and holds what a person typed as a key",
    tests: [
      `${E2E}/log-fields.test.ts > cannot be made to be more than a name in a line of \${format}`,
      `${E2E}/log-fields.test.ts > what a person typed stands in no record, wherever it stood in the body: \${client} over \${behind}`,
      "src/wire/printable.test.ts > no character is left that a terminal or a reader of lines obeys",
    ],
  },
  {
    id: "attack 9",
    what: "the vendor's key goes to the caller when the vendor echoes it",
    tests: [
      `${E2E}/secrets.test.ts > an error that repeats the key comes without it: stream \${stream}`,
      `${E2E}/secrets.test.ts > an error inside a stream comes without it, before and behind the first words`,
      `${E2E}/secrets.test.ts > a count of tokens that is refused, and headers that pass, come without it`,
    ],
  },
  {
    id: "attack 10",
    what: "a key's openai/* lets Claude through",
    tests: [
      `${NAMES} > that name a provider let nothing through to another one`,
      "src/routing/plan.test.ts > is not widened by a spelling",
    ],
  },
  {
    id: "attack 11",
    what: "a connection that made one POST is never closed; a client that never reads is never dropped",
    tests: [
      `${CONNECTIONS} > a whole answer, \${wire}`,
      `${CONNECTIONS} > is dropped in the end when it takes nothing, its vendor released: \${wire}`,
    ],
  },
  {
    id: "attack 12",
    what: "--tunnel hands cloudflared every key",
    tests: ["src/cli/tunnel.test.ts > gives the program what it needs to run, and no key"],
  },
  {
    id: "attack 13",
    what: "one spoiled row switches the disk vault off",
    tests: ["src/vault/durable.test.ts > %s is ignored"],
  },
  {
    id: "attack 14a",
    what: "a broken Host is a 500 without an id",
    tests: [`${DOOR} > is a 400 with an id, \${how}`, `${DOOR} > whatever was asked, and whoever answered`],
  },
  {
    id: "attack 14b",
    what: "forwarding headers that the open door does not know; an absolute address beside a local Host",
    tests: ["src/access/door.test.ts > refuses what %s says has come from elsewhere, and sends it to no vendor"],
    left: "Bun drops the authority of an absolute address before we see the request; no browser can send one.",
  },
  {
    id: "attack 14c",
    what: "a client that leaves in its upload is warned of as a fault",
    tests: [`${CONNECTIONS} > a client that leaves during its upload is recorded as abandoned, without a warning`],
  },
  {
    id: "attack 14d",
    what: "calls that a stop cuts are recorded as abandoned and end without a word",
    tests: [
      `${E2E}/stop.test.ts > a stream ends with an error event: \${client} client, \${model} upstream`,
      `${E2E}/stop.test.ts > a whole answer that is waited for is a 503: \${client} client, \${model} upstream`,
      `${E2E}/stop.test.ts > a process at SIGTERM tells its streams, records them as failed and ends well: \${wire}`,
    ],
  },
  {
    id: "attack 14e",
    what: "pipelined POSTs, half-closed connections and trailers",
    tests: [],
    left: "Bun's server answers these by itself and gives no handle on them; no client that we know sends them.",
  },
  {
    id: "attack 14f",
    what: "half a core burns while the descriptors are used up",
    tests: [
      `${E2E}/descriptors.test.ts > 150 streams: 50 run, the others are refused with a wait, /health answers, and no processor burns`,
    ],
    left: "Connections that say nothing may still use them all up until their time is over: docs/CONFIG.md says so.",
  },
  {
    id: "attack 14g",
    what: "after a 413 or a 401 an endless upload is read on",
    tests: [
      `${CONNECTIONS} > for want of a key is answered, and its connection closed`,
      `${CONNECTIONS} > for its size is answered, and its connection closed`,
    ],
  },
  {
    id: "attack 14h",
    what: "caller keys of one character",
    tests: [
      `${DOOR} > is refused on an address that others reach`,
      "src/cli/tunnel.test.ts > refuses a key that can be guessed",
    ],
  },
  {
    id: "attack 14i",
    what: "cors_origins of * does nothing; a preflight passes where the call is refused",
    tests: [
      `${DOOR} > are told so at the preflight already where there is none`,
      "src/config/file/origins.test.ts > * is refused, for it would do nothing",
      `${E2E}/cors.test.ts > a preflight of \${origin} is allowed nothing`,
    ],
  },
  {
    id: "attack 14j",
    what: "a full disk hides its reason",
    tests: ["src/vault/durable.test.ts > a disk that is full, by its own reason"],
  },
  {
    id: "attack 14k",
    what: "a data folder open to all, a database that is a link",
    tests: [
      "src/vault/durable.test.ts > a folder in which others may write is used, and told of once",
      "src/vault/durable.test.ts > a database that is a link: what lies behind it is left alone",
    ],
  },
  {
    id: "attack 14l",
    what: "5,000 flow maps inside each other take ten seconds",
    tests: ["src/config/yaml/parse-yaml.test.ts > flow maps"],
  },
  {
    id: "attack 14m",
    what: "a million tool calls in one stream take a gigabyte",
    tests: [`${HOSTILE} > an answer of too many parts is broken off: \${client} client, \${wire} upstream`],
  },
  {
    id: "attack 14n",
    what: "a Retry-After of thirty years goes to the client",
    tests: [],
    left: "It is the vendor's own word to the vendor's own client; we do not wait for it ourselves.",
  },
  {
    id: "attack 14o",
    what: "doctor reads a whole page before it cuts it",
    tests: [
      "src/probe/call.test.ts > a page without an end is read no further than what a sentence needs, and its connection closed",
    ],
  },
  {
    id: "attack 14p",
    what: "a vendor's counter of tokens is waited for without a limit",
    tests: [`${HOSTILE} > does not end`, `${HOSTILE} > says nothing`],
  },
  {
    id: "attack 14q",
    what: "setup: a broken setup.json is a stack trace, a key lands in a file that others read",
    tests: [
      "src/cli/setup.test.ts > --undo with a broken setup.json is a sentence",
      "src/cli/setup.test.ts > a key is written where its owner alone may read it, and told; undo gives the permissions back",
    ],
  },
  {
    id: "attack 14r",
    what: "--key stands in the list of processes",
    tests: [
      "src/cli/setup.test.ts > the key of a gateway elsewhere comes in CODESWITCH_KEY, out of sight of the list of processes",
    ],
  },
  {
    id: "attack 14s",
    what: "repeated keys are refused at the top only",
    tests: [`${E2E}/limits.test.ts > \${wire}: a key that stands twice is a 400 at any depth, with its path`],
  },

  // Hours of load.
  {
    id: "soak 1",
    what: "thinking of one conversation goes into another of the same key",
    tests: [
      `${TWINS} > $client before $vendor: neither gets what the other thought`,
      `${TWINS} > \${where}: what broke off leaves its trace (%j)`,
      `${FUZZ} > \${TWINS} pairs of conversations that begin alike: no thought of one goes out in the other`,
    ],
  },
  {
    id: "soak 1b",
    what: "of two gateways on one folder, one trusts a memory that the other made stale",
    tests: [
      `${TWINS} > $client before $vendor: neither gets what the other thought`,
      "src/vault/durable.test.ts > a memory that the other's write made stale is asked again: neither trusts its own",
    ],
  },
  {
    id: "soak 2",
    what: "a clash never ends",
    tests: [
      "src/vault/vault.test.ts > a clash ends on the date that it had when it came to be, whoever comes later",
      "test/fixtures/store-contract.ts > a clash keeps the date that it had when it came to be, whoever comes later",
      `${TWINS} > \${where}: a conversation that differs in what stood in front keeps its thought, and so does the other`,
      `${TWINS} > \${where}: a conversation alone keeps the thoughts of all its turns, though each calls itself call_0`,
    ],
  },
  {
    id: "soak 3",
    what: "a full store stops the gateway for a third of a second",
    tests: [
      "test/loop.test.ts > %s never holds the loop for more than 5 ms at a time",
      "test/loop.test.ts > a call is not kept waiting while thousands are dropped",
      "test/loop.test.ts > another's lock on the file is waited for elsewhere: the loop goes on",
    ],
    left: "The file does not shrink; its room is used again. docs/SECURITY.md says so.",
  },
  {
    id: "soak 4",
    what: "a machine out of descriptors is silent, and blames the vendor",
    tests: [
      `${E2E}/descriptors.test.ts > a small limit is told at the start with how many calls it bears, a large one is not`,
      `${E2E}/descriptors.test.ts > 150 streams: 50 run, the others are refused with a wait, /health answers, and no processor burns`,
      `${E2E}/descriptors.test.ts > connections that say nothing take the rest: the first call of all is refused, its vendor not blamed`,
    ],
  },
  {
    id: "soak 5",
    what: "a step of the clock makes records lie",
    tests: ["src/ledger/ledger.test.ts > a clock that is set by %d ms in mid-call changes no duration"],
  },
  {
    id: "soak 6a",
    what: "after a failover the next turn goes where its seals cannot be read",
    tests: [
      `${E2E}/home.test.ts > goes on with the second account after a failover, with its thinking`,
      `${E2E}/home.test.ts > does so after a restart too`,
      `${E2E}/home.test.ts > returns to the first one when the second is down: an answer is worth more than its thinking`,
      `${E2E}/home.test.ts > a seal that nobody remembers, refused by the first account, goes to the next one: %s`,
    ],
  },
  {
    id: "soak 6b",
    what: "a Responses client that drops its reasoning before a Responses model gets none back",
    tests: [],
    left: "By design: the bytes pass, and the model demands nothing back.",
  },
  {
    id: "soak 6c",
    what: "streams that a stop cuts have no error event and a false record",
    tests: [`${E2E}/stop.test.ts > a stream ends with an error event: \${client} client, \${model} upstream`],
  },
  {
    id: "soak 6d",
    what: "garbage of thousands of slow streams is collected late",
    tests: [],
    left: "Bun's collector decides; no leak. Less garbage a frame is a matter of speed.",
  },
  {
    id: "soak 6e",
    what: "no usage for abandoned and failed calls of Chat and Responses",
    tests: [`${RECORDS} > abandoned in mid-stream`],
    left: "What the vendor bills for them nobody tells; the record says that it was asked (attempts).",
  },

  // Holes of the tests.
  {
    id: "tests 1",
    what: "a POST without any key under /cursor",
    tests: [
      `${E2E}/keys.test.ts > to \${path} goes nowhere without the key, whoever sends it`,
      `${E2E}/keys.test.ts > a stranger whose body never comes is refused on every route`,
      `${E2E}/keys.test.ts > every pattern of the table of routes has an example here`,
    ],
  },
  {
    id: "tests 2",
    what: "a bomb that is unpacked into memory whole",
    tests: ["test/e2e/bombs.test.ts > a body that unpacks to 2 GB is a 413, and never stands in memory${reason}"],
  },
  {
    id: "tests 3",
    what: "#78: the client's other tools vanish when the gateway searches",
    tests: [`${ROUNDS} > the client's other tools stand beside the search, in their order and in every round`],
  },
  {
    id: "tests 4",
    what: "#63, #73: the thinking of a round of searches, and how such a turn ends",
    tests: [
      `${ROUNDS} > the thinking of a round goes back in the next ones, in front of the call that it led to`,
      `${ROUNDS} > a turn that ends by itself after its searches were used up has ended, and is not paused`,
    ],
  },
  {
    id: "tests 5",
    what: "#135, #151: CORS",
    tests: [
      `${E2E}/cors.test.ts > a preflight of the page that is named passes without a key`,
      `${E2E}/cors.test.ts > a preflight of \${origin} is allowed nothing`,
      "src/http/cors.test.ts > name the page that asked, and what it may read",
    ],
  },
  {
    id: "tests 6",
    what: "#91: previous_response_id on the translated lane",
    tests: [`${E2E}/stored-state.test.ts > reaches it too where the body is written anew`],
  },
  {
    id: "tests 7",
    what: "#193: an upstream that ends its lines with CRLF",
    tests: [
      `${E2E}/buffering.test.ts > CRLF`,
      "src/wire/sse.test.ts > ${name}: an event is told by the bytes that end it, however they are cut",
    ],
  },
  {
    id: "tests 8",
    what: "#104, #119: edits to bodies that pass",
    tests: [
      "src/providers/native-edits.test.ts > stays where the model takes it",
      "src/providers/native-edits.test.ts > is switched off in words: a vendor whose default is on would bill it",
    ],
  },
  {
    id: "tests 9",
    what: "#72, #87: thinking that the configuration alone asks for",
    tests: [`${E2E}/kept-by-configuration.test.ts > asked for by \${model}`],
  },
  {
    id: "tests 10",
    what: "#38, #40, #50, #52, #54: errors and losses that nobody counts",
    tests: [
      "src/dialects/openai-chat/error-frame.test.ts > test.each(FRAMES)",
      "src/dialects/openai-responses/error.test.ts > the vendor's finer word reaches the caller, and Azure's numbers do not",
      "src/dialects/openai-responses/caller-encode.test.ts > is dropped beyond that, which the vendor refuses, and the loss is told",
      "src/dialects/openai-responses/request-decode.test.ts > a part is read whole: nothing of it is left over",
    ],
  },
  {
    id: "tests #10, #16, #22, #53, #102, #107, #122",
    what: "small holes of dialects and providers",
    tests: [
      "src/dialects/openai-chat/reasoning-decode.test.ts > how thinking is shown",
      "src/dialects/openai-responses/request-decode.test.ts > that stands beside a reasoning without one is not lost",
      "src/dialects/openai-responses/tools-encode.test.ts > computer_20250124",
      "src/dialects/openai-chat/citations.test.ts > sources that a later chunk does not repeat stay",
      "src/providers/fit.test.ts > a model that nobody knows, of a vendor without the field, is sent none",
      "src/providers/token-meter.test.ts > no more than 16 MB of samples wait to be weighed, and what was weighed makes room",
      "src/providers/limits.test.ts > test.each",
    ],
  },
  {
    id: "tests #79, #94, #148",
    what: "fields of the record that nothing asserts",
    tests: [
      `${RECORDS} > abandoned in mid-stream`,
      `${RECORDS} > a caller that leaves in its upload is abandoned, and nobody is asked`,
    ],
  },
  {
    id: "tests #130, #144, #147",
    what: "the slow-body clock beyond its first window, and a body of exactly the limit",
    tests: [
      "src/http/body.test.ts > a good beginning is no credit for a later drip",
      "src/http/body.test.ts > a sender that falls silent is cut, and told to stop",
      "src/http/body.test.ts > told by content-length may be as many as the limit, and not one more",
    ],
  },
  {
    id: "tests #174, #177, #195, #196, #200, #205, #211",
    what: "small holes of vault, config and ir",
    tests: [
      "src/vault/provenance.test.ts > a seal that goes out without an issuer takes no earlier one's place",
      "src/config/twins.test.ts > a name that stands twice",
      "src/ir/deferred.test.ts > it waits no longer",
      "src/ir/grammar.test.ts > bad ones are refused, and told why",
      "src/dialects/openai-client-tools.test.ts > a tool that we know",
      "src/ir/tools.test.ts > without it finds the tool that stands in one namespace only",
    ],
  },
  {
    id: "tests, the other survivors",
    what: "#6, #13, #26, #88, #90, #117, #133, #142, #145, #165, #183, #192, #198, #206",
    tests: [],
    left: "Equivalent or harmless; those that a later draw met stand in test/mutate/judged.json with their reasons.",
  },
  {
    id: "tests, flaky",
    what: "tests that hope with a sleep, or live of what others collected before them",
    tests: [
      "src/cli/launcher.test.ts > the first signal waits for an open call, the second one ends it at once",
      `${E2E}/captures.test.ts > what is written for them is what the vendors' types allow`,
    ],
  },
];
