/** What may differ between a recording read directly and through the gateway: each row is a loss that docs/LOSSES.md names. Everything else must be equal. */
import type { Fold, FoldedCall } from "./fold.ts";
import type { Recording, Wire } from "./recordings.ts";

export interface Difference {
  readonly field: keyof Fold;
  readonly expected: unknown;
  readonly found: unknown;
}

export function differences(expected: Fold, found: Fold, recording: Recording, client: Wire): readonly Difference[] {
  const rows: Difference[] = [];
  const compare = (field: keyof Fold, left: unknown, right: unknown): void => {
    if (JSON.stringify(left) !== JSON.stringify(right)) rows.push({ field, expected: left, found: right });
  };
  if (recording.restarts) return [];
  // What has no end is told as an error; readers that believe everything see some answer.
  if (expected.finish === "none" && expected.error === undefined && found.error !== undefined) return [];
  if (expected.error !== undefined || found.error !== undefined) {
    compare("error", expected.error !== undefined, found.error !== undefined);
    if (!found.error?.includes(expected.error ?? "")) compare("error", expected.error, found.error);
    return rows;
  }
  compare("text", expected.text, found.text);
  compare("reasoning", expected.reasoning, found.reasoning);
  const calls = found.calls.map((call, at) => unwrapped(call, expected.calls[at]));
  compare(
    "calls",
    expected.calls.map((call) => canonical(call, recording)),
    calls.map((call) => canonical(call, recording)),
  );
  if (expected.order !== undefined && found.order !== undefined) compare("order", expected.order, found.order);
  if (expected.finish !== "none") compare("finish", expected.finish, found.finish);
  compareUsage(expected, found, compare);
  return rows.filter((row) => !ALLOWED.some((rule) => rule.field === row.field && rule.when(row, recording, client)));
}

/** Reasoning tokens are compared where both sides count them: Messages mostly does not. */
function compareUsage(
  expected: Fold,
  found: Fold,
  compare: (field: keyof Fold, left: unknown, right: unknown) => void,
): void {
  const counted = expected.usage?.reasoning !== undefined && found.usage?.reasoning !== undefined;
  // A dialect that must print usage prints zeros where the vendor said nothing.
  const counts = ({ usage = { prompt: 0, cached: 0, output: 0 } }: Fold): unknown => ({
    prompt: usage.prompt,
    cached: usage.cached,
    output: usage.output,
    ...(counted ? { reasoning: usage.reasoning } : {}),
  });
  compare("usage", counts(expected), counts(found));
}

/** A call of a whole Messages answer is an object, so its bytes are the printer's; of any stream they are the model's. */
function canonical(call: FoldedCall, recording: Recording): unknown {
  const input = call.builtin
    ? sorted(call.input)
    : recording.streamed || call.custom
      ? call.input
      : compact(call.input);
  // A call without arguments is "" at Anthropic and "{}" elsewhere; both mean an empty object.
  return [call.id, call.name, input === "" ? "{}" : input];
}

function compact(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json));
  } catch {
    return json;
  }
}

/** A foreign client gets a vendor's own tool as a function; the order of its keys is nobody's word. */
const sorted = (json: string): string => JSON.stringify(deepSorted(JSON.parse(json)));
const deepSorted = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map(deepSorted)
    : typeof value === "object" && value !== null
      ? Object.fromEntries(
          Object.entries(value)
            .sort(([left], [right]) => (left < right ? -1 : 1))
            .map(([key, inner]) => [key, deepSorted(inner)]),
        )
      : value;

/** A client without freeform tools gets the text as `{"input": "…"}`. */
function unwrapped(call: FoldedCall, expected: FoldedCall | undefined): FoldedCall {
  if (expected?.builtin) return { ...call, builtin: true };
  if (!expected?.custom || call.custom) return call;
  const parsed = JSON.parse(call.input) as { input?: unknown };
  return Object.keys(parsed).length === 1 && typeof parsed.input === "string"
    ? { ...call, input: parsed.input, custom: true }
    : call;
}

interface Rule {
  readonly field: keyof Fold;
  /** Why nothing is lost that matters, or which loss it is. */
  readonly why: string;
  readonly when: (row: Difference, recording: Recording, client: Wire) => boolean;
}

const ALLOWED: readonly Rule[] = [
  {
    field: "finish",
    why: "Only Messages knows a pause of the vendor's own tools: Chat ends, Responses is incomplete.",
    when: ({ expected }, _recording, client) => client !== "messages" && expected === "pause",
  },
  {
    field: "finish",
    why: "OpenAI ends a refusal like any answer; Messages has a stop reason for it.",
    when: ({ expected, found }, { wire }, client) =>
      wire !== "messages" && client === "messages" && expected === "stop" && found === "filter",
  },
  {
    field: "finish",
    why: "Calls that Anthropic already answered itself (programmatic) look like calls that wait, where a reader goes by the calls.",
    when: ({ expected, found }, { wire }, client) =>
      wire === "messages" && client !== "messages" && expected === "stop" && found === "tool",
  },
];
