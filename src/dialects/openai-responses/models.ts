/** The model list of OpenAI's API. https://platform.openai.com/docs/api-reference/models/list */
import type { JsonObject } from "../../wire/json.ts";

/** 2026-01-01, in seconds: clients demand a date, and a gateway's names have none. */
const CREATED = 1_767_225_600;

const one = (name: string): JsonObject => ({ id: name, object: "model", created: CREATED, owned_by: "codeswitch" });

export const models = { one, list: (names: readonly string[]): JsonObject => ({ object: "list", data: names.map(one) }) };
