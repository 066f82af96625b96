/** Whose seals are whose: what one worker learns, the others hear of, and those that start later too. */
import type { Made } from "../vault/provenance.ts";
import { LIMITS } from "../wire/limits.ts";

export interface Seals {
  /** Before a worker starts: it begins with `known`, and misses nothing of what comes until it can be told. */
  join(): Member;
}
export interface Member {
  readonly known: readonly Made[];
  /** It sent one out. */
  heard(made: Made): void;
  listens(tell: (made: Made) => void): void;
  leave(): void;
}

export function sealsOf(): Seals {
  const known = new Map<string, Made>();
  const members = new Map<Member, (made: Made) => void>();
  const keep = (made: Made): void => {
    known.delete(made.hash);
    known.set(made.hash, made);
    const [oldest] = known.keys();
    if (known.size > LIMITS.provenanceMax && oldest !== undefined) known.delete(oldest);
  };
  return {
    join: () => {
      const missed: Made[] = [];
      const member: Member = {
        known: [...known.values()],
        heard: (made) => {
          keep(made);
          for (const [other, tell] of members) if (other !== member) tell(made);
        },
        listens: (tell) => {
          members.set(member, tell);
          missed.forEach(tell);
        },
        leave: () => void members.delete(member),
      };
      members.set(member, (made) => void missed.push(made));
      return member;
    },
  };
}
