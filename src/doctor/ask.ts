/** One call of a provider, whose answer is shown to a person: without the provider's secrets, should the vendor repeat them. */
import type { ProviderConfig } from "../config/config.ts";
import { type Asked, call, type Got, objectIn } from "../probe/call.ts";
import { withoutCredentials } from "../providers/credentials.ts";

export async function ask(provider: ProviderConfig, asked: Asked): Promise<Got> {
  const got = await call(asked);
  if (got.kind === "failed") return got;
  const text = withoutCredentials(got.text, provider);
  return text === got.text ? got : { ...got, text, json: objectIn(text) };
}
