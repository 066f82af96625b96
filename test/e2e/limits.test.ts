/** The bounds of a body and of an answer, as callers meet them: what was found, the most, what to do. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { LIMITS } from "../../src/wire/limits.ts";
import { provider, type Running, start, startThree, target } from "./gateway.ts";
import { type Upstream, upstream } from "./upstream.ts";
import { bodyFor, PATH, post, type Wire, WHOLE, WIRES } from "./wires.ts";

const LIST: Readonly<Record<Wire, string>> = { chat: "messages", responses: "input", messages: "messages" };
const errorIn = (text: string) => (JSON.parse(text) as { error: { message: string; param?: string } }).error;

describe("a body", () => {
  let vendors: readonly Upstream[] = [];
  let gateway: Running;
  beforeAll(async () => {
    vendors = WIRES.map((wire) => upstream(() => Response.json(WHOLE[wire])));
    const [chat, responses, messages] = vendors.map(({ url }) => url) as [string, string, string];
    gateway = await startThree({ chat, responses, messages });
  });
  afterAll(async () => {
    await gateway?.stop();
    for (const vendor of vendors) await vendor.stop();
  });
  const asked = (): number => vendors.reduce((sum, vendor) => sum + vendor.asked.length, 0);

  /** Of both lanes: the vendor is asked once where the body is taken, and never where it is not. */
  const refused = async (client: Wire, body: string): Promise<string[]> => {
    const messages: string[] = [];
    for (const model of WIRES) {
      const before = asked();
      const response = await post(gateway.url, PATH[client], body.replace('"MODEL"', JSON.stringify(model)));
      expect(response.status).toBe(400);
      messages.push(errorIn(await response.text()).message);
      expect(asked()).toBe(before);
    }
    return messages;
  };
  const taken = async (client: Wire, body: string, models: readonly Wire[] = WIRES): Promise<void> => {
    for (const model of models) {
      const before = asked();
      const response = await post(gateway.url, PATH[client], body.replace('"MODEL"', JSON.stringify(model)));
      expect([response.status, await response.text()]).toEqual([200, expect.any(String)]);
      expect(asked()).toBe(before + 1);
    }
  };
  const bodyWith = (wire: Wire, more: Readonly<Record<string, unknown>>): string =>
    JSON.stringify({ ...bodyFor(wire, "MODEL"), ...more });

  for (const wire of WIRES) {
    test(`${wire}: more messages than the most are a 400`, async () => {
      const messages = (count: number): string =>
        bodyWith(wire, { [LIST[wire]]: Array.from({ length: count }, () => ({ role: "user", content: "x" })) });
      for (const message of await refused(wire, messages(LIMITS.entriesMax + 1)))
        expect(message).toBe(`${LIST[wire]}: 100001 are too many, the most is 100000. Shorten the conversation.`);
      await taken(wire, messages(LIMITS.entriesMax), [wire]);
    }, 60_000);

    test(`${wire}: more tools than the most are a 400`, async () => {
      const tool = JSON.stringify((bodyFor(wire, "") as { tools: unknown[] }).tools[0]);
      const tools = (count: number): string =>
        bodyWith(wire, {
          tools: Array.from(
            { length: count },
            (_, at) => JSON.parse(tool.replace('"read"', `"read_${at}"`)) as unknown,
          ),
        });
      for (const message of await refused(wire, tools(LIMITS.toolsMax + 1)))
        expect(message).toBe("tools: 4097 are too many, the most is 4096. Declare fewer tools.");
      await taken(wire, tools(LIMITS.toolsMax));
    });

    test(`${wire}: a body that is too deep is a 400`, async () => {
      // The body itself is one of them.
      const deep = (depth: number): string =>
        bodyWith(wire, { x: 0 }).replace('"x":0', `"x":${"[".repeat(depth - 1)}${"]".repeat(depth - 1)}`);
      for (const message of await refused(wire, deep(LIMITS.jsonDepthMax + 1)))
        expect(message).toBe("The body has more than 1000 lists and objects inside each other. Send it flatter.");
      await taken(wire, deep(LIMITS.jsonDepthMax));
    });

    test(`${wire}: a key that stands twice is a 400 at any depth, with its path`, async () => {
      const body = bodyWith(wire, { x: 0 }).replace('"role":"user"', '"role":"system","r\\u006fle":"user"');
      for (const message of await refused(wire, body)) expect(message).toStartWith(`${LIST[wire]}[0].role: `);
      const written = JSON.stringify('{"role":"system","role":"user"}');
      await taken(wire, bodyWith(wire, {}).replace('"content":"Go."', `"content":${written}`));
    });

    test(`${wire}: of many losses the record lists the first, and all are counted`, async () => {
      const other = wire === "chat" ? "messages" : "chat";
      const fields = Object.fromEntries(Array.from({ length: 250 }, (_, at) => [`x_${at}`, 1]));
      const response = await post(gateway.url, PATH[wire], bodyFor(wire, other, fields));
      expect(await response.text()).toContain("Done.");
      const [losses = 0, hints = 0] = ["losses", "hints"].map((name) =>
        Number(response.headers.get(`x-codeswitch-${name}`)),
      );
      const count = losses + hints;
      expect(count).toBeGreaterThanOrEqual(250);
      const record = gateway.records.at(-1);
      expect(record).toMatchObject({ lossCount: losses, hintCount: hints });
      const listed = record?.losses ?? [];
      expect(listed).toHaveLength(LIMITS.lossesPerCallMax);
      expect(listed.at(-1)?.feature).toBe("more-losses");
      expect(listed.filter(({ feature }) => feature === "more-losses")).toHaveLength(1);
    });

    test(`${wire}: a strict call is refused for a loss that stands behind a thousand others`, async () => {
      const other = wire === "chat" ? "messages" : "chat";
      const fields = Object.fromEntries(Array.from({ length: 1_000 }, (_, at) => [`x_${at}`, 1]));
      const body = bodyFor(wire, other, { ...fields, mcp_servers: [{ url: "https://example.com" }] });
      const response = await post(gateway.url, PATH[wire], body, { "x-codeswitch-strict": "true" });
      expect([response.status, errorIn(await response.text()).message]).toEqual([
        400,
        expect.stringContaining("mcp_servers"),
      ]);
    });
  }
});

describe("an answer", () => {
  /** So many bytes in pieces of a megabyte. */
  const bytes = (count: number): ReadableStream<Uint8Array> => {
    const piece = new Uint8Array(1024 * 1024).fill(0x20);
    let left = count;
    return new ReadableStream({
      pull: (controller) => {
        if (left <= 0) return controller.close();
        controller.enqueue(piece.subarray(0, Math.min(left, piece.length)));
        left -= piece.length;
      },
    });
  };

  test("a whole answer that is too large is an error, and the next target answers", async () => {
    const large = upstream(() => new Response(bytes(LIMITS.answerBytesMax + 1), { headers: JSON_TYPE }));
    const good = upstream(() => Response.json(WHOLE.chat));
    const gateway = await start({
      providers: [provider("large", "chat", large.url), provider("good", "chat", good.url)],
      models: [
        { name: "large", targets: [target("large", "chat")] },
        { name: "both", targets: [target("large", "chat"), target("good", "chat")] },
      ],
    });
    const lone = await post(gateway.url, PATH.chat, bodyFor("chat", "large"));
    expect([lone.status, await lone.text()]).toEqual([502, expect.stringContaining("more than 67108864 bytes")]);
    const both = await post(gateway.url, PATH.chat, bodyFor("chat", "both"));
    expect([both.status, await both.text()]).toEqual([200, expect.stringContaining("Done.")]);
    await gateway.stop();
    await large.stop();
    await good.stop();
  }, 60_000);

  test("of a vendor's error no more passes than the limit", async () => {
    const failing = upstream(() => new Response(bytes(4 * LIMITS.errorBodyBytesMax), { status: 400 }));
    const gateway = await start({
      providers: [provider("failing", "chat", failing.url)],
      models: [{ name: "failing", targets: [target("failing", "chat")] }],
    });
    const response = await post(gateway.url, PATH.chat, bodyFor("chat", "failing"));
    expect(response.status).toBe(400);
    expect((await response.text()).length).toBeLessThanOrEqual(LIMITS.errorBodyBytesMax);
    await gateway.stop();
    await failing.stop();
  });
});

const JSON_TYPE = { "content-type": "application/json" };
