/** Two levels as one: what may go to disk in the one, what may not in the other. They share no key (lookup-keys.ts), so neither asks the other. */
import type { Level } from "./vault.ts";

export function memoryBeside(disk: Level, memory: Level): Level {
  const levels = { disk, memory };
  return {
    put: (keys, stored, keeps) => levels[keeps].put(keys, stored, keeps),
    get: (keys, keeps) => levels[keeps].get(keys, keeps),
    stop: async () => {
      await Promise.all([disk.stop(), memory.stop()]);
    },
  };
}
