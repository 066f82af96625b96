/** Codex's list of models stands beside the one that the SDKs read. */
import { expect, test } from "bun:test";
import type { JsonObject } from "../../src/wire/json.ts";
import { provider, start, target } from "./gateway.ts";

test("GET /v1/models?client_version= adds models from our capability rows beside data", async () => {
  const gateway = await start({
    providers: [provider("p", "messages", "http://127.0.0.1:1")],
    models: [
      { name: "opus", targets: [target("p", "messages", "claude-opus-5")] },
      { name: "any-*", targets: [target("p", "messages", "*")] },
    ],
  });
  try {
    const list = async (query: string): Promise<JsonObject> =>
      (await (await fetch(`${gateway.url}/v1/models${query}`)).json()) as JsonObject;
    expect(await list("")).not.toHaveProperty("models");
    const both = await list("?client_version=0.169.0");
    expect(both.data).toMatchObject([{ id: "opus" }]);
    expect(both.models).toMatchObject([{ slug: "opus", default_reasoning_level: "medium", visibility: "list" }]);
  } finally {
    await gateway.stop();
  }
});
