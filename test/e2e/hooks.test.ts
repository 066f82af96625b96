/** Limits stop a call behind its plan or before an attempt; a guard reads and changes what is said, and only a call that a guard watches is decoded. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import type { StreamEvent } from "../../src/ir/events.ts";
import { GatewayError } from "../../src/ir/error.ts";
import { literal, textOf } from "../../src/wire/json.ts";
import type { Guard, Hooks } from "../../src/relay/call.ts";
import { provider, type Running, start, target } from "./gateway.ts";
import { type Upstream, upstream } from "./upstream.ts";
import { bodyFor, PATH, post, readStream, WHOLE, type Wire, wholeStream, WIRES } from "./wires.ts";

/** Watches calls that say so, hides a word of the request, and shouts the answer. */
const shouting: Guard = {
  watches: ({ headers }) => headers.get("x-test-guard") === "on",
  request: (request) => ({
    ...request,
    entries: request.entries.map((entry) =>
      entry.kind === "message" && entry.content === "Go." ? { ...entry, content: "[hidden]" } : entry,
    ),
  }),
  answer: () => ({ push: (event, emit) => emit(shouted(event)), end: () => {} }),
};
const shouted = (event: StreamEvent): StreamEvent =>
  event.type === "block-delta" && "text" in event.delta
    ? { ...event, delta: { text: literal(textOf(event.delta.text).toUpperCase()) } }
    : event;

let calls: string[] = [];
let refuses: "nothing" | "admit" | "beforeAttempt" = "nothing";
const full = (): never => {
  throw new GatewayError("rate-limited", "the budget of this key is used up", { retryAfter: "7" });
};
const hooks: Hooks = {
  admit: async ({ caller }) => {
    calls.push(`admit ${caller.name}`);
    if (refuses === "admit") full();
  },
  beforeAttempt: async ({ target: { model } }) => {
    calls.push(`attempt ${model}`);
    if (refuses === "beforeAttempt") full();
  },
  guards: [shouting],
};

let server: Upstream;
let gateway: Running;
beforeAll(async () => {
  server = upstream(({ path, body }) => {
    const wire = WIRES.find((one) => path.endsWith(PATH[one].slice("/v1".length))) as Wire;
    return body.stream
      ? new Response(wholeStream(wire), { headers: { "content-type": "text/event-stream" } })
      : Response.json(WHOLE[wire]);
  });
  gateway = await start({
    providers: WIRES.map((wire) => provider(wire, wire, server.url)),
    models: WIRES.map((wire) => ({ name: wire, targets: [target(wire, wire)] })),
    hooks,
  });
});
afterAll(async () => {
  await gateway.stop();
  await server.stop();
});
beforeEach(() => {
  calls = [];
  refuses = "nothing";
});

const WATCHED = { "x-test-guard": "on" };

describe.each(WIRES)("%s to its own dialect", (wire) => {
  test("passes as bytes while no guard watches the call", async () => {
    const body = JSON.stringify(bodyFor(wire, wire));
    const response = await post(gateway.url, PATH[wire], body);
    expect(response.headers.get("x-codeswitch-lane")).toBe("native");
    expect(await response.json()).toEqual(WHOLE[wire]);
    expect(server.asked.at(-1)?.text).toContain('"Go."');
  });

  test("is decoded when a guard watches it: the guard changes the request and the whole answer", async () => {
    const response = await post(gateway.url, PATH[wire], bodyFor(wire, wire), WATCHED);
    expect(response.headers.get("x-codeswitch-lane")).toBe("translated");
    const answer = await response.text();
    expect(answer).toContain('"DONE."');
    expect(answer).not.toContain('"Done."');
    expect(server.asked.at(-1)?.text).toContain("[hidden]");
    expect(server.asked.at(-1)?.text).not.toContain('"Go."');
  });

  test("is decoded when a guard watches it: the guard changes the stream", async () => {
    const response = await post(gateway.url, PATH[wire], bodyFor(wire, wire, { stream: true }), WATCHED);
    const reader = readStream(wire, response);
    const { text } = await reader.until(({ ended }) => ended);
    expect(text).toBe("ONE TWO THREE.");
    expect(response.headers.get("x-codeswitch-lane")).toBe("translated");
  });
});

test("a guard reads a call between two dialects too", async () => {
  const response = await post(gateway.url, PATH.messages, bodyFor("messages", "chat"), WATCHED);
  expect(await response.text()).toContain('"DONE."');
  expect(server.asked.at(-1)?.text).toContain("[hidden]");
});

test("limits see a call behind its plan and before each attempt", async () => {
  await post(gateway.url, PATH.chat, bodyFor("chat", "chat"));
  expect(calls).toEqual(["admit local", "attempt served"]);
});

test.each(["admit", "beforeAttempt"] as const)(
  "what %s refuses reaches no vendor and stands in the record",
  async (at) => {
    refuses = at;
    const asked = server.asked.length;
    const response = await post(gateway.url, PATH.messages, bodyFor("messages", "messages"));
    expect(response.status).toBe(429);
    expect(response.headers.get("retry-after")).toBe("7");
    expect(await response.text()).toContain("the budget of this key is used up");
    expect(server.asked).toHaveLength(asked);
    expect(gateway.records.at(-1)).toMatchObject({
      outcome: "failed",
      status: 429,
      error: "rate-limited",
      attempts: [],
    });
  },
);
