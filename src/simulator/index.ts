export { startSimulator } from "./server.ts";
export type { SeenRequest } from "./incoming.ts";
export type { Simulator, SimulatorControl, SimulatorOptions } from "./server.ts";
export { checkRequest } from "./strict.ts";
export { TRUSTING, createSeals } from "./seals.ts";
export { SCENARIO_NAMES } from "./scenarios.ts";
export type { Script } from "./script.ts";
export type { Seals } from "./seals.ts";
export type { SimDialect } from "./asked.ts";
