/** A PDF, in whichever part a client puts it, is a document for Claude and a file for OpenAI. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { startSimulator, type Simulator } from "../../src/simulator/index.ts";
import { DIALECT_OF, provider, type Running, start } from "./gateway.ts";
import { PATH, post, type Wire, WIRES } from "./wires.ts";

const DATA = Buffer.from("%PDF-1.7 nothing").toString("base64");
const PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const URLS = {
  "a data URL": `data:application/pdf;base64,${DATA}`,
  "a data URL with a name": `data:application/pdf;name=a.pdf;base64,${DATA}`,
  "a data URL of any bytes": `data:application/octet-stream;base64,${DATA}`,
};

let simulator: Simulator;
let gateway: Running;
beforeAll(async () => {
  simulator = startSimulator({ strict: true, record: true });
  gateway = await start({
    providers: WIRES.map((wire) => provider(wire, wire, simulator.url)),
    models: WIRES.map((wire) => ({
      name: wire,
      targets: [{ provider: wire, model: "sim-echo", dialect: DIALECT_OF[wire] }],
    })),
  });
});
afterAll(async () => {
  await gateway?.stop();
  simulator?.stop();
});

/** The parts that reached the vendor. */
async function sent(client: Wire, vendor: Wire, part: object): Promise<readonly object[]> {
  const turn = { role: "user", content: [part] };
  const body = client === "responses" ? { model: vendor, input: [turn] } : { model: vendor, messages: [turn] };
  const response = await post(gateway.url, PATH[client], {
    ...body,
    max_tokens: client === "messages" ? 100 : undefined,
  });
  expect([response.status, await response.text()]).toEqual([200, expect.any(String)]);
  const seen = simulator.seen.at(-1)?.body;
  const [message] = (seen?.[vendor === "responses" ? "input" : "messages"] ?? []) as unknown as readonly {
    content: readonly object[];
  }[];
  return message?.content ?? [];
}
const lossesOf = () => gateway.records.at(-1)?.losses;

const DOCUMENT = { type: "document", source: { type: "base64", media_type: "application/pdf", data: DATA } };
const FILE = { filename: "document.pdf", file_data: URLS["a data URL"] };

for (const [what, url] of Object.entries(URLS))
  describe(what, () => {
    const CHAT_PARTS = {
      image_url: { type: "image_url", image_url: { url } },
      file: { type: "file", file: { filename: "document.pdf", file_data: url } },
    };
    const RESPONSES_PARTS = {
      input_image: { type: "input_image", image_url: url, detail: "auto" },
      input_file: { type: "input_file", filename: "document.pdf", file_data: url },
    };
    for (const [part, written] of Object.entries(CHAT_PARTS)) {
      test(`as ${part} of Chat is a document at Claude`, async () => {
        expect(await sent("chat", "messages", written)).toEqual([expect.objectContaining(DOCUMENT)]);
        expect(lossesOf()).toEqual([]);
      });
      test(`as ${part} of Chat is an input_file at Responses`, async () => {
        expect(await sent("chat", "responses", written)).toEqual([{ type: "input_file", ...FILE }]);
        expect(lossesOf()).toEqual([]);
      });
    }
    for (const [part, written] of Object.entries(RESPONSES_PARTS)) {
      test(`as ${part} of Responses is a document at Claude`, async () => {
        expect(await sent("responses", "messages", written)).toEqual([expect.objectContaining(DOCUMENT)]);
        expect(lossesOf()).toEqual([]);
      });
      test(`as ${part} of Responses is a file at Chat`, async () => {
        expect(await sent("responses", "chat", written)).toEqual([{ type: "file", file: FILE }]);
        expect(lossesOf()).toEqual([]);
      });
    }
  });

test("a document of Claude's clients is a file for OpenAI", async () => {
  expect(await sent("messages", "chat", DOCUMENT)).toEqual([{ type: "file", file: FILE }]);
  expect(await sent("messages", "responses", DOCUMENT)).toEqual([{ type: "input_file", ...FILE }]);
});

test("a picture stays one", async () => {
  const source = { type: "base64", media_type: "image/png", data: PNG };
  const url = `data:image/png;base64,${PNG}`;
  expect(await sent("chat", "messages", { type: "image_url", image_url: { url } })).toEqual([
    { type: "image", source },
  ]);
  expect(await sent("responses", "messages", { type: "input_image", image_url: url, detail: "auto" })).toEqual([
    { type: "image", source },
  ]);
});

test("within one dialect the part stays as it was written: its vendor may take it, or say what is wrong", async () => {
  const image = { type: "image_url", image_url: { url: URLS["a data URL"] } };
  await post(gateway.url, PATH.chat, { model: "chat", messages: [{ role: "user", content: [image] }] });
  expect(simulator.seen.at(-1)?.text).toContain(JSON.stringify(image));
});
