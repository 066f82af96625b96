/** Every call beside what the log says of it: one record each, and a true one. */
import type { Called } from "./caller.ts";
import { storyOf, type Usage } from "./story.ts";
import { isInTheMiddle, type Asked } from "./vendor.ts";
import { countOf, type Fields, fieldsOf, listOf } from "./wire.ts";

/** A sentence for each thing that is wrong. */
export function judgeRecords(lines: readonly Fields[], calls: readonly Called[], asked: readonly Asked[]): string[] {
  const wrong: string[] = [];
  const records = new Map<unknown, Fields>();
  for (const line of lines) {
    if (line["event"] === "started" || line["event"] === "stop") continue;
    if (line["event"] !== "call") wrong.push(`the log says: ${JSON.stringify(line)}`);
    else if (records.has(line["id"])) wrong.push(`two records of ${String(line["id"])}`);
    else records.set(line["id"], line);
  }
  const asks = Map.groupBy(asked, ({ id, turn }) => `${id} ${turn}`);
  let leftEarly = 0;
  for (const call of calls) {
    if (call.requestId === undefined) {
      if (call.end === "left") leftEarly++;
      else wrong.push(`${nameOf(call)} was answered without an id`);
      continue;
    }
    const record = records.get(call.requestId);
    records.delete(call.requestId);
    if (record === undefined) wrong.push(`${nameOf(call)} has no record`);
    else wrong.push(...differences(call, record, asks.get(`${call.id} ${call.turn}`) ?? []));
  }
  for (const record of records.values())
    // Whoever leaves just when its vendor breaks off leaves the record of a broken stream.
    if (record["outcome"] === "failed" && record["error"] !== "upstream-cut")
      wrong.push(`a record of a call that nobody made: ${JSON.stringify(record)}`);
  if (records.size > leftEarly)
    wrong.push(`${records.size} records beyond those of calls, and ${leftEarly} callers left before they had an id`);
  return wrong;
}

const nameOf = ({ id, turn, requestId, client, model }: Called): string =>
  `turn ${turn} of ${id} (${client} → ${model}, ${requestId})`;

function differences(call: Called, record: Fields, asks: readonly Asked[]): readonly string[] {
  const served = asks.at(-1);
  const expected = { caller: call.key, ...expectedOf(call, asks) };
  const told: Fields = { ...record, attempts: listOf(record["attempts"]).length };
  const found = Object.entries(expected).filter(([name, value]) => told[name] !== value);
  const wrong = found.map(
    ([name, value]) => `${nameOf(call)}: ${name} is ${String(value)}, and the log has ${String(told[name])}`,
  );
  if (call.end === "failed" && !(call.stream && served && isInTheMiddle(served.fault)))
    wrong.push(`${nameOf(call)} failed where another target was there to answer: ${call.why}`);
  const usage = call.end === "right" && usageIn(record);
  const said = storyOf(call.id, call.turn).usage;
  if (usage && JSON.stringify(usage) !== JSON.stringify(said))
    wrong.push(`${nameOf(call)} used ${JSON.stringify(said)}, and the log has ${JSON.stringify(usage)}`);
  return wrong;
}

/** Who left may have left before the body was read. */
function expectedOf({ end, model, stream, status }: Called, asks: readonly Asked[]): Fields {
  const asked = { modelAsked: model, stream };
  const provider = asks.at(-1)?.vendor;
  switch (end) {
    case "right":
      return { ...asked, outcome: "ended", status: 200, provider, attempts: asks.length };
    case "failed":
      return { ...asked, outcome: "failed", provider };
    case "refused":
      return { ...asked, outcome: "failed", status, attempts: 0 };
    default:
      return {};
  }
}

function usageIn(record: Fields): Usage {
  const lines = listOf(fieldsOf(record["usage"])["lines"]);
  const sum = (name: string): number => lines.reduce((total, line) => total + countOf(line[name]), 0);
  return { prompt: sum("input") + sum("cacheRead"), cached: sum("cacheRead"), output: sum("output") };
}
