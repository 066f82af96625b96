/** What a call used, in Anthropic's words. `input_tokens` excludes what was read from and written to the cache. */
import { countIn } from "../counters.ts";
import { toldTotals, type Usage, type UsageLine, usageLine } from "../../ir/usage.ts";
import { defined, isList, isObject, type Json, type JsonObject, lookup, objectIn, textIn } from "../../wire/json.ts";

/** Anthropic's word for the tier that everybody else calls default. */
const [STANDARD, DEFAULT] = ["standard", "default"];

/** Counters come twice, with message_start and message_delta: the last value of each key wins, a null does not count. */
export function usageReader(): { read(raw: Json | undefined): void; usage(): Usage } {
  const seen: Record<string, Json> = {};
  return {
    read: (raw) => {
      if (!isObject(raw)) return;
      for (const [key, value] of Object.entries(raw)) if (value !== undefined && value !== null) seen[key] = value;
    },
    usage: () => usageOf(seen),
  };
}

export function encodeUsage(usage: Usage): JsonObject {
  const top = toldTotals(usage);
  // The longest lifetime that the protocol has a word for.
  const cacheWrite1h = top.cacheWrite1h + top.cacheWrite12h;
  const told = usage.lines.find(({ kind }) => kind === "message");
  return defined({
    input_tokens: top.input,
    cache_creation_input_tokens: top.cacheWrite,
    cache_read_input_tokens: top.cacheRead,
    cache_creation: {
      ephemeral_5m_input_tokens: top.cacheWrite - cacheWrite1h,
      ephemeral_1h_input_tokens: cacheWrite1h,
    },
    output_tokens: top.output,
    output_tokens_details: top.reasoning > 0 ? { thinking_tokens: top.reasoning } : undefined,
    server_tool_use: Object.keys(usage.hostedCalls).length > 0 ? usage.hostedCalls : undefined,
    service_tier: usage.serviceTier === DEFAULT ? STANDARD : usage.serviceTier,
    speed: told?.speed,
    inference_geo: told?.region,
    iterations: usage.lines.length > 1 ? usage.lines.map(encodeIteration) : undefined,
  });
}

function usageOf(seen: JsonObject): Usage {
  const used = objectIn(seen, "server_tool_use") ?? {};
  const hostedCalls: Record<string, number> = {};
  for (const key of Object.keys(used)) {
    const calls = countIn(used, key);
    if (calls !== undefined) hostedCalls[key] = calls;
  }
  const tier = textIn(seen, "service_tier");
  const isReported = countIn(seen, "input_tokens") !== undefined || countIn(seen, "output_tokens") !== undefined;
  return {
    lines: isReported ? linesOf(seen) : [],
    hostedCalls,
    ...(tier === "" ? {} : { serviceTier: tier === STANDARD ? DEFAULT : tier }),
    source: isReported ? "reported" : "none",
  };
}

/** The top level is one line; compaction and the advisor stand beside it. Where another model took over, its share of the top level becomes a line with its name, and a hop that the top level leaves out one of kind "fallback". */
function linesOf(seen: JsonObject): UsageLine[] {
  const top = usageLine({ ...countsOf(seen), ...pricedApart(seen) });
  const iterations = isList(seen.iterations) ? seen.iterations.filter(isObject).map(iterationOf) : [];
  const beside = iterations.filter((line) => line.kind === "compaction" || line.kind === "advisor");
  const served = iterations.find((line) => line.kind === "fallback");
  if (!served) return [top, ...beside];
  const hops = iterations.filter((line) => line.kind === "message");
  const rest = { ...minus(top, served), ...pricedApart(seen) };
  const isWithinTop = hops.length > 0 && rest.input + rest.output + rest.cacheRead > 0;
  const named: UsageLine = { ...(isWithinTop ? served : top), kind: "message", model: served.model };
  if (isWithinTop) return [rest, named, ...beside];
  return [named, ...hops.map((line): UsageLine => ({ ...line, kind: "fallback" })), ...beside];
}

/** Fast mode doubles the price, and an answer made in one country costs more: https://platform.claude.com/docs/en/about-claude/pricing. The usual values say nothing. */
function pricedApart(seen: JsonObject): Pick<UsageLine, "speed" | "region"> {
  const [speed, region] = [textIn(seen, "speed"), textIn(seen, "inference_geo")];
  return {
    ...(speed !== "" && speed !== STANDARD && { speed }),
    ...(region !== "" && !ANYWHERE.has(region) && { region }),
  };
}
const ANYWHERE: ReadonlySet<string> = new Set(["global", "not_available"]);

function minus(top: UsageLine, part: UsageLine): UsageLine {
  const left = COUNTERS.map((key) => [key, Math.max(top[key] - part[key], 0)]);
  return usageLine(Object.fromEntries(left) as Partial<UsageLine>);
}
const COUNTERS = [
  "input",
  "cacheRead",
  "cacheWrite5m",
  "cacheWrite1h",
  "cacheWrite12h",
  "output",
  "reasoning",
] as const;

/** message_delta repeats the sum of the writes, not their lifetimes: what is beyond the known hour is of five minutes. */
function countsOf(raw: JsonObject): Partial<UsageLine> {
  const lifetimes = objectIn(raw, "cache_creation") ?? {};
  const hour = countIn(lifetimes, "ephemeral_1h_input_tokens") ?? 0;
  const written =
    countIn(raw, "cache_creation_input_tokens") ?? hour + (countIn(lifetimes, "ephemeral_5m_input_tokens") ?? 0);
  const output = countIn(raw, "output_tokens") ?? 0;
  return {
    input: countIn(raw, "input_tokens") ?? 0,
    cacheRead: countIn(raw, "cache_read_input_tokens") ?? 0,
    cacheWrite5m: Math.max(written - hour, 0),
    cacheWrite1h: Math.min(hour, written),
    output,
    reasoning: Math.min(countIn(raw.output_tokens_details, "thinking_tokens") ?? 0, output),
  };
}

const KINDS: Readonly<Record<string, UsageLine["kind"]>> = {
  compaction: "compaction",
  advisor_message: "advisor",
  fallback_message: "fallback",
};
const ITERATION_TYPES: Readonly<Record<UsageLine["kind"], string>> = {
  message: "message",
  round: "message",
  compaction: "compaction",
  advisor: "advisor_message",
  // A hop that was declined: Anthropic calls the one that served `fallback_message`.
  fallback: "message",
};

function iterationOf(raw: JsonObject): UsageLine {
  const model = textIn(raw, "model");
  const kind = lookup(KINDS, textIn(raw, "type")) ?? "message";
  return usageLine({ ...countsOf(raw), kind, ...(model === "" ? {} : { model }) });
}

const encodeIteration = (line: UsageLine): JsonObject =>
  defined({
    type: line.kind === "message" && line.model !== undefined ? "fallback_message" : ITERATION_TYPES[line.kind],
    model: line.model,
    input_tokens: line.input,
    output_tokens: line.output,
    cache_read_input_tokens: line.cacheRead,
    cache_creation_input_tokens: line.cacheWrite5m + line.cacheWrite1h + line.cacheWrite12h,
    cache_creation: {
      ephemeral_5m_input_tokens: line.cacheWrite5m,
      ephemeral_1h_input_tokens: line.cacheWrite1h + line.cacheWrite12h,
    },
  });
