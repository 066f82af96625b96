/** What a client needs of a gateway, asked in its own dialect: an answer in a stream, a call, the turn after it, and thinking. */
import { DIALECTS } from "../dialects/index.ts";
import type { Probe, Question } from "../dialects/probe.ts";
import type { DialectId } from "../ir/dialect-id.ts";
import type { JsonObject } from "../wire/json.ts";
import { call, isGood, messageOf, type Got } from "./call.ts";

export interface Step {
  readonly name: string;
  /** missing: the model does not do it, which is no fault of the connection. warns: it works, and the program complains. */
  readonly state: "works" | "warns" | "missing" | "fails";
  readonly words: string;
}

export interface Connected {
  /** Without /v1. */
  readonly url: string;
  readonly key: string;
  readonly model: string;
}

/** A model that thinks may take this long for a sentence. */
const TIMEOUT_MS = 120_000;

/** One line at a time, as they come. */
export async function* roundTrip(to: Connected, dialect: DialectId): AsyncGenerator<Step> {
  const { probe } = DIALECTS[dialect];
  const text = await textStep(to, probe);
  yield text;
  // Whatever kept it from saying hi would be said again four times.
  if (text.state === "fails") return;
  const asked = { model: to.model, prompt: "Look up the word gateway.", tool: true } as const;
  const called = await ask(to, probe, asked);
  yield toolStep(called, probe);
  yield await secondStep(to, probe, asked, called);
  yield await thinkingStep(to, probe);
}

async function textStep(to: Connected, probe: Probe): Promise<Step> {
  const name = "text, streamed";
  const got = await ask(to, probe, { model: to.model, prompt: "Say hi in one word.", stream: true });
  if (!isGood(got)) return fails(name, wordsOf(got));
  return probe.terminal.test(got.text)
    ? { name, state: "works", words: `complete after ${got.tookMs} ms` }
    : fails(name, "the stream broke off before its end");
}

function toolStep(got: Got, probe: Probe): Step {
  const name = "tool call";
  if (!isGood(got)) return fails(name, wordsOf(got));
  return probe.read(got.json ?? {}).call
    ? { name, state: "works", words: "the model calls what it is told to call" }
    : { name, state: "missing", words: "the model answered in words although a call was demanded" };
}

async function secondStep(to: Connected, probe: Probe, asked: Question, called: Got): Promise<Step> {
  const name = "second turn";
  const answer = isGood(called) ? called.json : undefined;
  if (!answer || !probe.read(answer).call)
    return { name, state: "missing", words: "not tried, since there was no call to answer" };
  const got = await post(to, probe, asked, probe.answerCall(probe.ask(asked), answer, "A gateway is a way in."));
  return isGood(got) ? { name, state: "works", words: "the call's result is accepted" } : fails(name, wordsOf(got));
}

async function thinkingStep(to: Connected, probe: Probe): Promise<Step> {
  const name = "thinking";
  const prompt = "How much is 17 times 23? Answer with the number.";
  const extra = probe.fields.effort("low", {});
  const got = await ask(to, probe, { model: to.model, prompt, extra });
  if (!isGood(got)) return fails(name, wordsOf(got));
  return probe.read(got.json ?? {}).thought
    ? { name, state: "works", words: "shown, in the place where the client looks for it" }
    : { name, state: "missing", words: "accepted, and none was shown" };
}

const ask = (to: Connected, probe: Probe, question: Question): Promise<Got> =>
  post(to, probe, question, probe.ask(question));

const post = (to: Connected, probe: Probe, question: Question, body: JsonObject): Promise<Got> =>
  call({ url: to.url + probe.path(question), headers: probe.headers(to.key), body, timeoutMs: TIMEOUT_MS });

const fails = (name: string, words: string): Step => ({ name, state: "fails", words });

const wordsOf = (got: Got): string =>
  got.kind === "failed" ? `${got.words}. ${got.fix}` : `status ${got.status}: ${messageOf(got)}`;
