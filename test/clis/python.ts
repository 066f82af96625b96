/** Python's clients and frameworks, in a virtual environment of their own, made once. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { IS_FULL_RUN } from "./clients.ts";

const REQUIREMENTS = join(import.meta.dir, "python/requirements.txt");
const VENV = join(import.meta.dir, "node_modules/.python");
const BIN = join(VENV, process.platform === "win32" ? "Scripts" : "bin");
const INSTALLED = join(VENV, "installed");
export const PYTHON = join(BIN, process.platform === "win32" ? "python.exe" : "python");
/** It installs in seconds what takes pip minutes. */
const UV = "uv==0.13.9";

/** What a script of Python's needs: its own home, and libraries that ask nobody for prices, headers or traces. */
export const PYTHON_ENV: Readonly<Record<string, string>> = {
  PATH: process.env.PATH ?? "",
  HOME: VENV,
  LITELLM_LOCAL_MODEL_COST_MAP: "True",
  LITELLM_LOCAL_ANTHROPIC_BETA_HEADERS: "True",
  OPENAI_AGENTS_DISABLE_TRACING: "1",
  PYTHONDONTWRITEBYTECODE: "1",
};

/** Why there is no Python; undefined: all is installed. */
export const WHY_NO_PYTHON = IS_FULL_RUN ? install() : "npm run test:clients installs them";

function install(): string | undefined {
  const wanted = readFileSync(REQUIREMENTS, "utf8");
  if (existsSync(INSTALLED) && readFileSync(INSTALLED, "utf8") === wanted) return undefined;
  const fault =
    run("python3", "-m", "venv", "--clear", VENV) ??
    run(PYTHON, "-m", "pip", "install", "--quiet", UV) ??
    run(join(BIN, "uv"), "pip", "install", "--quiet", "--python", PYTHON, "--requirements", REQUIREMENTS);
  if (fault === undefined) writeFileSync(INSTALLED, wanted);
  return fault;
}

function run(...command: readonly string[]): string | undefined {
  try {
    const { exitCode, stderr } = Bun.spawnSync([...command], { stdout: "ignore", stderr: "pipe" });
    return exitCode === 0 ? undefined : `${command[0]} failed: ${stderr.toString().trim().split("\n").at(-1)}`;
  } catch {
    return `${command[0]} is not installed`;
  }
}
