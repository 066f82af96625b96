/** What the simulator does for a model name. A name may stand behind a real one, `gpt-5:sim-tool`, so that a model's own rules apply. */
import type { JsonObject } from "../wire/json.ts";
import { type Answer, type Part, slices, words } from "./answer.ts";
import { type Asked, objectOf, type Offered } from "./asked.ts";
import { sampleOf } from "./sample.ts";

export type Behaviour =
  | { readonly kind: "answer"; readonly answer: Answer; readonly fault?: Fault; readonly paceMs?: number }
  | {
      readonly kind: "refuse";
      readonly status: number;
      readonly retryAfterSeconds?: number;
      readonly cause?: "context" | "model";
    }
  /** Fails this often, then answers once, and so on. */
  | { readonly kind: "flaky"; readonly failures: number; readonly answer: Answer }
  | { readonly kind: "silent" };

/** error-first: an error inside a 200. The others happen in the middle of the answer. hang: silence instead of an end. */
export type Fault = "error-first" | "error-midway" | "cut" | "eof" | "hang";

/** `sim-tool` of `gpt-5:sim-tool`; undefined for names that are no scenario. */
const scenarioOf = (model: string): string | undefined => /(?:^|[.:@+/])(sim-.*)$/.exec(model)?.[1];
export const isKimi = (model: string): boolean => /(?:^|[.:@+/])sim-kimi/.test(model);

/** These are about what must come back on the second turn: they check it even where the simulator is lenient. */
export const isAlwaysStrict = (model: string): boolean => isKimi(model) || scenarioOf(model) === "sim-thinking-tool";

export function behave(asked: Asked): Behaviour {
  const scenario = scenarioOf(asked.model);
  if (scenario === undefined) {
    // A forced call is answered with one by any model: so does the demo, or a client's check of it would find no tools.
    if (asked.forcedTool !== undefined && !asked.bringsResult) return calling(asked, [], 1);
    return say(asked.model === "demo" ? greeting(asked) : `You said: ${shortened(asked.userText)}`, asked);
  }
  const name = scenario.replace(/^sim-kimi-?/, "sim-");
  const plain = SCENARIOS[name];
  if (plain !== undefined) return plain(asked);
  for (const [pattern, make] of NUMBERED) {
    const match = pattern.exec(name);
    if (match !== null) return make(match.slice(1).map(Number), asked);
  }
  return { kind: "refuse", status: 404, cause: "model" };
}

export const SCENARIO_NAMES = (): readonly string[] => [
  "demo",
  ...Object.keys(SCENARIOS).filter((name) => name !== "sim-"),
];

const SCENARIOS: Readonly<Record<string, (asked: Asked) => Behaviour>> = {
  "sim-": thinkingTool,
  "sim-echo": (asked) => say(`You said: ${shortened(asked.userText)}`, asked),
  "sim-long": (asked) => done([prose(longPieces(200))], asked),
  "sim-reasoning": (asked) => done([...thoughts(asked), text("The answer is 42.")], asked),
  "sim-redacted": (asked) => done([{ kind: "redacted" }, ...thoughts(asked), text("That is all I may say.")], asked),
  "sim-tool": (asked) => calling(asked, [], 1),
  "sim-text-tool": (asked) => calling(asked, [text("Let me look that up.")], 1),
  "sim-tools-parallel": (asked) => calling(asked, [], 2),
  "sim-thinking-tool": thinkingTool,
  "sim-custom-tool": customTool,
  "sim-refusal": (asked) =>
    answer({ parts: [{ kind: "refusal", pieces: words("I can't help with that.") }], stop: "refusal" }, asked),
  "sim-truncated": (asked) =>
    answer({ parts: [text("This answer is longer than it may be, and so it ends in the mid")], stop: "length" }, asked),
  "sim-context-overflow": () => ({ kind: "refuse", status: 400, cause: "context" }),
  "sim-error-in-200": (asked) => faulty("error-first", asked),
  "sim-error-midway": (asked) => faulty("error-midway", asked),
  "sim-cut": (asked) => faulty("cut", asked),
  "sim-eof": (asked) => faulty("eof", asked),
  "sim-silent": () => ({ kind: "silent" }),
  "sim-hang": (asked) => faulty("hang", asked),
  "sim-slow": (asked) => ({ ...say("Every word of this comes after a pause.", asked), paceMs: 60 }),
  "sim-flood": () => bare(prose(FLOOD)),
  "sim-huge": () => bare(prose(slices(HUGE, 16_384))),
  "sim-cache": (asked) => {
    const cache = { read: 1_500, write5m: 300, write1h: 0 };
    return answer({ parts: [text("Most of this was in the cache.")], stop: "done", cache }, asked);
  },
  "sim-surrogates": () => bare(prose(SURROGATES)),
  "sim-empty": () => bare(),
};

/** Halves of characters, and marks that are only text. */
const SURROGATES = [
  "A box ",
  "\ud83d",
  "\udce6",
  ", a family ",
  "\ud83d\udc68\u200d\ud83d",
  "\udc69",
  ", <think>",
  "</think> as text.",
];

const NUMBERED: readonly (readonly [RegExp, (numbers: readonly number[], asked: Asked) => Behaviour])[] = [
  [/^sim-429$/, () => ({ kind: "refuse", status: 429, retryAfterSeconds: 1 })],
  [
    /^sim-([45]\d\d)-after-(\d+)$/,
    ([status = 500, seconds = 1]) => ({ kind: "refuse", status, retryAfterSeconds: seconds }),
  ],
  [/^sim-([45]\d\d)$/, ([status = 500]) => ({ kind: "refuse", status })],
  [/^sim-flaky-(\d+)$/, ([failures = 1]) => ({ ...bare(text("It works again.")), kind: "flaky", failures })],
  [
    /^sim-slow-(\d+)$/,
    ([paceMs = 60], asked) => ({ ...say("Every word of this comes after a pause.", asked), paceMs }),
  ],
  [/^sim-long-(\d+)$/, ([count = 200], asked) => done([prose(longPieces(count))], asked)],
];

const FLOOD: readonly string[] = Array<string>(1_000).fill("flood ".repeat(5_461));
const HUGE = "All work and no play makes a long answer. ".repeat(25_000);

type Answered = { readonly kind: "answer"; readonly answer: Answer };
const prose = (pieces: readonly string[]): Part => ({ kind: "text", pieces });
const text = (said: string): Part => prose(words(said));
/** The same for every caller, whatever it asked for. */
const bare = (...parts: readonly Part[]): Answered => ({ kind: "answer", answer: { parts, stop: "done" } });
const answer = (made: Answer, asked: Asked): Answered => ({ kind: "answer", answer: shaped(made, asked) });
const done = (parts: readonly Part[], asked: Asked): Answered => answer({ parts, stop: "done" }, asked);
const say = (said: string, asked: Asked): Answered => done([text(said)], asked);
const shortened = (said: string): string => (said.length <= 200 ? said : `${said.slice(0, 199)}…`);
const longPieces = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, at) => `${at === 0 ? "" : " "}word${at + 1}`);
const faulty = (fault: Fault, asked: Asked): Behaviour => ({
  ...say("This answer would have been complete if nothing had gone wrong on the way to you.", asked),
  fault,
});

/** A caller who wants JSON of a schema gets it, whatever the scenario would have said. */
function shaped(made: Answer, asked: Asked): Answer {
  if (asked.answerSchema === undefined || made.stop !== "done" || !made.parts.some((part) => part.kind === "text"))
    return made;
  const json = JSON.stringify(sampleOf(asked.answerSchema, asked.userText));
  return { ...made, parts: [...made.parts.filter((part) => part.kind !== "text"), prose(slices(json))] };
}

function greeting(asked: Asked): string {
  const heard = shortened(asked.userText.replace(/\s+/g, " ").trim());
  return (
    `Hello! I am codeswitch's built-in simulator, not a real model.${heard === "" ? "" : ` You said: “${heard}”.`}\n\n` +
    "To talk to a real one, give codeswitch a key and start it again, for example\n" +
    "  ANTHROPIC_API_KEY=… or OPENAI_API_KEY=… or KIMI_API_KEY=… or AZURE_BASE_URL=… with AZURE_API_KEY=…\n" +
    "in the environment, in a .env file that it is told of (npx codeswitch start --config .env),\n" +
    "or with a codeswitch.yaml (see README.md)."
  );
}

function thoughts(asked: Asked): Part[] {
  if (asked.thinking === "off") return [];
  const sections = [
    "**Reading the question**\n\nThe user wants an answer.",
    "**Checking it**\n\nIt holds; I can say so.",
  ];
  return [{ kind: "thinking", sections: sections.map(words) }];
}

function thinkingTool(asked: Asked): Behaviour {
  return calling(asked, asked.bringsResult ? [] : thoughts(asked), 1);
}

function calling(asked: Asked, before: readonly Part[], calls: 1 | 2): Behaviour {
  if (asked.bringsResult) return say(`The tool answered: ${shortened(asked.resultText)}`, asked);
  const [first, second] = pickTools(asked);
  if (first === undefined) return say("No tool was offered, so I answer in words.", asked);
  const tools = calls === 1 || !asked.parallel ? [first] : [first, second ?? first];
  const thought = before.some((part) => part.kind === "thinking") || !mustThink(asked) ? [] : thoughts(asked);
  const { answer: made } = bare(...thought, ...before, ...tools.map((tool) => call(tool, asked)));
  return { kind: "answer", answer: { ...made, overlapping: true } };
}

/** Claude with a budget and Kimi never call without having thought; they want it back. */
const mustThink = (asked: Asked): boolean => asked.thinksFirst || (isKimi(asked.model) && asked.thinking !== "off");

function customTool(asked: Asked): Behaviour {
  const freeform = asked.tools.find((tool) => tool.kind === "freeform");
  if (freeform === undefined || asked.bringsResult) return calling(asked, [], 1);
  return bare(call(freeform, asked));
}

function call(tool: Offered, asked: Asked): Part {
  const input = tool.kind === "freeform" ? freeformInput(tool.name) : JSON.stringify(argumentsFor(tool, asked));
  return { kind: "call", tool, pieces: slices(input) };
}

/** Always an object, whatever the offered schema says. */
const argumentsFor = (tool: Offered, asked: Asked): JsonObject =>
  objectOf(sampleOf({ type: "object", ...tool.schema }, asked.userText));

function freeformInput(name: string): string {
  // Codex's `exec` runs JavaScript, its `apply_patch` and Cursor's `ApplyPatch` take a patch.
  if (/exec/i.test(name)) return 'text("hello from the simulator");\n';
  return '*** Begin Patch\n*** Add File: hello.txt\n+Hello, “world” \\ <think> "quoted"\n*** End Patch\n';
}

/** What a person would try first, and what does no harm when the client really runs it. */
function pickTools(asked: Asked): readonly Offered[] {
  const forced = asked.tools.filter((tool) => tool.name === asked.forcedTool);
  if (forced.length > 0) return forced;
  const harmless = /^(bash|shell|exec_command|run_terminal_cmd|read|read_file|ls|list_files|get_weather|weather)$/i;
  return [
    ...asked.tools.filter((tool) => harmless.test(tool.name)),
    ...asked.tools.filter((tool) => !harmless.test(tool.name)),
  ];
}
