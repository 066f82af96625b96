import { expect, test } from "bun:test";
import { call } from "./call.ts";

test("a page without an end is read no further than what a sentence needs, and its connection closed", async () => {
  let [sent, left] = [0, (): void => {}];
  const gone = new Promise<void>((resolve) => void (left = resolve));
  const page = new TextEncoder().encode("x".repeat(64 * 1024));
  const endless = (): ReadableStream<Uint8Array> =>
    new ReadableStream({
      pull: (controller) => {
        sent += page.byteLength;
        controller.enqueue(page);
      },
      cancel: () => left(),
    });
  const server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response(endless()) });
  const got = await call({ url: `http://127.0.0.1:${server.port}/`, headers: {}, timeoutMs: 4_000 });
  expect(got).toMatchObject({ kind: "answer", status: 200 });
  expect(got.kind === "answer" && got.text.length).toBe(2_000_000);
  await gone;
  expect(sent).toBeLessThan(64_000_000);
  await server.stop(true);
});
