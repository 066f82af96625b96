/** Says a thing once until it is over, and then that it is over. */

export interface TellOnce {
  begun(what: string, message: string): void;
  over(what: string, message: string): void;
}

export function tellOnce(warn: (message: string) => void): TellOnce {
  const told = new Set<string>();
  return {
    begun: (what, message) => {
      if (told.has(what)) return;
      told.add(what);
      warn(message);
    },
    over: (what, message) => {
      if (told.delete(what)) warn(message);
    },
  };
}
