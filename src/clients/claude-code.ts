/** What Claude Code does beyond Messages. Recorded from 2.1.329 (docs/clients/claude-code.md). */
import type { ProviderKind } from "../config/config.ts";
import { ANTHROPIC_MESSAGES } from "../dialects/anthropic-messages/id.ts";
import type { DialectId } from "../ir/dialect-id.ts";
import { lossless, lossList, type Translated } from "../ir/loss.ts";
import type { Entry, ModelRequest } from "../ir/request.ts";
import type { SpanEdit } from "../wire/edit.ts";
import { isList, isObject, type Json, type JsonObject } from "../wire/json.ts";

/**
 * `x-anthropic-billing-header: cc_version=2.1.329.0a8; cc_entrypoint=sdk-cli;`, its first system block. It differs from
 * conversation to conversation, so that for everybody but Anthropic it would end a shared prefix at its first byte.
 */
const ATTRIBUTION = /^x-anthropic-billing-header:/;

/** Whose bill it is about: Anthropic's own models, wherever they stand, and the stand-in for them. */
const READS_ATTRIBUTION: ReadonlySet<ProviderKind> = new Set(["anthropic", "azure", "simulator"]);

export const readsAttribution = (kind: ProviderKind, dialect: DialectId): boolean =>
  dialect === ANTHROPIC_MESSAGES && READS_ATTRIBUTION.has(kind);

/** For a translated call. */
export function withoutAttribution(request: ModelRequest): Translated<ModelRequest> {
  const first = request.entries[0];
  if (first?.kind !== "instructions" || typeof first.content === "string") return lossless(request);
  const [head, ...rest] = first.content;
  if (head?.kind !== "text" || !ATTRIBUTION.test(head.text)) return lossless(request);
  const instructions: readonly Entry[] = rest.length > 0 ? [{ kind: "instructions", content: rest }] : [];
  const losses = lossList();
  const note = "attribution for Anthropic's bill; in front of the prompt it would spoil another vendor's cache";
  losses.hint("system[0]", "billing-header", "dropped", note);
  return { value: { ...request, entries: [...instructions, ...request.entries.slice(1)] }, losses: losses.list() };
}

/** For bytes that pass to a vendor who only speaks Messages. */
export function attributionEdits(body: JsonObject, kind: ProviderKind, dialect: DialectId): readonly SpanEdit[] {
  if (dialect !== ANTHROPIC_MESSAGES || READS_ATTRIBUTION.has(kind)) return [];
  const first: Json | undefined = isList(body.system) ? body.system[0] : undefined;
  const isAttribution = isObject(first) && typeof first.text === "string" && ATTRIBUTION.test(first.text);
  return isAttribution ? [{ name: "billing-header", path: ["system", 0], value: undefined }] : [];
}

/**
 * Its /model keeps of a gateway's list the ids that begin with claude or anthropic, and shows their `display_name`
 * (measured, 2.1.329: ~/.claude/cache/gateway-models.json). Every other name is listed a second time, under this prefix.
 */
const LISTED_AS = "claude-codeswitch-";

export const listedIds = (names: readonly string[]): readonly string[] => [
  ...names,
  ...names.filter((name) => !/^(claude|anthropic)/i.test(name)).map((name) => LISTED_AS + name),
];

/** What a name means that was picked from that list; any other stays. */
export const nameListed = (id: string): string =>
  id.length > LISTED_AS.length && id.slice(0, LISTED_AS.length).toLowerCase() === LISTED_AS
    ? id.slice(LISTED_AS.length)
    : id;
