/** What real frameworks, peers' bug reports and published descriptions found in what crosses. */
import type { Finding } from "./finding.ts";

const E2E = "test/e2e";
const SCHEMAS = `${E2E}/schemas.test.ts`;
const SEALED = `${E2E}/sealed-calls.test.ts`;
const CHAT_FIELDS = `${E2E}/chat-fields.test.ts`;
const THREADS = "test/clients/threads.test.ts";
const PATHS = `${E2E}/paths.test.ts`;
const ITEMS = "src/dialects/openai-responses/items.test.ts";
const FRAMEWORKS = "test/clis/frameworks.test.ts";

export const FIDELITY: readonly Finding[] = [
  // Bug reports of peers.
  {
    id: "fidelity 1",
    what: "a tool without arguments is refused by OpenAI, each time",
    tests: [
      `${SCHEMAS} > \${client} to \${model}: \${JSON.stringify(schema)}`,
      `${SCHEMAS} > inside a namespace of a native body`,
      "src/providers/native-edits.test.ts > is completed in its place: no other byte of its schema changes",
      "src/ir/tool-schema.test.ts > whatever comes, the strictest vendor takes it",
    ],
  },
  {
    id: "fidelity 2",
    what: "OpenRouter's reasoning_details are lost, and Gemini refuses the second turn",
    tests: [
      `${SEALED} > a \${client} client that keeps no seal, \${stream ? "streamed" : "whole"}: each comes back as it left, over two questions`,
      `${SEALED} > each comes back although the gateway was started anew behind every answer`,
      `${SEALED} > a \${client} client that \${keeps} goes from model to model: each gets its own seals alone`,
    ],
  },
  {
    id: "fidelity 3",
    what: "Gemini's signatures are lost by plain Chat clients; a session from another model has none",
    tests: [
      `${SEALED} > a Chat client that returns whole answers as they are keeps its bytes`,
      `${SEALED} > calls that another model made bear Google's word for that, on the first of each step, and it is told`,
    ],
  },
  {
    id: "fidelity 4",
    what: "ordinary output schemas are a 400 at Claude",
    tests: [
      `${SCHEMAS} > of a Chat or Responses caller reaches Claude closed`,
      `${SCHEMAS} > with bounds reaches Claude with the bounds in its descriptions: a loss of meaning for who was promised them`,
      "src/dialects/anthropic-messages/held-schema.test.ts > whatever is held, the vendor takes",
    ],
  },
  {
    id: "fidelity 5",
    what: "a union at the top of a tool's schema ends the session at OpenAI",
    tests: [
      `${SCHEMAS} > \${client} to \${model}: their properties are offered together`,
      `${SCHEMAS} > \${keyword} too`,
    ],
  },
  {
    id: "fidelity 6",
    what: "a whole answer without a finish word is thrown away",
    tests: [
      `${E2E}/finish-word.test.ts > reaches a \${client} client, \${stream ? "which asked for a stream" : "whole"}`,
    ],
  },
  {
    id: "fidelity 7",
    what: "Kimi refuses forced calls beside thinking; kimi-k3 has no row",
    tests: [
      `${SCHEMAS} > switches the thinking off that is on by default: native Chat`,
      `${SCHEMAS} > switches it off for callers of other dialects`,
      `${SCHEMAS} > leaves the choice to a model that always thinks, as a loss of meaning`,
      `${SCHEMAS} > kimi-k3 takes an effort and no thinking object, and temperature 1 only`,
    ],
  },
  {
    id: "fidelity 8",
    what: "cache marks of Chat clients are dropped on the way to OpenRouter",
    tests: [
      `${CHAT_FIELDS} > of a Chat body pass as bytes to a vendor that documents them`,
      `${CHAT_FIELDS} > of a Messages body stand on the parts and tools of Chat`,
    ],
  },
  {
    id: "fidelity 9",
    what: "errors lose their vendor's limits and ids",
    tests: [
      `${E2E}/errors.test.ts > a refusal keeps its vendor's limits, waits and ids: \${client} over \${behind}, \${stream ? "streamed" : "whole"}`,
      `${E2E}/errors.test.ts > so does one of a count of tokens`,
    ],
  },
  {
    id: "fidelity 10",
    what: "a call without arguments reaches Codex with empty text in place of an object",
    tests: [`${E2E}/empty-arguments.test.ts > reads an empty object, \${stream ? "streamed" : "whole"}`],
  },
  {
    id: "fidelity 11",
    what: "a conversation that ends with the assistant is refused by Claude 4.6 and later",
    tests: [
      `${E2E}/last-turn.test.ts > %s is answered: a user turn of one dot ends it, and that is told`,
      `${E2E}/last-turn.test.ts > who speaks Messages hears from the vendor that a prefill is refused`,
    ],
  },
  {
    id: "fidelity 12a",
    what: "OpenRouter's budget of thought becomes an effort",
    tests: [
      `${CHAT_FIELDS} > of \${max_tokens} tokens stays as a Chat client said it`,
      `${CHAT_FIELDS} > of a Messages client is one for \${model}`,
    ],
  },
  {
    id: "fidelity 12b",
    what: "strict tools with bounds go to Claude as they are",
    tests: [
      `${SCHEMAS} > of OpenAI's with bounds is held to its shape by Claude; the bounds stand in words`,
      `${SCHEMAS} > that Claude cannot be held to keeps its schema and loses strict`,
    ],
  },
  {
    id: "fidelity 12c",
    what: "a PDF in an image part is left out",
    tests: [
      `${E2E}/pdf.test.ts > as \${part} of Chat is a document at Claude`,
      `${E2E}/pdf.test.ts > as \${part} of Chat is an input_file at Responses`,
    ],
  },
  {
    id: "fidelity 12d",
    what: "a name of an output format with letters that OpenAI does not take passes",
    tests: [],
    left: "the client's own fault: OpenAI's sentence about it reaches the caller",
  },
  {
    id: "fidelity 13",
    what: "Responses answers differ from both published descriptions",
    tests: [
      "test/golden/golden.test.ts > what a golden's client reads, and what it sends to OpenAI, is as the published descriptions have it",
      "test/corpus.test.ts > told to Chat and Responses clients it is as the published descriptions have it",
      `${E2E}/captures.test.ts > what is written for OpenAI is as its published description has it, and so is what the client is answered`,
      `${E2E}/published.test.ts > \${client} over \${vendor}, \${stream ? "streamed" : "whole"}: text, thinking, calls, refusals, cuts and errors`,
    ],
  },

  // Real frameworks.
  {
    id: "frameworks 1",
    what: "Anthropic's tool runners lose their conversation behind a 200",
    tests: [
      `${THREADS} > a tool runner has the model see its question beside the result, \${how}`,
      `${THREADS} > a thread goes on for three turns, \${how}`,
      `${THREADS} > a thread whose vendor fails in its middle goes on at the next one, whole, and returns`,
      `${E2E}/threads.test.ts > a thread that \${what} is not found, before anybody is asked`,
      `${E2E}/threads.test.ts > a thread that goes on is not answered by the next vendor, when the one that holds it fails`,
      `${E2E}/threads.test.ts > thinking with a budget stays on where a result comes without its call`,
      "test/losses/weights.test.ts > ${field} of ${from} is read, or weighed by its name",
      `${FRAMEWORKS} > \${client}, over \${backend}`,
    ],
    left: "what begins a thread is answered and not refused: it is whole, and thread() throws a refusal",
  },
  {
    id: "frameworks 2",
    what: "frameworks' output schemas are a 400 at Claude",
    tests: [
      "test/clients/schemas.test.ts > Anthropic's own SDK finds nothing left to transform in a schema that the gateway has made enforceable",
      `${FRAMEWORKS} > \${client}, over \${backend}`,
    ],
  },
  {
    id: "frameworks 3",
    what: "Anthropic's strict tools with an optional field are a 400 at OpenAI",
    tests: [
      `${SCHEMAS} > of Anthropic's with an optional field is not held to its schema by OpenAI, and that is told`,
      `${SCHEMAS} > of Anthropic's that keeps OpenAI's rules, or can without another meaning, stays strict`,
    ],
  },
  {
    id: "frameworks 4",
    what: "Anthropic's enforced output becomes a wish at OpenAI, untold",
    tests: [
      `${SCHEMAS} > of Anthropic's, always enforced there, is enforced by OpenAI where it keeps the rules`,
      `${SCHEMAS} > of Anthropic's with an optional field is a wish at OpenAI, and that is a loss of meaning`,
    ],
  },
  {
    id: "frameworks 5",
    what: "a path without /v1 gets the wrong advice",
    tests: [`${PATHS} > is as good as one with it: %s`, `${PATHS} > %s %s: %s`],
  },
  {
    id: "frameworks 6",
    what: "Gemini CLI cannot read its 404",
    tests: [`${PATHS} > %s %s is refused in a body that Google's clients read, with what to use instead`],
  },
  {
    id: "frameworks 7",
    what: "what OpenAI's SDK notes on a message is refused by Kimi",
    tests: [
      `${CHAT_FIELDS} > reaches \${model} without what the SDK noted, and nothing else of its bytes changes`,
      `${CHAT_FIELDS} > is the same where it has to be translated`,
    ],
  },

  // Found by reading.
  {
    id: "reading 1.7.1",
    what: "of calls that are all numbered 0 all but one are lost",
    tests: [
      `${ITEMS} > calls that begin and end one after the other`,
      `${ITEMS} > a call that only the last event has is not taken for another one at its place`,
    ],
  },
  {
    id: "reading 1.7.2",
    what: "a call that is told under two indices runs twice",
    tests: [
      `${ITEMS} > is one call, wherever its deltas and its ends come`,
      "src/ir/distinct-calls.test.ts > a call that is told again is told once, and what follows keeps its order",
    ],
  },
  {
    id: "reading 1.7.3",
    what: "LOCALHOST is in order for config check, and start dies of it",
    tests: ["src/config/parts.test.ts > LOCALHOST"],
  },
  {
    id: "reading 1.7.4",
    what: "a fourth target is never tried",
    tests: [
      "src/relay/retry.test.ts > every target is tried once, however many there are, and only the last one again",
      `${E2E}/retry.test.ts > when the first three are down`,
    ],
  },
  {
    id: "reading 1.7.5",
    what: "the greeting asks for a pattern",
    tests: ["src/cli/greeting.test.ts > the commands to paste ask for a model that has a name, not for a pattern"],
  },
  {
    id: "reading 1.7.6",
    what: "dialects, log and probe count usage each in its own way",
    tests: [
      `${E2E}/usage.test.ts > \${client} over \${vendor}, \${name}: the client is told what the log has`,
      `${E2E}/usage.test.ts > doctor and setup hear the same of the cache as the gateway, over \${vendor}`,
      `${E2E}/web-search-rounds.test.ts > the client is told the context of the last round, and round by round what was paid; the log counts all of it`,
    ],
  },
];
