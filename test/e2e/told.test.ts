/** What the log and the headers tell of a call: what was lost, by what matters; who made it; and why it failed, in words of the gateway's own. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { startGateway } from "../../src/gateway.ts";
import type { CallRecord } from "../../src/ledger/ledger.ts";
import { logOf } from "../../src/observe/log.ts";
import { configOf, provider, target } from "./gateway.ts";
import { type Answering, PATIENCE_MS, type Upstream, upstream, within } from "./upstream.ts";
import { bodyFor, CROSSINGS, PATH, post, WHOLE, wholeStream, type Wire, WIRES } from "./wires.ts";

const KEYS = [
  { name: "laptop", key: "a-key-of-30-characters-0123456" },
  { name: "forgetful", key: "another-key-of-30-characters-0", vault: "off" },
] as const;

interface Told {
  readonly response: Response;
  readonly body: string;
  readonly line: string;
  readonly record: CallRecord;
}
type ReplyContext = (client: Wire, model: string, more?: object, key?: string) => Promise<Told>;

let vendor: Upstream;
let answer: Answering;
const lines: string[] = [];
const records: CallRecord[] = [];
let gateway: Awaited<ReturnType<typeof startGateway>>;
beforeAll(async () => {
  vendor = upstream((asked, count) => answer(asked, count));
  const config = configOf({
    keys: KEYS,
    providers: WIRES.map((wire) => provider(wire, wire, vendor.url)),
    models: WIRES.map((wire) => ({ name: wire, targets: [target(wire, wire)] })),
  });
  const text = logOf("text", (line) => void lines.push(line));
  gateway = await startGateway(config, {
    log: { ...text, write: (record) => (records.push(record), text.write(record)) },
  });
});
afterAll(async () => {
  await gateway.stop();
  await vendor.stop();
});

const ask: ReplyContext = async (client, model, more = {}, key = KEYS[0].key) => {
  const known = lines.length;
  const headers = { authorization: `Bearer ${key}`, "user-agent": "curl/8" };
  const response = await post(gateway.url, PATH[client], bodyFor(client, model, { ...more }), headers);
  const body = await response.text();
  await within(PATIENCE_MS, "a line", lined(known));
  return { response, body, line: lines[known] ?? "", record: records.at(-1) as CallRecord };
};
async function lined(known: number): Promise<void> {
  while (lines.length <= known) await Bun.sleep(2);
}

const good =
  (wire: Wire): Answering =>
  ({ body }) =>
    body["stream"] === true
      ? new Response(wholeStream(wire), { headers: { "content-type": "text/event-stream" } })
      : Response.json(WHOLE[wire]);

describe.each(["whole", "streamed"] as const)("a %s answer", (how) => {
  const stream = { stream: how === "streamed" };

  test("counts what may change it in the header as in the line, and both name the first", async () => {
    answer = good("responses");
    const { response, line, record } = await ask("messages", "responses", { ...stream, stop_sequences: ["x"] });
    expect(response.headers.get("x-codeswitch-losses")).toBe("1");
    expect(response.headers.get("x-codeswitch-lost")).toBe("stop_sequences");
    expect(line).toContain(" · 1 lost: stop_sequences · ");
    expect(record).toMatchObject({ lossCount: 1, losses: [{ path: "stop_sequences", weight: "meaning" }] });
  });

  test("whose call lost nothing but hints says 0, and nothing in the line; the record lists them", async () => {
    answer = good("chat");
    const system = [{ type: "text", text: "s", cache_control: { type: "ephemeral" } }];
    const { response, line, record } = await ask("messages", "chat", { ...stream, system });
    expect(response.headers.get("x-codeswitch-losses")).toBe("0");
    expect(response.headers.get("x-codeswitch-hints")).toBe("1");
    expect(response.headers.has("x-codeswitch-lost")).toBe(false);
    expect(line).not.toMatch(/lost|loss/);
    expect(record).toMatchObject({ lossCount: 0, hintCount: 1, losses: [{ feature: "cache-breakpoint" }] });
  });

  test("of which something is lost after the headers: the line counts that apart, and agrees with them", async () => {
    const paused = { ...WHOLE.messages, stop_reason: "pause_turn" };
    answer = ({ body }) =>
      body["stream"] === true
        ? new Response(wholeStream("messages").replace('"stop_reason":"tool_use"', '"stop_reason":"pause_turn"'), {
            headers: { "content-type": "text/event-stream" },
          })
        : Response.json(paused);
    const { response, line, record } = await ask("chat", "messages", stream);
    expect(response.headers.get("x-codeswitch-losses")).toBe("0");
    expect(line).toContain(" · 1 lost of the answer: answer.finish · ");
    expect(record).toMatchObject({ lossCount: 0, answerLossCount: 1 });
  });
});

test("sealed reasoning that a client has no field for is no loss where the vault keeps it, and one where there is none", async () => {
  const reasoning = { id: "rs_1", type: "reasoning", summary: [], encrypted_content: "c2VhbGVk" };
  const output = [reasoning, ...(WHOLE.responses["output"] as object[])];
  answer = () => Response.json({ ...WHOLE.responses, output });
  const kept = await ask("chat", "responses");
  expect([kept.response.status, kept.record.losses]).toEqual([200, []]);
  const dropped = await ask("chat", "responses", {}, KEYS[1].key);
  expect(dropped.record).toMatchObject({ answerHintCount: 1, losses: [{ feature: "seal", weight: "hint" }] });
});

test("a strict call that is refused says what could not cross", async () => {
  const headers = { authorization: `Bearer ${KEYS[0].key}`, "x-codeswitch-strict": "true" };
  const known = lines.length;
  const response = await post(
    gateway.url,
    PATH.messages,
    bodyFor("messages", "responses", { stop_sequences: ["x"] }),
    headers,
  );
  expect(response.status).toBe(400);
  await within(PATIENCE_MS, "a line", lined(known));
  expect(lines[known]).toContain(
    " 400 unsupported: responses cannot express stop_sequences, and the call is strict · ",
  );
  expect(records.at(-1)?.attempts).toEqual([]);
});

test("a line names the caller's key, and its id finds the answer that a client got", async () => {
  answer = good("chat");
  for (const { name, key } of KEYS) {
    const { response, line } = await ask("chat", "chat", {}, key);
    expect(line).toContain(` ${name} curl chat → chat/served 200 · `);
    const [short = "-"] = /[0-9a-f-]{18}$/.exec(line) ?? [];
    expect(response.headers.get("x-codeswitch-request-id")).toStartWith(short);
  }
});

const CANARY = "CANARY my secret diary";
const REFUSALS: readonly (readonly [number, string])[] = [
  [400, "refuses the request"],
  [401, "key"],
  [403, "may not do this"],
  [404, "no such model"],
  [429, "limit"],
  [500, "failed"],
];

for (const { client, upstream: wire } of CROSSINGS)
  test.each(REFUSALS)(
    `a failure says why, and not in words that may quote a prompt: ${client} over ${wire}, %d`,
    async (status, words) => {
      const error = { type: CANARY, code: CANARY, message: `The model ${CANARY}`, param: CANARY };
      answer = () => Response.json({ type: "error", error }, { status, headers: { "retry-after": "30" } });
      const { line, record } = await ask(client, wire);
      expect(line).toContain(`${wire} `);
      expect(line).toContain(words);
      expect(record.why).toContain(words);
      expect(record.attempts).toMatchObject(record.attempts.map(() => ({ provider: wire, status, why: record.why })));
      expect(JSON.stringify([line, record])).not.toContain("CANARY");
    },
  );
