/** The simulator as the official SDKs see it: every scenario, in each dialect, streamed and whole. */
import { afterAll, describe, expect, test } from "bun:test";
import { SDKS, WITHOUT_SDKS, anthropicSdk, openAi } from "../../test/clients/sdk.ts";
import { startSimulator } from "./server.ts";

const simulator = startSimulator({ strict: true });
afterAll(() => simulator.stop());
const withSdks = SDKS === undefined ? describe.skip : describe;
if (SDKS === undefined) console.log(`skipped: the simulator as the SDKs see it, since ${WITHOUT_SDKS}`);

type Fields = Readonly<Record<string, unknown>>;
const schema = {
  type: "object",
  properties: { city: { type: "string" }, days: { type: "integer", minimum: 2 } },
  required: ["city", "days"],
};
const HI = [{ role: "user", content: "hi there" }];

/** What an answer comes to, the same for the three dialects. */
interface Told {
  readonly text: string;
  readonly reasoning: string;
  readonly calls: readonly { readonly name: string; readonly input: string }[];
  readonly finish: string;
  readonly usage: { readonly input: number; readonly output: number; readonly cached: number };
  /** The calls, blocks or items as they came, to be sent back. */
  readonly turn: readonly Fields[];
}

type Talk = (model: string, stream: boolean, more?: Fields) => Promise<Told>;

/** What an SDK hands out, read by name: undefined where a step leads nowhere. */
const at = (value: unknown, ...steps: readonly (string | number)[]): unknown =>
  steps.reduce<unknown>((inner, step) => (inner as Record<string | number, unknown> | null | undefined)?.[step], value);
const textAt = (value: unknown, ...steps: readonly (string | number)[]): string => String(at(value, ...steps) ?? "");
const numberAt = (value: unknown, ...steps: readonly string[]): number => Number(at(value, ...steps));
const listAt = (value: unknown, ...steps: readonly (string | number)[]): readonly Fields[] =>
  (at(value, ...steps) ?? []) as readonly Fields[];
const ofType = (list: readonly Fields[], ...types: readonly string[]): readonly Fields[] =>
  list.filter((one) => types.includes(textAt(one, "type")));
const textsOf = (list: readonly Fields[], key: string, between = ""): string =>
  list.map((one) => textAt(one, key)).join(between);

const chat: Talk = async (model, stream, more = {}) => {
  const tools = [
    { type: "function", function: { name: "get_weather", parameters: schema } },
    { type: "function", function: { name: "stop", parameters: { type: "object", properties: {} } } },
  ];
  const usage = stream ? { stream_options: { include_usage: true } } : {};
  const body = { model, messages: HI, tools, stream, ...usage, ...more };
  const reply = await openAi(simulator.url).chat.completions.create(body);
  const whole = stream ? await folded(reply) : reply;
  const message = at(whole, "choices", 0, "message");
  const calls = listAt(message, "tool_calls");
  return {
    text: textAt(message, "content") + textAt(message, "refusal"),
    reasoning: textAt(message, "reasoning_content"),
    calls: calls.map((call) => ({
      name: textAt(call, textAt(call, "type"), "name"),
      input: textAt(call, "function", "arguments") || textAt(call, "custom", "input"),
    })),
    finish: textAt(whole, "choices", 0, "finish_reason"),
    usage: {
      input: numberAt(whole, "usage", "prompt_tokens"),
      output: numberAt(whole, "usage", "completion_tokens"),
      cached: numberAt(whole, "usage", "prompt_tokens_details", "cached_tokens"),
    },
    turn: calls,
  };
};

/** The chunks as one whole answer: what a Chat client has to do for itself. */
async function folded(chunks: AsyncIterable<Fields>): Promise<Fields> {
  const message = { content: "", reasoning_content: "", refusal: "" };
  const calls: { id: string; type: string; name: string; input: string }[] = [];
  let [finish, usage]: readonly unknown[] = [];
  for await (const chunk of chunks) {
    usage = chunk["usage"] ?? usage;
    finish = at(chunk, "choices", 0, "finish_reason") ?? finish;
    const delta = at(chunk, "choices", 0, "delta");
    for (const key of ["content", "reasoning_content", "refusal"] as const) message[key] += textAt(delta, key);
    for (const piece of listAt(delta, "tool_calls")) {
      const type = textAt(piece, "type");
      const call = (calls[Number(piece["index"])] ??= { id: textAt(piece, "id"), type, name: "", input: "" });
      call.name += textAt(piece, call.type, "name");
      call.input += textAt(piece, call.type, call.type === "custom" ? "input" : "arguments");
    }
  }
  const tool_calls = calls.map(({ id, type, name, input }) => ({
    id,
    type,
    [type]: { name, [type === "custom" ? "input" : "arguments"]: input },
  }));
  return { choices: [{ message: { ...message, tool_calls }, finish_reason: finish }], usage };
}

const responses: Talk = async (model, stream, more = {}) => {
  const tools = [
    { type: "function", name: "get_weather", parameters: schema, strict: false },
    { type: "function", name: "stop", parameters: { type: "object", properties: {} }, strict: false },
  ];
  const asks = { include: ["reasoning.encrypted_content"], reasoning: { summary: "auto" } };
  const body = { model, input: HI, tools, ...asks, ...more };
  const api = openAi(simulator.url).responses;
  const reply = stream ? await api.stream(body).finalResponse() : await api.create(body);
  const output = listAt(reply, "output");
  const parts = ofType(output, "message").flatMap((item) => listAt(item, "content"));
  return {
    text: textsOf(parts, "text") + textsOf(parts, "refusal"),
    reasoning: textsOf(
      ofType(output, "reasoning").flatMap((item) => listAt(item, "summary")),
      "text",
      "\n\n",
    ),
    calls: ofType(output, "function_call", "custom_tool_call").map((item) => ({
      name: textAt(item, "name"),
      input: textAt(item, "arguments") || textAt(item, "input"),
    })),
    finish: textAt(reply, "incomplete_details", "reason") || textAt(reply, "status"),
    usage: {
      input: numberAt(reply, "usage", "input_tokens"),
      output: numberAt(reply, "usage", "output_tokens"),
      cached: numberAt(reply, "usage", "input_tokens_details", "cached_tokens"),
    },
    turn: output,
  };
};

const messages: Talk = async (model, stream, more = {}) => {
  const tools = [
    { name: "get_weather", input_schema: schema },
    { name: "stop", input_schema: { type: "object", properties: {} } },
  ];
  const body = { model, max_tokens: 4_000, messages: HI, tools, ...more };
  const api = anthropicSdk(simulator.url).messages;
  const reply = stream ? await api.stream(body).finalMessage() : await api.create(body);
  const content = listAt(reply, "content");
  return {
    text: textsOf(ofType(content, "text"), "text") + textAt(reply, "stop_details", "explanation"),
    reasoning: textsOf(ofType(content, "thinking"), "thinking"),
    calls: ofType(content, "tool_use").map((block) => ({
      name: textAt(block, "name"),
      input: JSON.stringify(block["input"]),
    })),
    finish: textAt(reply, "stop_reason"),
    usage: {
      input: numberAt(reply, "usage", "input_tokens"),
      output: numberAt(reply, "usage", "output_tokens"),
      cached: numberAt(reply, "usage", "cache_read_input_tokens"),
    },
    turn: content,
  };
};

/** What the SDK throws. */
const failure = (talking: Promise<unknown>): Promise<unknown> =>
  talking.then(
    () => undefined,
    (problem: unknown) => problem,
  );

const FINISH = {
  "Chat Completions": { talk: chat, done: "stop", tool: "tool_calls", length: "length", refusal: "stop" },
  Responses: {
    talk: responses,
    done: "completed",
    tool: "completed",
    length: "max_output_tokens",
    refusal: "completed",
  },
  Messages: { talk: messages, done: "end_turn", tool: "tool_use", length: "max_tokens", refusal: "refusal" },
} as const;

for (const [dialect, { talk, ...finish }] of Object.entries(FINISH))
  for (const stream of [true, false])
    withSdks(`${dialect}, ${stream ? "streamed" : "whole"}`, () => {
      test("demo greets, repeats what was said and tells how to plug in a key", async () => {
        const told = await talk("demo", stream);
        expect(told.text).toContain("built-in simulator");
        expect(told.text).toContain("“hi there”");
        expect(told.text).toContain("ANTHROPIC_API_KEY");
        expect(told.finish).toBe(finish.done);
        expect(told.usage.output).toBeGreaterThan(50);
      });

      test("a name that is no scenario is echoed", async () => {
        expect((await talk("gpt-4o", stream)).text).toBe("You said: hi there");
      });

      test("sim-long has 200 words", async () => {
        expect((await talk("sim-long", stream)).text.split(" ")).toHaveLength(200);
      });

      test("sim-reasoning thinks in two sections before it answers", async () => {
        const told = await talk("sim-reasoning", stream);
        expect(told.reasoning).toContain("The user wants an answer.\n\n**Checking it**");
        expect(told.text).toBe("The answer is 42.");
      });

      test("sim-tool calls with arguments that fit the schema", async () => {
        const told = await talk("sim-tool", stream);
        expect(told.calls).toEqual([{ name: "get_weather", input: '{"city":"Paris","days":2}' }]);
        expect(told.finish).toBe(finish.tool);
      });

      test("sim-tools-parallel makes two calls, with ids of their own", async () => {
        const told = await talk("sim-tools-parallel", stream);
        expect(told.calls.map((call) => call.name)).toEqual(["get_weather", "stop"]);
        expect(told.calls[1]?.input).toBe("{}");
      });

      test("sim-thinking-tool thinks and then calls", async () => {
        const told = await talk("sim-thinking-tool", stream);
        expect(told.reasoning).not.toBe("");
        expect(told.calls).toHaveLength(1);
      });

      test("sim-refusal refuses in the dialect's own way", async () => {
        const told = await talk("sim-refusal", stream);
        expect(told.finish).toBe(finish.refusal);
        expect(told.text).toBe("I can't help with that.");
      });

      test("sim-truncated ends for its length", async () => {
        expect((await talk("sim-truncated", stream)).finish).toBe(finish.length);
      });

      test("sim-cache counts what was read", async () => {
        expect((await talk("sim-cache", stream)).usage.cached).toBe(1_500);
      });

      test("sim-surrogates splits pairs that the reader puts together again", async () => {
        expect((await talk("sim-surrogates", stream)).text).toBe("A box 📦, a family 👨‍👩, <think></think> as text.");
      });

      test("sim-empty says nothing and ends well", async () => {
        const told = await talk("sim-empty", stream);
        expect(told.text).toBe("");
        expect(told.finish).toBe(finish.done);
      });

      test("sim-huge is a megabyte", async () => {
        expect((await talk("sim-huge", stream)).text.length).toBeGreaterThan(1_000_000);
      });

      test("sim-429 carries Retry-After, other statuses their own type", async () => {
        for (const [model, wait] of [
          ["sim-429", "1"],
          ["sim-429-after-30", "30"],
        ] as const) {
          const failed = (await failure(talk(model, stream))) as { status: number; headers: Headers };
          expect(failed.status).toBe(429);
          expect(failed.headers.get("retry-after")).toBe(wait);
        }
        for (const status of [400, 401, 404, 500, 503, 529])
          expect(await failure(talk(`sim-${status}`, stream))).toMatchObject({ status });
      });

      if (stream)
        test("an error inside a 200, at once or midway, reaches the SDK as an error", async () => {
          for (const model of ["sim-error-in-200", "sim-error-midway"])
            await expect(talk(model, true)).rejects.toThrow(/had an error/);
        });

      test("sim-cut breaks the connection", async () => {
        await expect(talk("sim-cut", stream)).rejects.toThrow();
      });

      test("sim-flaky-2 fails twice, then answers", async () => {
        const model = `${dialect.replace(" ", "")}-${stream}:sim-flaky-2`;
        await expect(talk(model, stream)).rejects.toMatchObject({ status: 500 });
        await expect(talk(model, stream)).rejects.toMatchObject({ status: 500 });
        expect((await talk(model, stream)).text).toBe("It works again.");
      });

      test("a scenario that nobody knows is a 404", async () => {
        await expect(talk("sim-nonsense", stream)).rejects.toMatchObject({ status: 404 });
      });
    });

test("a whole answer that failed is an error body under a 200, or a failed response", async () => {
  const body = { model: "sim-error-in-200", input: "hi", max_tokens: 9, messages: HI };
  const post = async (path: string): Promise<Fields> => {
    const reply = await fetch(`${lenient.url}${path}`, { method: "POST", body: JSON.stringify(body) });
    expect(reply.status).toBe(200);
    return (await reply.json()) as Fields;
  };
  const lenient = startSimulator();
  expect(await post("/v1/chat/completions")).toMatchObject({ error: { type: "server_error" } });
  expect(await post("/v1/messages")).toMatchObject({ type: "error", error: { type: "api_error" } });
  expect(await post("/v1/responses")).toMatchObject({
    object: "response",
    status: "failed",
    error: { code: "server_error" },
  });
  lenient.stop();
});

withSdks("over two turns", () => {
  test("Messages: signed thinking must come back as it left", async () => {
    const thinking = { thinking: { type: "enabled", budget_tokens: 1_024 } };
    const { turn } = await messages("sim-thinking-tool", true, thinking);
    const result = {
      role: "user",
      content: [{ type: "tool_result", tool_use_id: turn[1]?.["id"], content: "sunny" }],
    };
    const again = (content: unknown): Promise<Told> =>
      messages("sim-thinking-tool", true, { ...thinking, messages: [...HI, { role: "assistant", content }, result] });
    expect((await again(turn)).text).toContain("sunny");
    await expect(again(turn.slice(1))).rejects.toThrow(/Expected `thinking`/);
    await expect(again([{ ...turn[0], thinking: "altered" }, turn[1]])).rejects.toThrow(/Invalid `signature`/);
  });

  test("who must have thought before a call has, in every scenario", async () => {
    const budget = { thinking: { type: "enabled", budget_tokens: 1_024 } };
    for (const model of ["sim-tool", "sim-text-tool", "sim-tools-parallel", "sim-custom-tool"]) {
      expect((await messages(model, true, budget)).turn[0]).toMatchObject({ type: "thinking" });
      expect((await messages(model, true)).reasoning).toBe("");
      expect((await chat(model.replace("sim-", "sim-kimi-"), true)).reasoning).not.toBe("");
    }
  });

  test("Messages: omitted thinking has a signature and no text", async () => {
    const { turn } = await messages("sim-reasoning", true, { thinking: { type: "adaptive", display: "omitted" } });
    expect(turn[0]).toMatchObject({ thinking: "", signature: expect.stringMatching(/^E/) });
  });

  test("Responses: a reasoned call must come back with its reasoning", async () => {
    const { turn } = await responses("sim-thinking-tool", false);
    const output = { type: "function_call_output", call_id: turn[1]?.["call_id"], output: "sunny" };
    const again = (items: readonly unknown[]): Promise<Told> =>
      responses("sim-thinking-tool", false, { input: [...HI, ...items, output], store: false });
    expect((await again(turn)).text).toContain("sunny");
    await expect(again(turn.slice(1))).rejects.toThrow(/required 'reasoning' item/);
    await expect(again([{ ...turn[0], encrypted_content: "gAAAAABforeign" }, turn[1] ?? {}])).rejects.toThrow(
      /could not be verified/,
    );
  });

  test("Responses: no summary is shown and nothing is sealed unless asked", async () => {
    const { turn } = await responses("sim-reasoning", true, { reasoning: {}, include: [] });
    expect(turn[0]).toMatchObject({ type: "reasoning", summary: [] });
    expect(turn[0]).not.toHaveProperty("encrypted_content");
  });

  test("Chat: a Kimi model wants its reasoning back", async () => {
    const { turn, reasoning } = await chat("sim-kimi", true);
    const assistant = { role: "assistant", content: null, tool_calls: turn };
    const result = { role: "tool", tool_call_id: turn[0]?.["id"], content: "sunny" };
    await expect(chat("sim-kimi", true, { messages: [...HI, assistant, result] })).rejects.toThrow(
      /reasoning_content is missing/,
    );
    const kept = { ...assistant, reasoning_content: reasoning };
    expect((await chat("sim-kimi", true, { messages: [...HI, kept, result] })).text).toContain("sunny");
  });

  test("a freeform tool gets free text, a function otherwise", async () => {
    const declared = await chat("sim-custom-tool", true, {
      tools: [{ type: "custom", custom: { name: "ApplyPatch" } }],
    });
    expect(declared.calls[0]?.input).toStartWith("*** Begin Patch\n");
    const flat = await responses("sim-custom-tool", true, { tools: [{ type: "custom", name: "apply_patch" }] });
    expect(flat.calls[0]?.input).toBe(declared.calls[0]?.input);
    const lowered = await messages("sim-custom-tool", true, {
      tools: [
        {
          name: "apply_patch",
          input_schema: { type: "object", properties: { input: { type: "string" } }, required: ["input"] },
        },
      ],
    });
    expect(lowered.calls[0]?.input).toStartWith('{"input":"*** Begin Patch');
  });

  test("a namespaced tool is called with its namespace", async () => {
    const { turn } = await responses("sim-tool", true, {
      tools: [
        {
          type: "namespace",
          name: "files",
          description: "d",
          tools: [{ type: "function", name: "read", parameters: schema, strict: false }],
        },
      ],
    });
    expect(turn[0]).toMatchObject({ type: "function_call", name: "read", namespace: "files" });
  });

  test("one call where parallel calls are switched off, none where calls are", async () => {
    expect((await chat("sim-tools-parallel", true, { parallel_tool_calls: false })).calls).toHaveLength(1);
    expect(
      (await messages("sim-tools-parallel", true, { tool_choice: { type: "auto", disable_parallel_tool_use: true } }))
        .calls,
    ).toHaveLength(1);
    expect((await responses("sim-tool", true, { tool_choice: "none" })).calls).toHaveLength(0);
    expect(
      (await chat("sim-tool", true, { tool_choice: { type: "function", function: { name: "stop" } } })).calls[0]?.name,
    ).toBe("stop");
    expect(
      (await chat("demo", true, { tool_choice: { type: "function", function: { name: "stop" } } })).calls[0]?.name,
    ).toBe("stop");
  });

  test("who wants JSON of a schema gets it", async () => {
    const closed = { ...schema, required: ["city", "days"], additionalProperties: false };
    const chatJson = await chat("demo", false, {
      tools: undefined,
      response_format: { type: "json_schema", json_schema: { name: "x", strict: true, schema: closed } },
    });
    const responsesJson = await responses("demo", true, {
      text: { format: { type: "json_schema", name: "x", strict: true, schema: closed } },
    });
    const bare = { ...closed, properties: { ...closed.properties, days: { const: 2 } } };
    const messagesJson = await messages("demo", true, {
      output_config: { format: { type: "json_schema", schema: bare } },
    });
    for (const told of [chatJson, responsesJson, messagesJson])
      expect(JSON.parse(told.text)).toEqual({ city: "Paris", days: 2 });
  });
});
