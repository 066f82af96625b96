/** Strange names of models, paths and header values: no vendor is asked beyond its paths, no 5xx of ours, no line of the log forged. */
import type { ProviderConfig } from "../../src/config/config.ts";
import { startGateway } from "../../src/gateway.ts";
import { logOf } from "../../src/observe/log.ts";
import { configOf, provider, target } from "../e2e/gateway.ts";
import { rawRequest } from "../e2e/raw.ts";
import { upstream, within } from "../e2e/upstream.ts";
import { bodyFor, PATH, type Wire, WHOLE, WIRES } from "../e2e/wires.ts";
import { type Failure, hasErrorShape } from "./failure.ts";
import { isPlain, strangeHeader, strangeName } from "./names.ts";
import { random, type Random } from "./random.ts";

const KEY = "caller-key-0123456789abcdef";
/** What the caller's key may ask for, and the pattern behind which every name goes to a vendor as it is. */
const ALLOWED = "gpt-5-mini*";
const LINE_MAX = 4_000;

export async function fuzzNames(count: number, seed: number): Promise<readonly Failure[]> {
  const vendor = upstream(({ path }) => Response.json(WHOLE[path.includes("/messages") ? "messages" : "chat"]));
  const lines: string[] = [];
  const log = (["text", "json"] as const).map((format) => logOf(format, (line) => void lines.push(line)));
  const all = {
    info: (text: string) => log.forEach((one) => one.info(text)),
    warn: (text: string) => log.forEach((one) => one.warn(text)),
    write: (record: Parameters<(typeof log)[0]["write"]>[0]) => log.forEach((one) => one.write(record)),
  };
  const gateway = await startGateway(configOf(setupOf(vendor.url)), { log: all });
  const failures: Failure[] = [];
  for (let at = 0; at < count; at++) {
    const [asked, printed] = [vendor.asked.length, lines.length];
    const ask = replyContext(random(seed + at));
    const wrong = await judgeReply(gateway.url, ask);
    const away = vendor.asked.slice(asked).find(({ path }) => !isOurs(path));
    const forged = lines.slice(printed).find((line) => !isPlain(line) || line.length > LINE_MAX);
    const what =
      wrong ?? (away && `the vendor was asked at ${away.path}`) ?? (forged && `the log got ${JSON.stringify(forged)}`);
    if (what) failures.push({ seed: seed + at, what, input: JSON.stringify(ask) });
  }
  await gateway.stop();
  await vendor.stop();
  return failures;
}

/** A name in the path of a dated Azure, in the body elsewhere. */
function setupOf(url: string): Parameters<typeof configOf>[0] {
  const azure: Partial<ProviderConfig> = { kind: "azure", baseUrl: url, apiVersion: "2024-10-21" };
  return {
    keys: [{ name: "one", key: KEY, models: [ALLOWED, "chat/*", "messages/*", "azure/gpt-5-mini*"] }],
    providers: [
      provider("azure", "chat", url, azure),
      provider("chat", "chat", url),
      provider("messages", "messages", url),
    ],
    models: [
      { name: "gpt-*", targets: [target("azure", "chat", "*")] },
      { name: "chat/*", targets: [target("chat", "chat", "*")] },
      { name: "messages/*", targets: [target("messages", "messages", "*")] },
    ],
  };
}

/** A deployment is one name, and one that the key may use. */
function isOurs(path: string): boolean {
  if (/^\/v1\/(chat\/completions|messages)(\?beta=true)?$/.test(path)) return true;
  const deployment = /^\/openai\/deployments\/([^?#]+)\/chat\/completions\?api-version=2024-10-21$/.exec(path)?.[1];
  if (deployment === undefined) return false;
  const name = decodeURIComponent(deployment);
  return name.startsWith("gpt-5-mini") && !deployment.split("/").some((segment) => /^(\.|%2e){1,2}$/i.test(segment));
}

interface ReplyContext {
  readonly wire: Wire;
  readonly path: string;
  readonly model: string;
  readonly headers: Readonly<Record<string, string>>;
}

const HEADERS = [
  ...["host", "authorization", "user-agent", "origin", "x-session-id", "x-claude-code-session-id"],
  ...["x-codeswitch-strict", "anthropic-beta", "anthropic-version", "idempotency-key", "forwarded"],
];

/** One strange word in each, so that a finding says which it was. */
function replyContext(dice: Random): ReplyContext {
  const wire = dice.pick(WIRES);
  const model = dice.pick(["gpt-5-mini", "gpt-5-mini-", "chat/", "messages/", "azure/gpt-5-mini", ""]);
  const plain: ReplyContext = {
    wire,
    path: PATH[wire],
    model: `${model}x`,
    headers: { authorization: `Bearer ${KEY}` },
  };
  switch (dice.int(4)) {
    case 0:
      return { ...plain, headers: { ...plain.headers, [dice.pick(HEADERS)]: strangeHeader(dice) } };
    case 1:
      return {
        ...plain,
        path: inPath(dice.pick(["/", "/v1/", "/openai/deployments/", "/v1/models/"]) + strangeName(dice)),
      };
    case 2:
      return {
        ...plain,
        wire: "chat",
        path: inPath(`/openai/deployments/gpt-5-mini${strangeName(dice)}/chat/completions`),
      };
    default:
      return { ...plain, model: model + strangeName(dice) };
  }
}

/** What would end the first line of a request is written in percents. */
const inPath = (text: string): string => text.replaceAll(/[\u0000-\u0020\u007f-\uffff]/g, encodeURIComponent);

async function judgeReply(url: string, { wire, path, model, headers }: ReplyContext): Promise<string | undefined> {
  const body = JSON.stringify(bodyFor(wire, model));
  const request = { method: "POST", path, headers: { "content-type": "application/json", ...headers }, body };
  const reply = await within(10_000, "the reply", rawRequest(url, request)).catch((error: Error) => error);
  if (reply instanceof Error) return reply.message;
  if (reply.status >= 500) return `${reply.status}: ${reply.body.slice(0, 300)}`;
  // What is no HTTP is refused by the server itself, without a word.
  if (reply.status >= 400 && reply.body !== "" && !hasErrorShape(reply.body))
    return `no error: ${reply.body.slice(0, 300)}`;
  return undefined;
}
