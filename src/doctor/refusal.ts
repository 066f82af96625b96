/** What a vendor's refusal means for whoever set the provider up. */
import type { ProviderConfig } from "../config/config.ts";
import { type Answered, messageOf } from "../probe/call.ts";
import { operatorsFault } from "../providers/refusals.ts";
import { fault, type Finding, warning } from "./finding.ts";

/** undefined: no refusal. */
export function refusal(about: string, provider: ProviderConfig, got: Answered, url: string): Finding | undefined {
  const { kind, name, writtenAt } = provider;
  const { status } = got;
  const said = `status ${status}: ${messageOf(got)}`;
  if (status >= 300 && status < 400) {
    const to = URL.parse(got.headers.get("location") ?? "", url);
    const where = to ? ` to ${to.origin}${to.pathname}` : "";
    const says = `${hostOf(url)} answers with a redirect${where}, which is not followed. Write the final address as its base_url.`;
    return fault(about, "address", says);
  }
  if (status === 401) {
    const says = `The key is refused (${said}). Check ${writtenAt?.apiKey ?? `the api_key of ${name}`}, and that it is one of this vendor and region.`;
    return fault(about, "key", says);
  }
  if (status === 403) {
    const says = `The key is known and may not do this (${said}). Check its rights, the organisation, and whether this network is allowed.`;
    return fault(about, "key", says);
  }
  if (status === 429) {
    const says = `It is there, and says that a limit is reached (${said}). Wait, or look at quota and billing.`;
    return warning(about, "limit", says);
  }
  if (status >= 500)
    return fault(about, "reach", `It is reached and fails (${said}). Wait, or look at the vendor's status page.`);
  const own = operatorsFault({ status, said: got.text }, { provider, target: { model: "" }, name: "" });
  if (own?.what === "version") return fault(about, "version", `${own.says} It said: ${said}`);
  if (status < 400) return undefined;
  const says = `It is reached and refuses the question (${said}). Check base_url and kind (${kind}).`;
  return fault(about, "address", says);
}

export const hostOf = (url: string): string => URL.parse(url)?.host ?? url;
