/** The native lane: what the caller wrote is what the vendor reads, and what the vendor wrote is what the caller reads, byte by byte. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Running, startThree } from "./gateway.ts";
import { type Asked, type Upstream, upstream } from "./upstream.ts";
import { PATH, post, WHOLE, type Wire, wholeStream, WIRES } from "./wires.ts";

/** Everything that a round trip through JSON.parse would change: numbers, spaces, key order, escapes, fields nobody knows. */
const ODD = String.raw`"z_unknown" : {"b":1.0,  "a":9007199254740993 ,"e":1E5,"neg":-0.0}, "a_unknown":["\u00e9\ud83d\ude00 \/ \u003c",  null ]`;
const BODIES: Readonly<Record<Wire, string>> = {
  chat: String.raw`{ "stream":false,${ODD},"messages" :[ {"content":"caf\u00e9  \/x","role":"user","x":1.0} ],"model":"chat","tools":[{"type":"function","function":{"parameters":{"properties":{"b":{},"a":{}},"type":"object"},"name":"t"}}]}`,
  responses: String.raw`{ ${ODD},"input" :[ {"role":"user","content":"caf\u00e9  \/x","x":1.0} ],"store":false,"model":"responses" }`,
  messages: String.raw`{"max_tokens":1e2, ${ODD},"system":[{"cache_control":{"type":"ephemeral"},"type":"text","text":"\u003csys>"}],"messages" :[ {"role":"user","content":"caf\u00e9  \/x"} ],"model":"messages"}
`,
};
/** Odd bytes on the way back too. */
const oddReply = (wire: Wire): string =>
  JSON.stringify(WHOLE[wire]).replace("{", String.raw`{ "x_unknown":9007199254740993,"y":"\u00e9\/"  ,`);

describe("same dialect on both sides", () => {
  let server: Upstream;
  let gateway: Running;
  let answer: (asked: Asked) => Response;
  beforeAll(async () => {
    server = upstream((asked) => answer(asked));
    gateway = await startThree({ chat: server.url, responses: server.url, messages: server.url });
  });
  afterAll(async () => {
    await gateway?.stop();
    await server?.stop();
  });
  const last = (): Asked => server.asked.at(-1) as Asked;

  for (const wire of WIRES) {
    test(`${wire}: only the model is edited`, async () => {
      answer = () => new Response(oddReply(wire), { headers: { "content-type": "application/json" } });
      const response = await post(gateway.url, PATH[wire], BODIES[wire]);
      expect(await response.text()).toBe(oddReply(wire));
      expect(response.status).toBe(200);
      expect(last().text).toBe(BODIES[wire].replace(`"model":"${wire}"`, '"model":"served"'));
    });

    test(`${wire}: the model's key is found by its decoded name`, async () => {
      answer = () => Response.json(WHOLE[wire]);
      const response = await post(gateway.url, PATH[wire], BODIES[wire].replace('"model"', String.raw`"mod\u0065l"`));
      expect(response.status).toBe(200);
      expect(last().body["model"]).toBe("served");
    });

    test(`${wire}: a repeated top-level key is refused, however it is written`, async () => {
      for (const second of ['"model":"other"', String.raw`"\u006dodel":"other"`]) {
        const asked = server.asked.length;
        const response = await post(gateway.url, PATH[wire], BODIES[wire].replace(/\}\s*$/, `,${second}}`));
        expect(response.status).toBe(400);
        expect(await response.text()).toContain("model");
        expect(server.asked.length).toBe(asked);
      }
    });

    test(`${wire}: a stream passes as it is, comments and odd framing included`, async () => {
      const odd = `: hello\r\nid: 7\r\nretry: 10\r\n\r\n${wholeStream(wire)}`;
      answer = () => new Response(odd, { headers: { "content-type": "text/event-stream" } });
      const asksUsage = wire === "chat" ? ',"stream_options":{"include_usage":true}' : "";
      const body = BODIES[wire].replace(/"stream":false,?/, "").replace("{", `{"stream":true${asksUsage},`);
      const response = await post(gateway.url, PATH[wire], body);
      expect(response.headers.get("content-type")).toContain("text/event-stream");
      expect(await response.text()).toBe(odd);
      expect(last().text).toBe(body.replace(`"model":"${wire}"`, '"model":"served"'));
    });

    test(`${wire}: an error body of the vendor passes unmodified`, async () => {
      const error = String.raw`{ "error":{"type":"invalid_request_error","message":"prompt is too long: 210000 tokens > 200000 maximum","x":1.0}, "type" : "error" }`;
      answer = () => new Response(error, { status: 400, headers: { "content-type": "application/json" } });
      const response = await post(gateway.url, PATH[wire], BODIES[wire]);
      expect(response.status).toBe(400);
      expect(await response.text()).toBe(error);
    });
  }

  test("a usage chunk that only the gateway asked for is withheld", async () => {
    const usage =
      'data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"served","choices":[],"usage":{"prompt_tokens":5,"completion_tokens":2,"total_tokens":7}}\n\n';
    const stream = wholeStream("chat").replace("data: [DONE]", `${usage}data: [DONE]`);
    answer = () => new Response(stream, { headers: { "content-type": "text/event-stream" } });
    const response = await post(gateway.url, PATH.chat, {
      model: "chat",
      stream: true,
      messages: [{ role: "user", content: "Hi" }],
    });
    expect(await response.text()).toBe(stream.replace(usage, ""));
    expect(gateway.records.at(-1)?.usage.lines).toMatchObject([{ input: 5, output: 2 }]);
  });
});
