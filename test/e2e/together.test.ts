/** Replicas that start at once on a database that nobody has seen yet. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type PostgresServer, startPostgres, withoutPostgres } from "../fixtures/postgres.ts";
import { startProcess } from "./process.ts";

const why = withoutPostgres();
const YAML = (url: string): string => `
storage: { url: "${url}" }
auth: { keys: [ { name: someone, key: key-of-someone-1234567890 } ] }
providers: { chat: { kind: openai-compatible, base_url: "http://127.0.0.1:1/v1", api_key: vendor-key, prices: { input: 1, output: 1 } } }
models: { chat: { targets: [ { provider: chat, model: served } ] } }
`;

describe.skipIf(why !== undefined)(why ? `five replicas at once (${why})` : "five replicas at once", () => {
  let server: PostgresServer;
  beforeAll(async () => void (server = await startPostgres()), 60_000);
  afterAll(() => server.stop());

  test("make one schema, and none of them warns", async () => {
    for (let time = 0; time < 2; time++) {
      const url = await server.database();
      const variables = { CODESWITCH_SECRET: "the-one-secret-of-five-replicas-long-enough" };
      const replicas = await Promise.all(Array.from({ length: 5 }, () => startProcess(YAML(url), { variables })));
      // That they count apart without Redis is no fault of their start.
      const said = replicas
        .flatMap(({ warnings }) => warnings)
        .filter(({ message }) => !String(message).includes("Name redis.url"));
      await Promise.all(replicas.map((one) => one.stop()));
      expect(said).toEqual([]);
    }
  }, 120_000);
});
