/** Vendors whose answers do not end, or end too late: every wait has an end, the connection is released, and the next target answers. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import type { ProviderConfig } from "../../src/config/config.ts";
import { LIMITS } from "../../src/wire/limits.ts";
import { NEVER_COOL, provider, type Running, start, startThree, target } from "./gateway.ts";
import { headOf, type Line, type RawUpstream, rawUpstream, STREAM } from "./raw-upstream.ts";
import { type Upstream, upstream, within } from "./upstream.ts";
import { bodyFor, PATH, post, readStream, stepsOf, WHOLE, wholeStream, type Wire, WIRES } from "./wires.ts";

const LIMITS_MS = { firstByteMs: 200, idleMs: 150 };
/** Far above the limits, for a busy machine; far below the defaults, which are minutes. */
const ENDS_MS = 15_000;
/** Where bytes decide, and a busy machine must not let the time do so. */
const NO_LIMITS = { firstByteMs: 4 * ENDS_MS, idleMs: 4 * ENDS_MS };
const MB = 1024 * 1024;

const ERROR = headOf("500 Internal Server Error", { "content-type": "application/json", "content-length": "100" });
const JSON_HEAD = headOf("200 OK", { "content-type": "application/json", "content-length": "1000000" });

interface Story {
  readonly name: string;
  readonly asks: readonly ("whole" | "stream")[];
  answer(line: Line): void;
}
const STORIES: readonly Story[] = [
  {
    name: "an error whose body stays away",
    asks: ["whole", "stream"],
    answer: (line) => line.write(`${ERROR}{"err`),
  },
  {
    name: "an error whose body drips",
    asks: ["whole", "stream"],
    answer: (line) => (line.write(ERROR), line.drip(" ", 20)),
  },
  {
    name: "an error whose body is endless",
    asks: ["whole", "stream"],
    answer: (line) => (
      line.write(headOf("500 Internal Server Error", { connection: "close" })),
      line.flood("x".repeat(MB))
    ),
  },
  {
    name: "a redirect whose body is endless",
    asks: ["whole", "stream"],
    answer: (line) => (
      line.write(headOf("307 Temporary Redirect", { location: "/", connection: "close" })),
      line.flood("x".repeat(MB))
    ),
  },
  {
    name: "a whole answer that drips blank lines",
    asks: ["whole"],
    answer: (line) => (line.write(JSON_HEAD), line.drip("\n", 20)),
  },
  { name: "a stream of nothing", asks: ["stream"], answer: (line) => line.write(STREAM) },
  {
    name: "a stream of comments that drip",
    asks: ["stream"],
    answer: (line) => (line.write(STREAM), line.drip(": keep-alive\n\n", 20)),
  },
  {
    name: "a stream of comments that pour",
    asks: ["stream"],
    answer: (line) => (line.write(STREAM), line.flood(": keep-alive\n\n".repeat(1_000))),
  },
  {
    name: "a stream whose first line is endless",
    asks: ["stream"],
    answer: (line) => (line.write(STREAM), line.flood("x".repeat(MB))),
  },
];

/** Each dialect on both lanes: as bytes, and translated. */
const CROSSINGS = WIRES.flatMap((client, at) =>
  [client, WIRES[(at + 1) % WIRES.length] as Wire].map((upstream) => ({ client, upstream })),
);

describe("the next target answers, and the vendor is released", () => {
  let story: Story;
  let bad: RawUpstream;
  let good: Readonly<Record<Wire, Upstream>>;
  let gateway: Running;
  beforeAll(async () => {
    bad = rawUpstream((line) => story.answer(line));
    const healthy = (wire: Wire): Upstream =>
      upstream(({ body }) =>
        body["stream"] === true
          ? new Response(wholeStream(wire), { headers: { "content-type": "text/event-stream" } })
          : Response.json(WHOLE[wire]),
      );
    good = { chat: healthy("chat"), responses: healthy("responses"), messages: healthy("messages") };
    gateway = await start({
      cooldowns: NEVER_COOL,
      providers: WIRES.flatMap((wire) => [
        provider(`bad-${wire}`, wire, bad.url, LIMITS_MS),
        provider(`good-${wire}`, wire, good[wire].url),
      ]),
      models: WIRES.map((wire) => ({
        name: wire,
        targets: [target(`bad-${wire}`, wire), target(`good-${wire}`, wire)],
      })),
    });
  });
  afterAll(async () => {
    await gateway?.stop();
    await bad?.stop();
    for (const one of Object.values(good ?? {})) await one.stop();
  });

  for (const one of STORIES)
    for (const how of one.asks)
      for (const { client, upstream: model } of CROSSINGS)
        test(
          `${one.name}, ${how} asked: ${client} client, ${model} upstream`,
          async () => {
            story = one;
            const [badBefore, goodBefore] = [bad.asked, good[model].asked.length];
            const body = bodyFor(client, model, { stream: how === "stream" });
            const response = await within(ENDS_MS, "an answer", post(gateway.url, PATH[client], body));
            expect(await response.text()).toContain(how === "stream" ? "three." : "Done.");
            expect(response.status).toBe(200);
            expect([bad.asked - badBefore, good[model].asked.length - goodBefore]).toEqual([1, 1]);
            await within(ENDS_MS, "the vendor's release", bad.released());
            expect(gateway.records.at(-1)).toMatchObject({
              outcome: "ended",
              provider: `good-${model}`,
              attempts: [{}, { status: 200 }],
            });
          },
          2 * ENDS_MS,
        );
});

describe("without another target", () => {
  const open: { stop(): Promise<void> }[] = [];
  afterEach(async () => {
    for (const one of open.splice(0).reverse()) await one.stop();
  });
  const alone = async (
    wire: Wire,
    answer: (line: Line) => void,
    limits: Partial<ProviderConfig> = LIMITS_MS,
  ): Promise<{ bad: RawUpstream; gateway: Running }> => {
    const bad = rawUpstream(answer);
    const gateway = await start({
      providers: [provider("bad", wire, bad.url, limits)],
      models: [{ name: "m", targets: [target("bad", wire)] }],
    });
    open.push(bad, gateway);
    return { bad, gateway };
  };

  for (const wire of ["responses", "messages"] as const)
    test(`events without a word are an answer that is too long before its first one, ${wire}`, async () => {
      const pad = `event: ping\ndata: {"type":"ping","pad":"${"x".repeat(64 * 1024)}"}\n\n`;
      const { bad, gateway } = await alone(wire, (line) => (line.write(STREAM), line.flood(pad)), NO_LIMITS);
      const response = await post(gateway.url, PATH[wire], bodyFor(wire, "m", { stream: true }));
      expect([response.status, await response.text()]).toEqual([
        502,
        expect.stringContaining(`more than ${LIMITS.openingBytesMax} bytes before the first word`),
      ]);
      await within(ENDS_MS, "the vendor's release", bad.released());
    }, 60_000);

  for (const wire of WIRES) {
    test(`an error whose body stays away keeps its status, ${wire}`, async () => {
      const head = headOf("400 Bad Request", { "content-type": "text/plain", "content-length": "100" });
      const { bad, gateway } = await alone(wire, (line) => line.write(`${head}half a reas`));
      const response = await within(ENDS_MS, "an answer", post(gateway.url, PATH[wire], bodyFor(wire, "m")));
      expect([response.status, await response.text()]).toEqual([400, expect.stringContaining("half a reas")]);
      await within(ENDS_MS, "the vendor's release", bad.released());
    });

    test(`a lone start with pings behind it is passed on at once, ${wire}`, async () => {
      const [first = ""] = stepsOf(wire).map((step) => step.send);
      const start = first.slice(0, first.indexOf("\n\n") + 2);
      const { gateway } = await alone(wire, (line) => (line.write(STREAM + start), line.drip(": ping\n\n", 20)));
      const response = await within(
        ENDS_MS,
        "headers",
        post(gateway.url, PATH[wire], bodyFor(wire, "m", { stream: true })),
      );
      expect(response.status).toBe(200);
      await response.body?.cancel();
    });

    test(`a whole answer whose head and blank lines come early may take until first_byte_ms, ${wire}`, async () => {
      const json = JSON.stringify(WHOLE[wire]);
      const head = headOf("200 OK", {
        "content-type": "application/json",
        "content-length": String(Buffer.byteLength(json) + 1),
      });
      const { gateway } = await alone(
        wire,
        (line) => (line.write(`${head}\n`), void setTimeout(() => line.write(json), 600)),
        { firstByteMs: ENDS_MS, idleMs: 100 },
      );
      const response = await within(ENDS_MS, "an answer", post(gateway.url, PATH[wire], bodyFor(wire, "m")));
      expect([response.status, await response.text()]).toEqual([200, expect.stringContaining("Done.")]);
    });

    test(`a whole answer that stops behind its beginning is told with both limits, ${wire}`, async () => {
      const { bad, gateway } = await alone(wire, (line) => line.write(`${JSON_HEAD}\n`), {
        firstByteMs: 400,
        idleMs: 100,
      });
      const response = await within(ENDS_MS, "an answer", post(gateway.url, PATH[wire], bodyFor(wire, "m")));
      expect([response.status, await response.text()]).toEqual([
        504,
        expect.stringContaining("first_byte_ms (0.4 seconds) is over, and nothing more came for idle_ms (0.1 seconds)"),
      ]);
      await within(ENDS_MS, "the vendor's release", bad.released());
    });

    test(`comment lines without an end behind the first word break the answer off, ${wire}`, async () => {
      const comments = (line: Line): void => {
        line.write(STREAM + (stepsOf(wire)[0]?.send ?? ""));
        line.flood(`: ${"x".repeat(MB)}\n`);
      };
      const { bad, gateway } = await alone(wire, comments, NO_LIMITS);
      const reader = readStream(wire, await post(gateway.url, PATH[wire], bodyFor(wire, "m", { stream: true })));
      const end = await within(
        ENDS_MS,
        "the end",
        reader.until(() => false),
      );
      expect([end.text, end.ended]).toEqual(["One ", false]);
      expect(end.error).toContain("larger than");
      await within(ENDS_MS, "the vendor's release", bad.released());
      expect(gateway.records.at(-1)).toMatchObject({ outcome: "failed", error: "upstream-failed" });
    });

    test(`a whole answer of too many parts is a 502, ${wire}`, async () => {
      const server = upstream(() => Response.json(MANY[wire]));
      const gateway = await startThree({ chat: server.url, responses: server.url, messages: server.url });
      open.push(server, gateway);
      const client = wire === "chat" ? "messages" : "chat";
      const response = await post(gateway.url, PATH[client], bodyFor(client, wire));
      expect([response.status, await response.text()]).toEqual([502, expect.stringContaining("parts")]);
    }, 60_000);

    for (const { client } of CROSSINGS.filter(({ upstream }) => upstream === wire))
      test(`comments behind the first word do not keep a silent stream open: ${client} client, ${wire} upstream`, async () => {
        const { bad, gateway } = await alone(wire, (line) => {
          line.write(STREAM + (stepsOf(wire)[0]?.send ?? ""));
          line.drip(": keep-alive\n\n", 20);
        });
        const reader = readStream(
          client,
          await post(gateway.url, PATH[client], bodyFor(client, "m", { stream: true })),
        );
        const end = await within(
          ENDS_MS,
          "the end",
          reader.until(() => false),
        );
        expect([end.text, end.ended]).toEqual(["One ", false]);
        expect(end.error).toContain("no event for 0.15 seconds");
        await within(ENDS_MS, "the vendor's release", bad.released());
        expect(gateway.records.at(-1)).toMatchObject({ outcome: "failed", error: "upstream-timeout" });
      });

    test(`events that say nothing keep a stream open, ${wire}`, async () => {
      const [first = "", ...rest] = stepsOf(wire).map((step) => step.send);
      const { gateway } = await alone(
        wire,
        (line) => {
          line.write(STREAM + first);
          line.drip('event: ping\ndata: {"type":"ping"}\n\n', 20);
          setTimeout(() => line.write(rest.join("")), 700);
        },
        { firstByteMs: ENDS_MS, idleMs: 400 },
      );
      const reader = readStream(wire, await post(gateway.url, PATH[wire], bodyFor(wire, "m", { stream: true })));
      const told = await within(
        ENDS_MS,
        "the whole text",
        reader.until(({ text }) => text === "One two three."),
      );
      expect(told.error).toBeUndefined();
      await reader.cancel();
    });

    for (const { client } of CROSSINGS.filter(({ upstream }) => upstream === wire))
      test(`an answer of too many parts is broken off: ${client} client, ${wire} upstream`, async () => {
        const frames = numbers.map(PART[wire]);
        const [first = ""] = stepsOf(wire).map((step) => step.send);
        const server = upstream(
          () =>
            new Response(first + frames.join("") + stepsOf(wire).at(-1)?.send, {
              headers: { "content-type": "text/event-stream" },
            }),
        );
        const gateway = await startThree({ chat: server.url, responses: server.url, messages: server.url });
        open.push(server, gateway);
        const reader = readStream(
          client,
          await post(gateway.url, PATH[client], bodyFor(client, wire, { stream: true })),
        );
        const end = await within(
          ENDS_MS,
          "the end",
          reader.until(() => false),
        );
        expect(end.error).toContain(`more than ${LIMITS.blocksMax} parts`);
        expect(end.ended).toBe(false);
        expect(gateway.records.at(-1)).toMatchObject({ outcome: "failed", error: "upstream-failed" });
      });
  }
});

const numbers = Array.from({ length: LIMITS.blocksMax + 1 }, (_, at) => at);
/** Whole answers of so many calls. */
const MANY: Readonly<Record<Wire, object>> = {
  chat: {
    ...WHOLE.chat,
    choices: [
      {
        index: 0,
        message: {
          role: "assistant",
          content: null,
          tool_calls: numbers.map((at) => ({
            id: `call_${at}`,
            type: "function",
            function: { name: "read", arguments: "{}" },
          })),
        },
        finish_reason: "tool_calls",
      },
    ],
  },
  responses: {
    ...WHOLE.responses,
    output: numbers.map((at) => ({
      type: "function_call",
      id: `fc_${at}`,
      call_id: `call_${at}`,
      name: "read",
      arguments: "{}",
      status: "completed",
    })),
  },
  messages: {
    ...WHOLE.messages,
    content: numbers.map((at) => ({ type: "tool_use", id: `call_${at}`, name: "read", input: {} })),
    stop_reason: "tool_use",
  },
};

const data = (value: object): string => `data: ${JSON.stringify(value)}\n\n`;
/** The call number `at` of an answer that already said a word. */
const PART: Readonly<Record<Wire, (at: number) => string>> = {
  chat: (at) =>
    data({
      id: "chatcmpl-1",
      object: "chat.completion.chunk",
      created: 1,
      model: "served",
      choices: [
        {
          index: 0,
          delta: {
            tool_calls: [
              { index: at, id: `call_${at}`, type: "function", function: { name: "read", arguments: "{}" } },
            ],
          },
          finish_reason: null,
        },
      ],
    }),
  responses: (at) =>
    data({
      type: "response.output_item.added",
      output_index: at + 1,
      item: {
        type: "function_call",
        id: `fc_${at}`,
        call_id: `call_${at}`,
        name: "read",
        arguments: "",
        status: "in_progress",
      },
    }),
  messages: (at) =>
    data({
      type: "content_block_start",
      index: at + 1,
      content_block: { type: "tool_use", id: `call_${at}`, name: "read", input: {} },
    }) + data({ type: "content_block_stop", index: at + 1 }),
};

describe("a count of tokens is estimated, and the vendor released, when the vendor's counter", () => {
  const COUNT = '{"input_tokens":4711}';
  const STORIES: readonly { readonly name: string; readonly answer: (line: Line) => void }[] = [
    { name: "says nothing", answer: () => {} },
    { name: "says its head only", answer: (line) => line.write(JSON_HEAD) },
    { name: "drips", answer: (line) => (line.write(JSON_HEAD), line.drip(" ", 20)) },
    {
      name: "does not end",
      answer: (line) => (
        line.write(headOf("200 OK", { "content-type": "application/json", connection: "close" })),
        line.flood(" ".repeat(MB))
      ),
    },
    {
      name: "answers with a web page",
      answer: (line) => line.write(headOf("200 OK", { "content-length": "6", connection: "close" }) + "<html>"),
    },
    { name: "refuses and does not end", answer: (line) => (line.write(ERROR), line.drip(" ", 20)) },
    {
      name: "breaks off",
      answer: (line) => line.write(JSON_HEAD + COUNT),
    },
  ];
  for (const { name, answer } of STORIES)
    test(name, async () => {
      const bad = rawUpstream(answer);
      const gateway = await start({
        providers: [provider("bad", "messages", bad.url, LIMITS_MS)],
        models: [{ name: "m", targets: [target("bad", "messages")] }],
      });
      const response = await within(
        ENDS_MS,
        "a count",
        post(gateway.url, "/v1/messages/count_tokens", { model: "m", messages: [{ role: "user", content: "Hello." }] }),
      );
      expect([response.status, response.headers.get("x-codeswitch-estimated")]).toEqual([200, "true"]);
      expect(((await response.json()) as { input_tokens: number }).input_tokens).toBeLessThan(100);
      expect(bad.asked).toBe(1);
      if (name !== "answers with a web page") await within(ENDS_MS, "the vendor's release", bad.released());
      await gateway.stop();
      await bad.stop();
    });
});
