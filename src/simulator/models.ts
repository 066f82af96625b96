/** The list of models, in the shape that the caller's SDK reads. */
import { SCENARIO_NAMES } from "./scenarios.ts";

type Headers = Readonly<Record<string, string>>;

export function modelsReply(headers: Headers): Response {
  const names = SCENARIO_NAMES();
  if (!isAnthropic(headers)) return Response.json({ object: "list", data: names.map(openaiModel) });
  return Response.json({ data: names.map(anthropicModel), has_more: false, first_id: names[0], last_id: names.at(-1) });
}

export const modelReply = (id: string, headers: Headers): Response =>
  Response.json(isAnthropic(headers) ? anthropicModel(id) : openaiModel(id));

const isAnthropic = (headers: Headers): boolean => headers["anthropic-version"] !== undefined;
const openaiModel = (id: string): object => ({ id, object: "model", created: 1_795_219_200, owned_by: "simulator" });
const anthropicModel = (id: string): object => ({
  type: "model",
  id,
  display_name: id,
  created_at: "2026-11-21T00:00:00Z",
});
