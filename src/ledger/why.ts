/** Why a call failed, for the log: always the gateway's own sentence. An error's message may quote what a caller or a vendor wrote, so it is not read here. */
import type { ErrorKind, GatewayError } from "../ir/error.ts";
import { shortened } from "../wire/printable.ts";

export const whyOf = ({ kind, status, details }: GatewayError): string =>
  shortened(
    details.why ??
      (details.provider === undefined ? OWN[kind] : `${details.provider} ${THEIRS[kind] ?? byStatus(status)}`),
  );

/** Refused by the gateway, before any target was asked. */
const OWN: Readonly<Record<ErrorKind, string>> = {
  "invalid-request": "the gateway cannot read the request; its caller was told which field",
  "context-overflow": "the conversation is longer than the model takes",
  "content-filter": "a content filter refuses it",
  "foreign-seal": "it holds reasoning that this account did not make",
  "foreign-thread": "the rest of its conversation is at another vendor",
  unsupported: "the target cannot express what the call asks for",
  unauthenticated: "no key of this gateway came with it",
  forbidden: "its key may not ask for this model",
  "unknown-model": "no model here has that name, or its provider is switched off",
  "not-found": "there is nothing at this path",
  "method-not-allowed": "this path has other methods",
  "request-timeout": "its body came too slowly",
  "body-too-large": "its body is larger than server.body_bytes_max",
  "unsupported-media": "its body is in a form that is not read here",
  "upgrade-required": "this path is answered over HTTP only",
  "rate-limited": "a limit is reached",
  "quota-exhausted": "a quota is used up",
  "budget-exceeded": "a budget is spent",
  aborted: "the caller went away",
  internal: "the gateway failed; the line before says where",
  "upstream-failed": "the provider failed",
  "upstream-unreachable": "the provider could not be reached",
  "upstream-cut": "the answer broke off before its end",
  overloaded: "the provider is overloaded",
  "upstream-timeout": "the provider took too long",
  unavailable: "the provider is not available",
  "gateway-full": "the gateway has as many calls open as it can bear",
  "gateway-stopping": "the gateway was stopped before the end",
  "upstream-auth": "the provider refuses its key",
  "upstream-forbidden": "the provider does not allow it",
};

/** Reported by a provider, whose name is put in front. */
const THEIRS: Partial<Readonly<Record<ErrorKind, string>>> = {
  "context-overflow": "says that the conversation is longer than the model takes",
  "content-filter": "refuses the content by its filter",
  "foreign-seal": "refuses reasoning that another account or model made",
  "unknown-model": "has no such model, or not for this key",
  "not-found": "has nothing at this address; check its base_url",
  "body-too-large": "says that the request is too large",
  "rate-limited": "says that a limit is reached",
  "quota-exhausted": "says that quota or credit is used up",
  "upstream-cut": "broke off its answer before the end",
  overloaded: "is overloaded",
  "upstream-timeout": "took too long",
  "upstream-auth": "refuses its key, which is the gateway's",
  "upstream-forbidden": "knows its key, which may not do this",
};
const byStatus = (status: number): string => (status < 500 ? `refuses the request (${status})` : `failed (${status})`);
