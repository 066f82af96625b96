/** Doors, keys, strictness and what a test can see of a simulator. */
import { afterEach, expect, test } from "bun:test";
import type { SeenRequest } from "./incoming.ts";
import type { Simulator, SimulatorOptions } from "./server.ts";
import { startSimulator } from "./server.ts";

let simulator: Simulator | undefined;
afterEach(() => simulator?.stop());
const start = (options: SimulatorOptions = {}): Simulator => (simulator = startSimulator(options));
const post = (url: string, path: string, body: unknown, init: RequestInit = {}): Promise<Response> =>
  fetch(`${url}${path}`, { method: "POST", body: typeof body === "string" ? body : JSON.stringify(body), ...init });
const chat = (model: string, stream = true): object => ({ model, stream, messages: [{ role: "user", content: "hi" }] });

test("each door speaks its dialect, and Azure's deployment is the model, slashes included", async () => {
  const { url } = start();
  const kind = async (path: string, body: object): Promise<string> =>
    ((await (await post(url, path, body)).json()) as { object?: string; type?: string }).object ?? "message";
  for (const path of ["/v1/chat/completions", "/openai/v1/chat/completions"])
    expect(await kind(path, chat("sim-echo", false))).toBe("chat.completion");
  for (const path of ["/v1/responses", "/openai/v1/responses", "/openai/responses"])
    expect(await kind(path, { model: "sim-echo", input: "hi" })).toBe("response");
  expect(await kind("/v1/messages", { model: "sim-echo", max_tokens: 9, messages: [] })).toBe("message");
  const named = await post(
    url,
    "/openai/deployments/team%2Fgpt/chat/completions?api-version=2025-04-01-preview",
    chat("x", false),
  );
  expect(await named.json()).toMatchObject({ model: "team/gpt" });
  expect((await post(url, "/v2/what", {})).status).toBe(404);
});

test("what is heard is the last text that is no reminder, of any turn and in any block, in each dialect", async () => {
  const heard: string[] = [];
  const { url, control } = start();
  control.play("heard", (asked) => {
    heard.push(asked.userText);
    return { kind: "answer", answer: { parts: [], stop: "done" } };
  });
  const reminder = "<system-reminder>\nUse the following context: say hi.\n</system-reminder>";
  const turns: readonly (readonly string[])[] = [
    [reminder, "first"],
    ["first", reminder],
    [`${reminder}\nfirst ${reminder}`],
    ["zeroth", "first"],
  ];
  for (const texts of turns) {
    const said = (type: string): object[] => [
      { role: "user", content: texts.map((text) => ({ type, text })) },
      { role: "user", content: [{ type, text: reminder }] },
    ];
    await post(url, "/v1/messages", { model: "heard", max_tokens: 9, messages: said("text") });
    await post(url, "/v1/chat/completions", { model: "heard", messages: said("text") });
    await post(url, "/v1/responses", { model: "heard", input: said("input_text") });
  }
  expect(heard).toEqual(turns.flatMap(() => ["first", "first", "first"]));
});

test("tokens are counted and models listed in the caller's shape", async () => {
  const { url } = start();
  const counted = (await (
    await post(url, "/v1/messages/count_tokens", { messages: [{ role: "user", content: "x".repeat(400) }] })
  ).json()) as { input_tokens: number };
  expect(counted.input_tokens).toBeGreaterThan(99);
  expect(await (await fetch(`${url}/v1/models`)).json()).toMatchObject({
    object: "list",
    data: expect.arrayContaining([expect.objectContaining({ id: "demo", object: "model" })]),
  });
  expect(
    await (await fetch(`${url}/v1/models`, { headers: { "anthropic-version": "2023-06-01" } })).json(),
  ).toMatchObject({
    data: expect.arrayContaining([expect.objectContaining({ type: "model", id: "demo" })]),
    has_more: false,
    first_id: "demo",
  });
  expect(await (await fetch(`${url}/v1/models/sim-tool`)).json()).toMatchObject({ id: "sim-tool" });
});

test("strict: what vendors want beside the body is wanted", async () => {
  const { url } = start({ strict: true });
  expect((await post(url, "/openai/responses", { model: "sim-echo", input: "hi" })).status).toBe(404);
  expect(
    (await post(url, "/openai/responses?api-version=2025-04-01-preview", { model: "sim-echo", input: "hi" })).status,
  ).toBe(200);
  const message = { model: "sim-echo", max_tokens: 9, messages: [{ role: "user", content: "hi" }] };
  expect(await (await post(url, "/v1/messages", message)).json()).toMatchObject({
    error: { message: "anthropic-version: header is required" },
  });
  expect((await post(url, "/v1/messages", message, { headers: { "anthropic-version": "2023-06-01" } })).status).toBe(
    200,
  );
});

test("strict: a refusal has the vendor's shape", async () => {
  const { url } = start({ strict: true });
  const openai = await post(url, "/v1/responses", { model: "sim-echo", input: "hi", stop: ["x"] });
  expect(openai.status).toBe(400);
  expect(await openai.json()).toEqual({
    error: {
      message: "Unknown parameter: 'stop'.",
      type: "invalid_request_error",
      param: "stop",
      code: "unknown_parameter",
    },
  });
  const anthropic = await post(
    url,
    "/v1/messages",
    { model: "sim-echo" },
    { headers: { "anthropic-version": "2023-06-01" } },
  );
  expect(await anthropic.json()).toMatchObject({
    type: "error",
    error: { type: "invalid_request_error", message: "max_tokens: Field required" },
  });
});

test("Azure's doors refuse what only compatible vendors know", async () => {
  const { url } = start({ strict: true });
  const body = { ...chat("sim-echo", false), thinking: { type: "disabled" } };
  expect((await post(url, "/openai/v1/chat/completions", body)).status).toBe(400);
  expect((await post(url, "/v1/chat/completions", body)).status).toBe(200);
});

test("a key is asked for in any of the three headers", async () => {
  const { url } = start({ key: "right" });
  const status = async (headers: Record<string, string>): Promise<number> =>
    (await post(url, "/v1/chat/completions", chat("sim-echo", false), { headers })).status;
  expect(await status({})).toBe(401);
  expect(await status({ authorization: "Bearer wrong" })).toBe(401);
  for (const [name, value] of [
    ["authorization", "Bearer right"],
    ["x-api-key", "right"],
    ["api-key", "right"],
  ] as const)
    expect(await status({ [name]: value })).toBe(200);
});

test("a body that is no JSON object is refused, never a crash", async () => {
  const { url } = start({ strict: true });
  for (const body of ["", "{", "[]", "null", '"x"', "5"])
    expect((await post(url, "/v1/chat/completions", body)).status).toBe(400);
  for (const body of [
    '{"model":5}',
    '{"messages":{}}',
    '{"messages":[null]}',
    '{"model":"m","messages":[5]}',
    '{"model":"m","messages":[{"role":"user","content":[null]}]}',
  ])
    for (const path of ["/v1/chat/completions", "/v1/responses", "/v1/messages"])
      expect((await post(url, path, body, { headers: { "anthropic-version": "x" } })).status).toBe(400);
});

test("requests are recorded when asked, and judged before they are answered", async () => {
  const judged: SeenRequest[] = [];
  const { url, seen } = start({ record: true, judge: (request) => void judged.push(request) });
  await (await post(url, "/v1/chat/completions?x=1", chat("sim-echo"))).text();
  expect(seen).toHaveLength(1);
  expect(judged[0]).toMatchObject({
    method: "POST",
    path: "/v1/chat/completions",
    query: "?x=1",
    dialect: "openai-chat",
    body: { model: "sim-echo" },
  });
});

test("a judge that throws is a 500 with its words", async () => {
  const { url } = start({
    judge: () => {
      throw new Error("this should not have been sent");
    },
  });
  const reply = await post(url, "/v1/chat/completions", chat("sim-echo"));
  expect(reply.status).toBe(500);
  expect(await reply.text()).toContain("this should not have been sent");
});

test("Responses events are numbered without a gap and overlapping calls name their item", async () => {
  const { url } = start();
  const tools = ["a", "b"].map((name) => ({
    type: "function",
    name,
    parameters: { type: "object", properties: { input: { type: "string" } }, required: ["input"] },
  }));
  const text = await (
    await post(url, "/v1/responses", { model: "sim-tools-parallel", stream: true, input: "hi", tools })
  ).text();
  const events = text
    .trim()
    .split("\n\n")
    .map(
      (frame) =>
        JSON.parse(frame.split("data: ")[1] ?? "") as { type: string; sequence_number: number; output_index?: number },
    );
  expect(events.map((event) => event.sequence_number)).toEqual(events.map((_, at) => at));
  const deltas = events
    .filter((event) => event.type === "response.function_call_arguments.delta")
    .map((event) => event.output_index);
  expect(deltas.slice(0, 4)).toEqual([0, 1, 0, 1]);
});

test("no id is used twice", async () => {
  const { url } = start();
  const ids = new Set<string>();
  for (let at = 0; at < 20; at++)
    ids.add(
      ((await (await post(url, "/v1/responses", { model: "sim-echo", input: "hi" })).json()) as { id: string }).id,
    );
  expect(ids.size).toBe(20);
});

test("a cut arrives in the middle of an event, an early end after one", async () => {
  const { url } = start();
  let got = "";
  const reader = (await post(url, "/v1/chat/completions", chat("sim-cut")))
    .body!.pipeThrough(new TextDecoderStream())
    .getReader();
  const reading = (async () => {
    for (let next = await reader.read(); !next.done; next = await reader.read()) got += next.value;
  })();
  await expect(reading).rejects.toMatchObject({ code: "ECONNRESET" });
  await reading.catch(() => {});
  expect(got).not.toEndWith("\n");
  const ended = await (await post(url, "/v1/chat/completions", chat("sim-eof"))).text();
  expect(ended).toEndWith("\n\n");
  expect(ended).not.toContain("[DONE]");
});

test("it knows that a client has gone, while silent before the first byte and after some", async () => {
  const { url, control } = start();
  for (const model of ["sim-silent", "sim-hang"]) {
    control.forget();
    const leaving = new AbortController();
    const reply = post(url, "/v1/chat/completions", chat(model), { signal: leaving.signal });
    if (model === "sim-hang") await (await reply).body!.getReader().read();
    else await until(() => control.open === 1);
    leaving.abort();
    await reply.catch(() => {});
    expect(await control.waitForHangUp(2_000)).toBe(true);
    expect(control.open).toBe(0);
  }
});

test("a client that stays to the end has not hung up", async () => {
  const { url, control } = start();
  await (await post(url, "/v1/chat/completions", chat("sim-echo"))).text();
  await until(() => control.open === 0);
  expect(control.hungUp).toBe(0);
  expect(control.bytesWritten).toBeGreaterThan(100);
});

/** What the buffers of one connection may take; the flood has no end. */
const HELD_BYTES_MAX = 30_000_000;

test("a reader that does not read holds the flood back", async () => {
  const { url, control } = start();
  const reader = (await post(url, "/v1/chat/completions", chat("sim-flood"))).body!.getReader();
  await reader.read();
  // Held back: nothing more is written for a while. Or never held back: then it writes on until the limit is passed.
  for (let same = 0, last = -1; same < 10 && control.bytesWritten < HELD_BYTES_MAX;) {
    same = control.bytesWritten === last ? same + 1 : 0;
    last = control.bytesWritten;
    await Bun.sleep(10);
  }
  expect(control.bytesWritten).toBeLessThan(HELD_BYTES_MAX);
  await reader.cancel();
  expect(await control.waitForHangUp(2_000)).toBe(true);
});

test("a script replaces the scenario until it is forgotten", async () => {
  const { url, control } = start();
  control.script("sim-script", { body: ['data: {"a":1}\n\n', "data: [DONE]\n\n"], headers: { "x-mark": "1" } });
  const reply = await post(url, "/v1/chat/completions", chat("sim-script"));
  expect(reply.headers.get("x-mark")).toBe("1");
  expect(await reply.text()).toBe('data: {"a":1}\n\ndata: [DONE]\n\n');
  control.script("sim-script", { status: 418, body: "{}" });
  expect((await post(url, "/v1/chat/completions", chat("sim-script"))).status).toBe(418);
  control.forget();
  expect((await post(url, "/v1/chat/completions", chat("sim-script"))).status).toBe(404);
});

test("a play answers in the dialect of whoever asks", async () => {
  const { url, control } = start();
  control.play("anything", (asked) => ({
    kind: "answer",
    answer: { parts: [{ kind: "text", pieces: [`heard ${asked.userText}`] }], stop: "done" },
  }));
  const messages = [{ role: "user", content: "you" }];
  const body = { model: "anything", max_tokens: 5, messages, stream: false };
  for (const path of ["/v1/chat/completions", "/v1/messages"])
    expect(await (await post(url, path, body)).text()).toContain("heard you");
  control.forget();
  expect(await (await post(url, "/v1/messages", body)).text()).not.toContain("heard you");
});

/** A condition that never comes true runs into the test's own limit. */
async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await Bun.sleep(5);
}

test("a lenient simulator still wants the reasoning of its thinking models back", async () => {
  const { url } = start();
  const calls = [{ id: "call_1", type: "function", function: { name: "f", arguments: "{}" } }];
  const turn = (assistant: object): object => ({
    messages: [{ role: "user", content: "hi" }, assistant, { role: "tool", tool_call_id: "call_1", content: "1" }],
  });
  const dropped = turn({ role: "assistant", content: null, tool_calls: calls });
  expect((await post(url, "/v1/chat/completions", { model: "sim-kimi", ...dropped })).status).toBe(400);
  expect((await post(url, "/v1/chat/completions", { model: "sim-tool", ...dropped })).status).toBe(200);
  const kept = turn({ role: "assistant", content: null, tool_calls: calls, reasoning_content: "hm" });
  expect((await post(url, "/v1/chat/completions", { model: "sim-kimi", ...kept })).status).toBe(200);
});
