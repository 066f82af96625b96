export { startSimulator } from "./server.ts";
export type { SeenRequest, Simulator, SimulatorControl, SimulatorOptions } from "./server.ts";
export { checkRequest } from "./strict.ts";
export { createSeals } from "./seals.ts";
export { SCENARIO_NAMES } from "./scenarios.ts";
export type { SimDialect } from "./asked.ts";
