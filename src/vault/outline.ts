/** One answer as the vault keeps it: its reasoning, and where it stood among calls and texts. */
import type { Answer, WholeBlock } from "../ir/collect.ts";
import type { ReasoningEntry } from "../ir/request.ts";
import { canRead, type Seal, type SealReader } from "../ir/seal.ts";
import type { AssistantEntry } from "../ir/turns.ts";

/** In the answer's own order. Of texts only their place is kept. */
export type Outline = readonly Piece[];
export type Piece =
  | { readonly reasoning: ReasoningEntry }
  /** `seal`: Gemini's thought signature stands on the call itself, or on the text. */
  | { readonly call: string; readonly seal?: Seal }
  | { readonly text: true; readonly seal?: Seal };

/** An outline with its JSON, which is what is compared and written. */
export interface Stored {
  readonly outline: Outline;
  readonly text: string;
}
/** What an answer without reasoning leaves, or one of which nothing more is known. */
export const TRACE: Stored = { outline: [], text: "[]" };

export const outlineOf = (answer: Answer): Outline => answer.blocks.flatMap(pieceOf);

export const isWorthKeeping = (outline: Outline): boolean =>
  outline.some((piece) => "reasoning" in piece || piece.seal !== undefined);

function pieceOf(whole: WholeBlock): Piece[] {
  const { block, seal } = whole;
  if (block.kind === "call") return [{ call: block.callId, ...(seal && { seal }) }];
  if (block.kind === "text") return [{ text: true, ...(seal && { seal }) }];
  if (block.kind !== "reasoning" || (!seal && whole.text === "")) return [];
  return [
    {
      reasoning: {
        kind: "reasoning",
        sections: whole.sections,
        ...(seal && { seal }),
        ...(block.redacted && { redacted: true }),
      },
    },
  ];
}

const isSealedFor = (entry: Pick<ReasoningEntry, "seal">, reader: SealReader): boolean =>
  entry.seal !== undefined && canRead(reader, entry.seal);
/** Plain reasoning text is for everyone. */
const hasText = (entry: ReasoningEntry): boolean => entry.sections.some((text) => text !== "");

/** Nothing is better than what the client itself sends back with its proof. */
const holdsReadable = (turn: readonly AssistantEntry[], reader: SealReader): boolean =>
  turn.some((entry) => "seal" in entry && isSealedFor(entry, reader));

/** Nor is there more to know, unless calls are sealed apart: a client may have no field for that. */
export const holdsAll = (turn: readonly AssistantEntry[], reader: SealReader): boolean =>
  holdsReadable(turn, reader) &&
  (!reader.sealsCalls || turn.every((entry) => entry.kind !== "call" || isSealedFor(entry, reader)));

/** Every proof that the client sent is in the outline as well: it tells of the same answer. */
function provesAll(outline: Outline, turn: readonly AssistantEntry[], reader: SealReader): boolean {
  const known = new Set(outline.map((piece) => ("reasoning" in piece ? piece.reasoning.seal : piece.seal)?.value));
  return turn.every((entry) => !("seal" in entry) || !isSealedFor(entry, reader) || known.has(entry.seal?.value));
}

/**
 * The turn with what the outline has for this reader. Reasoning that a client sent without its proof gives way to the
 * proven one, and to nothing less: a Chat client's `reasoning_content` has no place for a signature.
 */
export function withReasoning(
  turn: readonly AssistantEntry[],
  outline: Outline,
  reader: SealReader,
): readonly AssistantEntry[] {
  if (holdsReadable(turn, reader) && !provesAll(outline, turn, reader)) return turn;
  const isProven = outline.some((piece) => isSealedFor("reasoning" in piece ? piece.reasoning : piece, reader));
  if (!isProven && turn.some((entry) => entry.kind === "reasoning" && hasText(entry))) return turn;
  // What this reader cannot open is put back too: its encoder leaves it out, and says so.
  return merged(turn, outline, reader);
}

/** Each thought in front of what followed it: thinking, call, thinking, call. A turn may hold a part of the answer only. */
function merged(turn: readonly AssistantEntry[], outline: Outline, reader: SealReader): readonly AssistantEntry[] {
  const bare = outline.some((piece) => "reasoning" in piece) ? turn.filter(({ kind }) => kind !== "reasoning") : turn;
  const out: AssistantEntry[] = [];
  const place = placesIn(bare);
  let at = 0;
  let waiting: ReasoningEntry[] = [];
  let before: readonly ReasoningEntry[] = [];
  let isPlaced = false;
  for (const piece of outline) {
    if ("reasoning" in piece) {
      waiting.push(piece.reasoning);
      continue;
    }
    const found = place(piece, at);
    if (found !== undefined) {
      const between = bare.slice(at, found);
      // A vendor wants a turn to begin with its thinking; Chat clients put the text first, wherever it stood.
      out.push(...(at === 0 ? [...waiting, ...between] : [...between, ...waiting]));
      out.push(sealed(bare[found] as AssistantEntry, piece, reader));
      isPlaced ||= waiting.length > 0;
      at = found + 1;
      waiting = [];
    } else if ("call" in piece) {
      // Its call stands in another turn, and so does the reasoning in front of it.
      if (at === 0 && waiting.length > 0) before = waiting;
      waiting = [];
    }
  }
  const rest = [...out, ...waiting, ...bare.slice(at)];
  // Calls of one answer, sent back one by one: each turn needs the thinking that led to it.
  return isPlaced || waiting.length > 0 ? rest : [...before, ...rest];
}

type Said = Exclude<Piece, { reasoning: unknown }>;

/** Finds the first entry from a place on that a piece is about. The places asked for only grow, so no entry is passed twice. */
function placesIn(turn: readonly AssistantEntry[]): (piece: Said, from: number) => number | undefined {
  const calls = new Map<string, { readonly places: number[]; next: number }>();
  const texts = { places: [] as number[], next: 0 };
  turn.forEach((entry, index) => {
    if (entry.kind === "message") texts.places.push(index);
    if (entry.kind !== "call") return;
    const known = calls.get(entry.callId);
    if (known) known.places.push(index);
    else calls.set(entry.callId, { places: [index], next: 0 });
  });
  return (piece, from) => {
    const found = "call" in piece ? calls.get(piece.call) : texts;
    if (!found) return undefined;
    while ((found.places[found.next] ?? from) < from) found.next++;
    return found.places[found.next];
  };
}

function sealed(entry: AssistantEntry, piece: Piece, reader: SealReader): AssistantEntry {
  if (entry.kind === "reasoning" || entry.kind === "opaque" || !("seal" in piece) || !piece.seal) return entry;
  return isSealedFor(entry, reader) || !canRead(reader, piece.seal) ? entry : { ...entry, seal: piece.seal };
}
