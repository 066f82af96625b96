/** `codeswitch test [MODEL]`: one real call through the gateway, told in words. */
import { defineCommand } from "citty";
import type { Config } from "../config/config.ts";
import type { Failed } from "../probe/call.ts";
import { askModels, REQUEST_ID } from "../probe/gateway.ts";
import type { Tokens } from "../dialects/openai-chat/probe.ts";
import { type Answer, type Refused, watched } from "../probe/watched.ts";
import { listedModels } from "../routing/plan.ts";
import { command } from "../typed/command.ts";
import { escaped } from "../wire/printable.ts";
import { momentary } from "./momentary.ts";
import { addressFault, type Address, findGateway, GATEWAY_ARGS, keyFor, keyHere, refusesKey } from "./find-gateway.ts";
import { paint } from "./paint.ts";
import { CONFIG_ARG, loadHere, printWarnings } from "./surroundings.ts";
import { table, TERMINAL } from "./table.ts";
import { Failure, UsageError } from "./usage.ts";
import { flag, word } from "./flags.ts";

export const testCommand = defineCommand({
  meta: {
    name: "test",
    description: "Make one real call and tell in words what came of it. Costs a few tokens.",
  },
  args: {
    model: word("MODEL", "What to ask for. Default: the first one listed."),
    prompt: flag("TEXT", "What to say to it. Default: a hello."),
    config: CONFIG_ARG,
    ...GATEWAY_ARGS,
  },
  run: async ({ args }) => {
    const config = loadHere(args.config, {});
    printWarnings(config);
    const address = await findGateway(config, args.url, args.config);
    const wrong = addressFault(address);
    if (wrong !== undefined) throw new Failure(`${CROSS} ${wrong}`);
    const key = keyFor(config, address, keyHere(args.key, args.config));
    const model = args.model ?? (await firstModel(config, address, key));
    const call = { key, model, prompt: args.prompt ?? HELLO };
    if (address.there.kind === "gateway" || address.isNamed)
      return tell(await ask({ ...call, url: address.url }), call, { config, address });
    console.log(
      `No gateway runs at ${address.url}, so one is started for the moment. Start yours: ${command("start")}`,
    );
    tell(await askMomentary(config, call), call);
  },
});

const CROSS = paint("✗", process.stderr);
const HELLO = "Say hello in one short sentence.";
/** A model that thinks may take this long for a sentence. */
const TIMEOUT_MS = 120_000;

interface Call {
  readonly key: string | undefined;
  readonly model: string;
  readonly prompt: string;
}

/** Of the gateway that will be asked. Throws Failure where it does not say. */
async function firstModel(config: Config, address: Address, key: string | undefined): Promise<string> {
  const { url, there, isNamed } = address;
  const isHere = there.kind !== "gateway" && !isNamed;
  const reply = isHere
    ? ({ kind: "serves", models: listedModels(config).map(({ name }) => name) } as const)
    : await askModels(url, key);
  if (reply.kind === "refuses") throw new Failure(`${CROSS} ${refusesKey(config, address, key)}`);
  if (reply.kind === "fails")
    throw new Failure(`${CROSS} The gateway at ${url} does not say what it serves: ${reply.words}`);
  const [first] = reply.models;
  if (first !== undefined) return first;
  throw new UsageError(`Nothing is listed that could be asked for as it stands. Name one: ${command("test MODEL")}`);
}

function ask(call: Call & { readonly url: string }): Promise<Answer | Refused | Failed> {
  console.log(`Asking ${call.model} at ${call.url} …`);
  return watched({ ...call, timeoutMs: TIMEOUT_MS });
}

async function askMomentary(config: Config, call: Call): Promise<Answer | Refused | Failed> {
  const own = await momentary(config);
  try {
    return await ask({ ...call, url: own.url });
  } finally {
    await own.stop();
  }
}

interface Here {
  readonly config: Config;
  readonly address: Address;
}

/** Throws Failure where it is no answer. Without a `here` it was asked of a gateway for the moment, which keeps no log. */
function tell(got: Answer | Refused | Failed, { model, key }: Call, here?: Here): void {
  switch (got.kind) {
    case "failed":
      throw new Failure(`${CROSS} The gateway did not answer: ${got.words}. ${got.fix}`);
    case "refused":
      if (here && got.status === 401 && got.code !== PROVIDER_KEY)
        throw new Failure(`${CROSS} ${refusesKey(here.config, here.address, key)}`);
      throw new Failure(`${CROSS} ${refusal(got, model)}${here ? ` ${inTheLog(got)}` : ""}`);
    case "answer":
      console.log(`\n${table(rows(got), { indent: "  ", width: TERMINAL })}`);
      console.log(`\n${paint("✓")} ${model} answers.`);
  }
}

/** A 401 that is not about the caller's key. */
const PROVIDER_KEY = "provider_key_refused";

const refusal = ({ status, words }: Refused, model: string): string =>
  `${model} did not answer (status ${status}): ${escaped(words)}\n  ${WHAT_TO_DO[status] ?? LOOK}`;

const inTheLog = ({ headers }: Refused): string => `In the gateway's log this is the call ${headers.get(REQUEST_ID)}.`;

const WHAT_THERE_IS = `What there is to ask for: ${command("models")}.`;
const WHAT_TO_DO: Readonly<Record<number, string>> = {
  403: WHAT_THERE_IS,
  404: WHAT_THERE_IS,
  429: "Wait, or add a second target to the model (docs/CONFIG.md).",
};
const LOOK = `What is wrong, and how to mend it: ${command("doctor")}.`;

const rows = (got: Answer): string[][] => [
  ["Went to", whereTo(got.headers)],
  ["Answer", got.text.trim() === "" ? "complete, and without a word" : `“${firstWords(got.text)}”`],
  ["First token", got.firstMs === undefined ? "none came" : `after ${seconds(got.firstMs)}`],
  ["All of it", `after ${seconds(got.tookMs)}`],
  ["Tokens", got.tokens ? tokensLine(got.tokens) : "not told"],
  ["Lost", lossesLine(got.headers)],
];

const LANES: Readonly<Record<string, string>> = {
  native: "passed on byte for byte",
  translated: "translated on the way",
};

function whereTo(headers: Headers): string {
  const target = headers.get("x-codeswitch-target");
  if (target === null) return "not told in time; the gateway's log has it";
  const lane = LANES[headers.get("x-codeswitch-lane") ?? ""];
  return decodeURI(target) + (lane === undefined ? "" : `, ${lane}`);
}

const WORDS_MAX = 160;

function firstWords(text: string): string {
  const line = escaped(text.replace(/\s+/g, " ").trim());
  return line.length <= WORDS_MAX ? line : `${line.slice(0, line.lastIndexOf(" ", WORDS_MAX))} …`;
}

const seconds = (ms: number): string => (ms < 1_000 ? `${ms} ms` : `${(ms / 1_000).toFixed(1)} s`);

function tokensLine({ prompt, cached, output, thinking }: Tokens): string {
  const part = (count: number | undefined, word: string): string =>
    count === undefined || count === 0 ? "" : ` (${count} ${word})`;
  return `${prompt} in${part(cached, "from the cache")}, ${output} out${part(thinking, "of thinking")}`;
}

function lossesLine(headers: Headers): string {
  const count = Number(headers.get("x-codeswitch-losses") ?? 0);
  return count === 0
    ? "nothing"
    : `${count} ${count === 1 ? "thing" : "things"} that could not cross; the log names them`;
}
