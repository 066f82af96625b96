/** docs/LOSSES.md, measured: every probe through every crossing, and what the coders say that they lost. */
import { DIALECTS } from "../../src/dialects/index.ts";
import type { Addressee, ReplyContext } from "../../src/dialects/dialect.ts";
import type { DialectId } from "../../src/ir/dialect-id.ts";
import { collect } from "../../src/ir/collect.ts";
import type { StreamEvent } from "../../src/ir/events.ts";
import type { Loss } from "../../src/ir/loss.ts";
import { FEATURES } from "../../src/ir/features.ts";
import { toolMap } from "../../src/ir/tools.ts";
import { translateRequest } from "../../src/relay/translate.ts";
import { plan } from "../../src/routing/plan.ts";
import type { Target } from "../../src/routing/target.ts";
import type { Frame } from "../../src/wire/machine.ts";
import type { JsonObject } from "../../src/wire/json.ts";
import { ANSWERS, type AnswerProbe } from "./answers.ts";
import { CONFIG, MODEL_OF } from "./config.ts";
import { PROBES } from "./probes.ts";

export const CROSSINGS: readonly DialectId[] = ["openai-chat", "openai-responses", "anthropic-messages"];
const TITLES: Readonly<Record<DialectId, string>> = {
  "openai-chat": "Chat",
  "openai-responses": "Responses",
  "anthropic-messages": "Messages",
};

export interface Measured {
  readonly feature: string;
  readonly from: DialectId;
  readonly to: DialectId;
  readonly losses: readonly Loss[];
  readonly sacred: boolean;
  /** The request that was measured; an answer has none. */
  readonly body?: JsonObject;
}

export const targetOf = (dialect: DialectId): Target => plan(CONFIG, MODEL_OF[dialect]).targets[0] as Target;

/** Requests: client dialect → upstream dialect. */
export function measureRequests(): readonly Measured[] {
  return PROBES.flatMap((probe) =>
    CROSSINGS.flatMap((from) => {
      const body = probe.bodies[from];
      if (!body) return [];
      return CROSSINGS.filter((to) => to !== from).map((to) => ({
        feature: probe.feature,
        from,
        to,
        losses: requestLosses(from, to, body),
        sacred: probe.sacred === true,
        body,
      }));
    }),
  );
}

function requestLosses(from: DialectId, to: DialectId, body: JsonObject): readonly Loss[] {
  const decoded = DIALECTS[from].request.decode(body);
  const written = translateRequest(decoded.value, targetOf(to));
  return [...decoded.losses, ...written.losses];
}

/** Answers: upstream dialect → client dialect. */
export function measureAnswers(): readonly Measured[] {
  return ANSWERS.flatMap((probe) =>
    probe.from.flatMap((from) =>
      CROSSINGS.filter((to) => to !== from).map((to) => ({
        feature: probe.feature,
        from,
        to,
        losses: answerLosses(probe, from, to),
        sacred: probe.sacred === true,
      })),
    ),
  );
}

function answerLosses(probe: AnswerProbe, from: DialectId, to: DialectId): readonly Loss[] {
  const encoder = DIALECTS[to].stream.encoder(askFor(to));
  const print = (): void => {};
  for (const event of probe.events(from)) encoder.push(event, print);
  encoder.end("eof", print);
  return encoder.losses();
}

/** What a client of that dialect reads of an answer: its own frames, decoded again. */
export function readBack(events: readonly StreamEvent[], client: DialectId) {
  const frames: Frame[] = [];
  const encoder = DIALECTS[client].stream.encoder(askFor(client));
  for (const event of events) encoder.push(event, (frame) => frames.push(frame));
  encoder.end("eof", (frame) => frames.push(frame));
  const back: StreamEvent[] = [];
  const decoder = DIALECTS[client].stream.decoder(askFor(client));
  for (const frame of frames) decoder.push(frame, (event) => back.push(event));
  decoder.end("eof", (event) => back.push(event));
  return collect(back);
}

function askFor(client: DialectId): ReplyContext {
  const to: Addressee = targetOf(client).addressee;
  return {
    tools: toolMap([
      { kind: "function", name: "read" },
      { kind: "custom", name: "patch" },
    ]),
    wants: { usageChunk: true, sealedReasoning: true },
    replyId: "reply_1",
    createdAtSeconds: 0,
    nowSeconds: () => 0,
    modelName: "m",
    style: { customCalls: client === "anthropic-messages" ? "json" : "custom", reasoning: "field" },
    from: { issuer: to.issuer, family: to.family },
  };
}

export function printTable(): string {
  return [
    "# What crosses, and what does not",
    "",
    "Measured by `test/losses`, which sends one call per feature through every crossing and prints what the coders report. Run `UPDATE=1 npm test -- losses` to write it anew; the test fails when code and table differ.",
    "",
    "**kept**: it arrives. **emulated**: the gateway does it another way. **approximated**: something near it arrives. **dropped**: it does not. (meaning): the answer may differ; `strict` refuses the call. (hint): speed, price or looks may. An empty cell: the client's dialect has no words for it. Within one dialect everything passes, byte for byte on the native lane.",
    "",
    "Text, calls, order, finish and usage are never a loss; the test holds that too.",
    "",
    "What one model or vendor does not take on top of this (an effort, a temperature) is a row in `src/providers`, told per call in the log.",
    "",
    "## Requests: from the client's dialect to the upstream's",
    "",
    ...rows(measureRequests()),
    "",
    "## Answers: from the upstream's dialect to the client's",
    "",
    ...rows(measureAnswers()),
    "",
    "## The names of losses",
    "",
    "As the log lists them; the path beside each is the caller's own, up to a word that no API has. Of a request, `x-codeswitch-losses` counts those of weight meaning and `x-codeswitch-hints` the others. A `seal` of an answer counts only where the vault does not keep it.",
    "",
    "| name | what |",
    "| --- | --- |",
    ...Object.entries(FEATURES).map(([name, what]) => `| \`${name}\` | ${what} |`),
    "",
  ].join("\n");
}

function rows(measured: readonly Measured[]): readonly string[] {
  const pairs = CROSSINGS.flatMap((from) => CROSSINGS.filter((to) => to !== from).map((to) => ({ from, to })));
  const features = [...new Set(measured.map((row) => row.feature))];
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [
    line(["feature", ...pairs.map(({ from, to }) => `${TITLES[from]} → ${TITLES[to]}`)]),
    line(["---", ...pairs.map(() => "---")]),
    ...features.map((feature) =>
      line([
        feature,
        ...pairs.map(({ from, to }) =>
          cell(measured.find((row) => row.feature === feature && row.from === from && row.to === to)),
        ),
      ]),
    ),
  ];
}

function cell(row: Measured | undefined): string {
  if (!row) return "";
  if (row.losses.length === 0) return "kept";
  return [...new Set(row.losses.map((loss) => `${loss.how} (${loss.weight})`))].join(", ");
}
