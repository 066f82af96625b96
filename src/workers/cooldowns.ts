/** What one worker was refused, the others hear of, and those that start meanwhile too. */
import type { Cooled } from "../routing/cooldowns.ts";

export interface CooledPlace {
  /** It was refused. */
  heard(cooled: Cooled): void;
  /** It serves: from now on it is told what the others hear, and at once what still holds. */
  listens(tell: (cooled: Cooled) => void): void;
  leave(): void;
}

/** Remembered for workers that start later. */
const REMEMBERED_MAX = 1_000;

export function cooledPlaces(clock: () => number): { join(): CooledPlace } {
  const places = new Map<CooledPlace, (cooled: Cooled) => void>();
  let last: readonly Cooled[] = [];
  return {
    join: () => {
      const place: CooledPlace = {
        heard: (cooled) => {
          last = [...last.filter(({ until }) => until > clock()), cooled].slice(-REMEMBERED_MAX);
          for (const [other, tell] of places) if (other !== place) tell(cooled);
        },
        listens: (tell) => {
          places.set(place, tell);
          for (const cooled of last) if (cooled.until > clock()) tell(cooled);
        },
        leave: () => void places.delete(place),
      };
      return place;
    },
  };
}
