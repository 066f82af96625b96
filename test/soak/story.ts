/** What a vendor answers to whom: worked out from the id and the turn alone, so that both sides know every byte. */
import { random, type Random } from "../fuzz/random.ts";
import { kindOf } from "./ids.ts";

export type Turn = 1 | 2;

export interface Called {
  readonly id: string;
  readonly name: string;
  /** JSON. */
  readonly input: string;
}

export interface Story {
  /** In the pieces in which it is streamed. None: the model did not think. */
  readonly thinking: readonly string[];
  /** What proves the thinking to the vendor that made it. */
  readonly seal: string;
  readonly text: readonly string[];
  readonly calls: readonly Called[];
  readonly usage: Usage;
}

/** `prompt` holds what was read from a cache. */
export interface Usage {
  readonly prompt: number;
  readonly cached: number;
  readonly output: number;
}

export function storyOf(id: string, turn: Turn): Story {
  const dice = random(Number.parseInt(id.slice(3, 9), 36) * 2 + turn);
  const cached = dice.int(500);
  const base = {
    thinking: thoughtOf(id, turn, dice),
    seal: `seal/${id}+${turn}==`,
    usage: { prompt: cached + 1 + dice.int(5000), cached, output: 1 + dice.int(900) },
  };
  if (turn === 2) return { ...base, text: wordsOf(id, dice), calls: [] };
  switch (kindOf(id)) {
    case "distinct":
      return { ...base, text: wordsOf(id, dice), calls: CALLS.map((call) => ({ ...call, input: `{"path":"${id}"}` })) };
    case "twin that calls":
      return { ...base, text: [], calls: CALLS.slice(0, 1) };
    case "twin that talks":
      return { ...base, text: ["O", "K"], calls: [] };
  }
}

/** The same of everybody: hosts count calls from nought. */
const CALLS: readonly Called[] = [
  { id: "call_0", name: "ls", input: "{}" },
  { id: "call_1", name: "read", input: "{}" },
];

/** Of twins only some think, as models do that decide for themselves. */
const thoughtOf = (id: string, turn: Turn, dice: Random): readonly string[] =>
  kindOf(id) !== "distinct" && dice.int(2) === 0
    ? []
    : pieces(2 + dice.int(4), (n) => `thought ${n} of ${id} in ${turn}; `);

function wordsOf(id: string, dice: Random): readonly string[] {
  const filler = 'ä€😀 \\ "quoted" \n'.repeat(dice.int(20) === 0 ? 400 : dice.int(6));
  return pieces(3 + dice.int(20), (n) => `${id} ${n} ${filler}`);
}

const pieces = (count: number, piece: (n: number) => string): readonly string[] =>
  Array.from({ length: count }, (_, n) => piece(n));
