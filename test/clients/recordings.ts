/** Recordings of real vendors, read from CODESWITCH_CORPUS. Which dialect one speaks is seen in its content, so that unknown folders run too. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";

export type Wire = "chat" | "responses" | "messages";
type Fields = Readonly<Record<string, unknown>>;

/** One answer of a vendor: a stream, one JSON event a line, or a whole body. */
export interface Recording {
  /** `groq/groq-text.chunks.txt#2`: the second answer in that file. */
  readonly name: string;
  /** Folder of the recording: the vendor. */
  readonly vendor: string;
  readonly wire: Wire;
  readonly streamed: boolean;
  /** A second start in the middle: what a vendor's proxy spliced together. Nobody can say what the answer was. */
  readonly restarts: boolean;
  readonly events: readonly string[];
}
export interface Skipped {
  readonly name: string;
  readonly why: string;
}
export interface Corpus {
  readonly folder: string;
  readonly recordings: readonly Recording[];
  readonly skipped: readonly Skipped[];
}

export const CORPUS_FOLDER = process.env.CODESWITCH_CORPUS || join(import.meta.dir, "../../../shared/corpus");

export function readCorpus(folder = CORPUS_FOLDER): Corpus {
  const recordings: Recording[] = [];
  const skipped: Skipped[] = [];
  for (const path of filesIn(folder)) {
    const name = relative(folder, path);
    const found = readRecording(path, name);
    if (typeof found === "string") skipped.push({ name, why: found });
    else recordings.push(...found);
  }
  return { folder, recordings, skipped };
}

function filesIn(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .sort()
    .map((name) => join(folder, name))
    .flatMap((path) =>
      statSync(path).isDirectory() ? filesIn(path) : /\.(chunks\.txt|jsonl|json)$/.test(path) ? [path] : [],
    );
}

/** The recordings in a file, or why there are none. */
function readRecording(path: string, name: string): readonly Recording[] | string {
  const text = readFileSync(path, "utf8");
  const vendor = basename(dirname(path));
  if (path.endsWith(".json")) {
    const body = parse(text);
    if (!body) return "not a JSON object";
    const wire = wireOfWhole(body);
    return wire ? [{ name, vendor, wire, streamed: false, restarts: false, events: [text] }] : noDialect(vendor);
  }
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const events = lines.map(parse);
  if (events.includes(undefined)) return "a line is not a JSON object";
  const wire = wireOfStream(events as Fields[]);
  if (!wire) return noDialect(vendor);
  const answers = splitAnswers(lines, events as Fields[]);
  return answers.map((part, at) => ({
    name: answers.length === 1 ? name : `${name}#${at + 1}`,
    vendor,
    wire,
    streamed: true,
    restarts: part.filter((line) => START.has(typeOf(parse(line) ?? {}))).length > 1,
    events: part,
  }));
}

const noDialect = (vendor: string): string => `${vendor}: no dialect that we decode, or no answer`;

function parse(line: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
  } catch {
    return undefined;
  }
}

function wireOfWhole(body: Fields): Wire | undefined {
  if (body["object"] === "response" && Array.isArray(body["output"])) return "responses";
  if (body["type"] === "message" && Array.isArray(body["content"])) return "messages";
  const choice = Array.isArray(body["choices"]) ? (body["choices"][0] as Fields | undefined) : undefined;
  return choice && "message" in choice ? "chat" : undefined;
}

function wireOfStream(events: readonly Fields[]): Wire | undefined {
  const types = events.map((event) => String(event["type"] ?? ""));
  if (types.some((type) => type.startsWith("response."))) return "responses";
  if (types.includes("message_start")) return "messages";
  return events.some(isChunk) ? "chat" : undefined;
}

const TERMINAL = new Set(["response.completed", "response.failed", "response.incomplete", "message_stop"]);
const START = new Set(["response.created", "message_start"]);

const typeOf = (event: Fields): string => String(event["type"] ?? "");

/** A few files hold the answers of a whole conversation, one after the other. A start inside an answer stays inside: vendors do that too. */
function splitAnswers(lines: readonly string[], events: readonly Fields[]): readonly (readonly string[])[] {
  const answers: string[][] = [[]];
  let ended = false;
  let id: unknown;
  lines.forEach((line, at) => {
    const event = events[at] ?? {};
    const isNext = START.has(typeOf(event)) || (isChunk(event) && Boolean(event["id"]) && event["id"] !== id);
    if (ended && isNext) {
      answers.push([]);
      ended = false;
    }
    if (TERMINAL.has(typeOf(event)) || isFinished(event)) ended = true;
    if (event["id"]) id = event["id"];
    answers.at(-1)?.push(line);
  });
  return answers;
}

const choicesOf = (event: Fields): readonly Fields[] =>
  Array.isArray(event["choices"]) ? (event["choices"] as Fields[]) : [];
const isChunk = (event: Fields): boolean => choicesOf(event).some((choice) => "delta" in choice);
const isFinished = (event: Fields): boolean =>
  isChunk(event) && choicesOf(event).some((choice) => Boolean(choice["finish_reason"]));
