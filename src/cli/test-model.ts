/** `codeswitch test [MODEL]`: one real call through the gateway, told in words. */
import { defineCommand } from "citty";
import type { Config } from "../config/config.ts";
import type { Failed } from "../probe/call.ts";
import { type Answer, type Refused, type Tokens, watched } from "../probe/watched.ts";
import { listedModels } from "../routing/plan.ts";
import { command } from "../typed/command.ts";
import { escaped } from "../wire/printable.ts";
import { momentary } from "./momentary.ts";
import { addressFault, type Address, findGateway, KEY_ARG, keyHere, URL_ARG } from "./find-gateway.ts";
import { paint } from "./paint.ts";
import { NO_KEY } from "./setup-connection.ts";
import { CONFIG_ARG, loadHere, printWarnings } from "./surroundings.ts";
import { table, TERMINAL } from "./table.ts";
import { Failure, UsageError } from "./usage.ts";

export const testCommand = defineCommand({
  meta: {
    name: "test",
    description: "Make one real call and tell in words what came of it. Costs a few tokens.",
  },
  args: {
    model: {
      type: "positional",
      required: false,
      valueHint: "MODEL",
      description: "What to ask for. Default: the first one listed.",
    },
    prompt: { type: "string", valueHint: "TEXT", description: "What to say to it. Default: a hello." },
    config: CONFIG_ARG,
    url: URL_ARG,
    key: KEY_ARG,
  },
  run: async ({ args }) => {
    const config = loadHere(args.config, {});
    printWarnings(config);
    const address = await findGateway(config, args.url, args.config);
    const wrong = addressFault(address);
    if (wrong !== undefined) throw new Failure(`${CROSS} ${wrong}`);
    const key = keyHere(args.key, args.config) ?? (address.isNamed ? undefined : config.keys[0]?.key);
    const call = { key: key ?? NO_KEY, model: modelOf(config, args.model, address), prompt: args.prompt ?? HELLO };
    tell(await askThere(config, address, call), call.model);
  },
});

const CROSS = paint("✗", process.stderr);
const HELLO = "Say hello in one short sentence.";
/** A model that thinks may take this long for a sentence. */
const TIMEOUT_MS = 120_000;

interface Call {
  readonly key: string;
  readonly model: string;
  readonly prompt: string;
}

function modelOf(config: Config, asked: string | undefined, { isNamed, url }: Address): string {
  if (asked !== undefined) return asked;
  if (isNamed) throw new UsageError(`Which model of ${url}? ${command(`test MODEL --url ${url}`)}`);
  const [first] = listedModels(config);
  if (first) return first.name;
  throw new UsageError(`Nothing is listed that could be asked for as it stands. Name one: ${command("test MODEL")}`);
}

function ask(call: Call & { readonly url: string }): Promise<Answer | Refused | Failed> {
  console.log(`Asking ${call.model} at ${call.url} …`);
  return watched({ ...call, timeoutMs: TIMEOUT_MS });
}

/** The gateway that runs; where none does here, one for the moment. */
async function askThere(
  config: Config,
  { url, there, isNamed }: Address,
  call: Call,
): Promise<Answer | Refused | Failed> {
  if (there.kind === "gateway" || isNamed) return ask({ ...call, url });
  console.log(`No gateway runs at ${url}, so one is started for the moment. Start yours: ${command("start")}`);
  const own = await momentary(config);
  try {
    return await ask({ ...call, url: own.url });
  } finally {
    await own.stop();
  }
}

/** Throws Failure where it is no answer. */
function tell(got: Answer | Refused | Failed, model: string): void {
  switch (got.kind) {
    case "failed":
      throw new Failure(`${CROSS} The gateway did not answer: ${got.words}. ${got.fix}`);
    case "refused":
      throw new Failure(`${CROSS} ${refusal(got, model)}`);
    case "answer":
      console.log(`\n${table(rows(got), { indent: "  ", width: TERMINAL })}`);
      console.log(`\n${paint("✓")} ${model} answers.`);
  }
}

function refusal({ status, words, headers }: Refused, model: string): string {
  const id = headers.get("x-codeswitch-request-id");
  const said = `${model} did not answer (status ${status}): ${escaped(words)}`;
  return `${said}\n  ${whatToDo(status)} In the gateway's log this is the call ${id}.`;
}

function whatToDo(status: number): string {
  switch (status) {
    case 401:
      return "Run this where the gateway was started, with its variables; or give its key in CODESWITCH_KEY.";
    case 403:
    case 404:
      return `What there is to ask for: ${command("models")}.`;
    case 429:
      return "Wait, or add a second target to the model (docs/CONFIG.md).";
    default:
      return `What is wrong, and how to mend it: ${command("doctor")}.`;
  }
}

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
  if (target === null) return "not told: the answer began late, and the gateway's log has it";
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
