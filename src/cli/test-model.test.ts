/** test as a person types it: one call through the real server, to an upstream of our own. */
import { afterAll, expect, test } from "bun:test";
import { upstream, type Answering } from "../../test/e2e/upstream.ts";
import { NAME, type Place, places, run, start, type Started } from "../../test/fixtures/place.ts";

const { newPlace } = places();
const KEY = "0123456789abcdef0123456789";

const chunk = (fields: object): string =>
  `data: ${JSON.stringify({ id: "a", object: "chat.completion.chunk", created: 0, model: "big", ...fields })}\n\n`;
const delta = (fields: object, finish: string | null = null): string =>
  chunk({ choices: [{ index: 0, delta: fields, finish_reason: finish }] });
const ANSWER = [
  delta({ role: "assistant", reasoning_content: "Hm." }),
  delta({ content: "Good " }),
  delta({ content: "morning." }, "stop"),
  chunk({
    choices: [],
    usage: {
      prompt_tokens: 12,
      completion_tokens: 34,
      total_tokens: 46,
      prompt_tokens_details: { cached_tokens: 8 },
      completion_tokens_details: { reasoning_tokens: 20 },
    },
  }),
  "data: [DONE]\n\n",
];
const streamed = (pieces: readonly string[]): Response =>
  new Response(pieces.join(""), { headers: { "content-type": "text/event-stream" } });

const upstreams: ReturnType<typeof upstream>[] = [];
afterAll(() => Promise.all(upstreams.map((one) => one.stop())));

async function placeBefore(answer: Answering): Promise<{ place: Place; far: ReturnType<typeof upstream> }> {
  const far = upstream(answer);
  upstreams.push(far);
  const place = await newPlace(`server: { port: PORT }
auth: { keys: [ { name: me, key: "${KEY}" } ] }
providers: { far: { kind: openai-compatible, base_url: "${far.url}/v1", api_key: "vendor-key-0123456789" } }
models:
  "any-*": { targets: [ { provider: far, model: "*" } ] }
  first: { targets: [ { provider: far, model: big } ] }
  grüß: { targets: [ { provider: far, model: größer } ] }
`);
  return { place, far };
}

/** While the gateway runs that the place configures. */
async function beside<Result>(place: Place, work: () => Promise<Result>): Promise<Result> {
  const gateway: Started = start(place, ["start"]);
  await gateway.said("is ready on");
  try {
    return await work();
  } finally {
    gateway.child.kill("SIGTERM");
    await gateway.ended;
  }
}

test("tells in words what came of one call through the gateway that runs", async () => {
  const { place, far } = await placeBefore(() => streamed(ANSWER));
  const { code, out, err } = await beside(place, () => run(place, "test"));
  expect([code, err]).toEqual([0, ""]);
  expect(out).toStartWith(`Asking first at http://127.0.0.1:${place.port} …\n`);
  for (const line of [
    /^ {2}Went to {6}far\/big, passed on byte for byte$/m,
    /^ {2}Answer {7}“Good morning\.”$/m,
    /^ {2}First token {2}after \d+ ms$/m,
    /^ {2}All of it {4}after \d+ ms$/m,
    /^ {2}Tokens {7}12 in \(8 from the cache\), 34 out \(20 of thinking\)$/m,
    /^ {2}Lost {9}nothing$/m,
    /^✓ first answers\.$/m,
  ])
    expect(out).toMatch(line);
  expect(out).not.toContain("for the moment");
  expect(out).not.toContain(KEY);
  expect(far.asked[0]?.body).toMatchObject({ model: "big", stream: true });
});

test("without a gateway that runs it starts one for the moment, and says so", async () => {
  const { place, far } = await placeBefore(() => streamed(ANSWER));
  const { code, out } = await run(place, "test", "any-thing", "--prompt", "Wie geht's?");
  expect(code).toBe(0);
  expect(out).toContain(
    `No gateway runs at http://127.0.0.1:${place.port}, so one is started for the moment. Start yours: ${NAME} start`,
  );
  expect(out).toContain("Went to      far/any-thing");
  expect(far.asked[0]?.text).toContain("Wie geht's?");
});

test("counts what came from the cache in the vendor's own word too", async () => {
  const usage = { prompt_tokens: 12, completion_tokens: 34, total_tokens: 46, prompt_cache_hit_tokens: 8 };
  const { place } = await placeBefore(() =>
    streamed([...ANSWER.slice(0, 3), chunk({ choices: [], usage }), "data: [DONE]\n\n"]),
  );
  expect((await run(place, "test")).out).toContain("Tokens       12 in (8 from the cache), 34 out\n");
});

test("an answer without words is said to be one", async () => {
  const { place } = await placeBefore(() => streamed([ANSWER[0] ?? "", delta({}, "stop"), "data: [DONE]\n\n"]));
  const { code, out } = await run(place, "test");
  expect(code).toBe(0);
  expect(out).toContain("Answer       complete, and without a word");
});

test("names that no header can hold arrive whole", async () => {
  const { place } = await placeBefore(() => streamed(ANSWER));
  expect((await run(place, "test", "grüß")).out).toContain("Went to      far/größer, passed on byte for byte");
});

test("what the vendor refuses is the gateway's sentence and what to do, and fails", async () => {
  const { place } = await placeBefore(() =>
    Response.json({ error: { message: "No such deployment." } }, { status: 404 }),
  );
  const { code, err } = await run(place, "test", "first");
  expect(code).toBe(1);
  expect(err).toContain("✗ first did not answer (status 404): ");
  expect(err).toContain("No such deployment.");
  expect(err).toMatch(new RegExp(`What there is to ask for: ${NAME} models\\.`));
});

test("a provider's key that is refused is not told as the caller's", async () => {
  const { place } = await placeBefore(() => Response.json({ error: { message: "Wrong key." } }, { status: 401 }));
  const [running, momentary] = [await beside(place, () => run(place, "test")), await run(place, "test")];
  for (const { code, err } of [running, momentary]) {
    expect([code, err]).toEqual([1, expect.stringContaining("far refuses its key, which is the gateway's")]);
    expect(err).toContain(`${NAME} doctor`);
    expect(err).not.toContain("CODESWITCH_KEY");
  }
  // What is started for the moment leaves no log that anybody could look into.
  expect(running.err).toContain("In the gateway's log");
  expect(momentary.err).not.toContain("log");
});

test("is called codeswitch in the gateway's log", async () => {
  const { place } = await placeBefore(() => streamed(ANSWER));
  const gateway = start(place, ["start"]);
  await gateway.said("is ready on");
  await run(place, "test");
  gateway.child.kill("SIGTERM");
  expect((await gateway.ended).out).toContain("me codeswitch first → far/big 200");
});

test("a stream that breaks off is no answer", async () => {
  const { place } = await placeBefore(() => streamed(ANSWER.slice(0, 2)));
  const { code, out, err } = await run(place, "test");
  expect(code).toBe(1);
  expect(err).toStartWith("✗ first did not answer");
  expect(out).not.toContain("✓");
});

test("a gateway that refuses the key says where to run this, and never shows the key", async () => {
  const { place } = await placeBefore(() => streamed(ANSWER));
  const wrong = { CODESWITCH_KEY: "another-key-0123456789" };
  const [asked, nameless] = await beside(place, async () => [
    await start(place, ["test", "first"], wrong).ended,
    await start(place, ["test"], wrong).ended,
  ]);
  expect(asked?.err).toBe(nameless?.err ?? "");
  expect(nameless?.err).toContain(`A gateway runs at http://127.0.0.1:${place.port} and refuses this key.`);
  for (const { code, out, err } of [asked, nameless].filter((one) => one !== undefined)) {
    expect(code).toBe(1);
    expect(err).toContain("Run this with its variables, or give its key: CODESWITCH_KEY=…");
    expect(out + err).not.toContain(wrong.CODESWITCH_KEY);
  }
});

test("something else at the port is said to be something else", async () => {
  const { place } = await placeBefore(() => streamed(ANSWER));
  const other = Bun.serve({ port: place.port, hostname: "127.0.0.1", fetch: () => new Response("hello") });
  const { code, err } = await run(place, "test").finally(() => other.stop(true));
  expect(code).toBe(1);
  expect(err).toContain(
    `✗ What answers at http://127.0.0.1:${place.port} is no codeswitch (status 200). Stop it, or give the gateway another port: ${NAME} start --port ${place.port + 1}`,
  );
});

test("--url asks a gateway elsewhere, which gets no key of this configuration", async () => {
  const { place } = await placeBefore(() => streamed(ANSWER));
  const elsewhere = await newPlace("");
  const args = ["test", "first", "--url", `http://127.0.0.1:${place.port}/v1`];
  const [refused, answered] = await beside(place, async () => [
    await start(elsewhere, args, { SERVICE_API_KEY: KEY }).ended,
    await start(elsewhere, args, { CODESWITCH_KEY: KEY }).ended,
  ]);
  expect(refused?.err).toContain("wants a key, and this shell has none. Give its key in the variable CODESWITCH_KEY.");
  expect(answered).toMatchObject({ code: 0, err: "" });
  expect((await run(elsewhere, "test", "m", "--url", "http://127.0.0.1:1")).err).toContain("nothing listens there");
});

test("without MODEL it is the first one that the gateway lists which runs, wherever it was started", async () => {
  const { place } = await placeBefore(() => streamed(ANSWER));
  const elsewhere = await newPlace("");
  const args = ["test", "--url", `http://127.0.0.1:${place.port}`];
  const { code, out } = await beside(place, () => start(elsewhere, args, { CODESWITCH_KEY: KEY }).ended);
  expect(code).toBe(0);
  expect(out).toContain("✓ first answers.");
});

test("names the target that answered, and that it was translated on the way", async () => {
  const { far } = await placeBefore(() => Response.json({ error: { message: "Broken." } }, { status: 503 }));
  const place = await newPlace(`providers:
  far: { kind: openai-compatible, base_url: "${far.url}/v1", api_key: "vendor-key-0123456789" }
  near: { kind: simulator }
models: { m: { targets: [ { provider: far, model: big }, { provider: near, model: demo } ] } }
`);
  const { code, out } = await run(place, "test");
  expect(code).toBe(0);
  expect(out).toContain("Went to      near/demo, translated on the way");
});
