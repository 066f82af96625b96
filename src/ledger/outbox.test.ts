/** A copy of every row, to somebody who may be slow, away or picky. */
import { afterEach, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { outboxOf } from "./outbox.ts";

const root = mkdtempSync(join(tmpdir(), "codeswitch-outbox-"));
let stop = (): void => {};
afterEach(() => void stop());

function receiver(answer: (body: string, request: Request) => number) {
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: async (request) =>
      new Response("no, because of cs-secret", { status: answer(await request.text(), request) }),
  });
  stop = () => void server.stop(true);
  return server;
}

test("rows go as one JSON object a line, with the headers of the configuration and the address's user as a header", async () => {
  let got: { body: string; url: string; headers: Headers } | undefined;
  const { port } = receiver((body, { url, headers }) => ((got = { body, url, headers }), 200));
  const to = { url: `http://me:p%40ss@127.0.0.1:${port}/?query=INSERT%20INTO%20calls`, headers: { "X-Key": "k" } };
  await outboxOf({ to, root, warn: () => {} }).take(['{"id":"a"}', '{"id":"b"}']);
  expect(got?.body).toBe('{"id":"a"}\n{"id":"b"}\n');
  expect(got?.url).toEndWith("/?query=INSERT%20INTO%20calls");
  expect(got?.headers.get("authorization")).toBe(`Basic ${btoa("me:p@ss")}`);
  expect(got?.headers.get("x-key")).toBe("k");
});

test("a row that is refused is kept aside, and the others arrive", async () => {
  const seen: string[] = [];
  const { port } = receiver((body) => (body.includes("bad") ? 400 : (seen.push(body), 200)));
  const warnings: string[] = [];
  const out = outboxOf({
    to: { url: `http://127.0.0.1:${port}/`, headers: {} },
    root,
    warn: (line) => warnings.push(line),
  });
  await out.take(["1", "2", "bad", "4"]);
  expect(seen.join("")).toBe("1\n2\n4\n");
  expect(readFileSync(join(root, "refused-by-outbox.jsonl"), "utf8")).toBe("bad\n");
  expect(warnings).toHaveLength(1);
});

test.each([401, 404, 429, 500, 302])("a status of %d is a matter of time: all of them wait", async (status) => {
  const { port } = receiver(() => status);
  const out = outboxOf({ to: { url: `http://127.0.0.1:${port}/`, headers: {} }, root, warn: () => {} });
  await expect(out.take(["1"])).rejects.toThrow(`status ${status}`);
});

test("what is said of it holds no password, query, header or answer", async () => {
  const { port } = receiver(() => 500);
  const warnings: string[] = [];
  const warn = (line: string): void => void warnings.push(line);
  for (const at of [`127.0.0.1:${port}`, "127.0.0.1:1"]) {
    const to = { url: `http://me:secret@${at}/path-secret?password=secret`, headers: { key: "secret" } };
    const out = outboxOf({ to, root, warn });
    const error = await out.take(["{}"]).catch((caught: unknown) => caught);
    out.away(error);
    out.back();
  }
  expect(warnings).toHaveLength(4);
  expect(warnings.join("\n")).not.toContain("secret");
});

rmSync(join(root, "refused-by-outbox.jsonl"), { force: true });
