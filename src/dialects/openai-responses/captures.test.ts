/** Bodies that real clients sent: read, written for their own dialect, and equal but for the differences named here. */
import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Addressee } from "../dialect.ts";
import { repairEntries } from "../../ir/repair.ts";
import { isObject, type JsonObject } from "../../wire/json.ts";
import { openaiResponses } from "./index.ts";
import { isNative } from "./passes.ts";
import { TO } from "../../../test/fixtures/responses.ts";

const CAPTURES = process.env.CODESWITCH_CAPTURES ?? "../shared/captures";
const names = existsSync(CAPTURES) ? readdirSync(CAPTURES).filter((name) => name.endsWith(".json")) : [];
const bodies = names.flatMap((name) => {
  const body = (JSON.parse(readFileSync(join(CAPTURES, name), "utf8")) as JsonObject).body;
  return isObject(body) && body.input !== undefined ? [{ name, body }] : [];
});

/** `type` is the WebSocket envelope; an empty `text` says nothing; who does not ask for storage gets none, but sealed reasoning. */
const DECLARED = (body: JsonObject): JsonObject => {
  const { type: _, text, ...rest } = body;
  const said = isObject(text) && Object.keys(text).length > 0 ? { text } : {};
  const stateless = body.store === undefined ? { store: false, include: ["reasoning.encrypted_content"] } : {};
  return { stream: false, ...stateless, ...rest, ...said };
};

describe("captured requests", () => {
  test.each(bodies)("$name comes back as it was", ({ body }) => {
    const { value: request, losses } = openaiResponses.request.decode(body);
    const to: Addressee = { ...TO, model: String(body.model) };
    const written = openaiResponses.request.encode(request, to);
    expect(losses).toEqual([]);
    expect(written.losses).toEqual([]);
    expect(written.value).toEqual(DECLARED(body));
    expect(isNative(body)).toBe(true);
  });

  test.each(bodies.filter(({ body }) => body.previous_response_id === undefined))(
    "$name needs no repair",
    ({ body }) => {
      const { value: request } = openaiResponses.request.decode(body);
      const repaired = repairEntries(request.entries);
      expect(repaired.losses).toEqual([]);
      expect(repaired.value).toEqual(request.entries);
    },
  );

  test("says how many ran", () => {
    console.log(
      `openai-responses captures: ${bodies.length} bodies${names.length === 0 ? ` (${CAPTURES} is absent)` : ""}`,
    );
  });
});
