/** What the numbers were measured on. */
import { readFileSync } from "node:fs";
import { arch, cpus, loadavg, release, totalmem } from "node:os";
import { nginxVersion } from "./nginx.ts";

export function machine(): readonly string[] {
  const models = new Set(cpus().map((cpu) => cpu.model.trim()));
  return [
    `${cpus().length} cores of ${[...models].join(", ")} (${arch()}), ${Math.round(totalmem() / 2 ** 30)} GB`,
    `Linux ${release()}${virtual()}`,
    `Bun ${Bun.version}, ${nginxVersion()}, Node ${nodeVersion()}`,
    `load before the start: ${(loadavg()[0] ?? 0).toFixed(2)}`,
  ];
}

const virtual = (): string => (/^flags\s*:.*\bhypervisor\b/m.test(cpuInfo()) ? ", a virtual machine" : "");
const cpuInfo = (): string => {
  try {
    return readFileSync("/proc/cpuinfo", "utf8");
  } catch {
    return "";
  }
};
const nodeVersion = (): string => Bun.spawnSync(["node", "--version"]).stdout.toString().trim().replace("v", "");
