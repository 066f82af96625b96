/** Finds Bun and runs a script with it. Plain JavaScript without a shell, so that it works in PowerShell and cmd too. */
import { accessSync, constants as modes, existsSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const require = createRequire(import.meta.url);
export const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..");

/** Bun's fetch holds every call beyond 256 back unless this is set before the process starts; its own ceiling is 65,535. */
const MAX_HTTP_REQUESTS = "65000";

/** What the garbage collector takes for the machine's memory, in bytes: it clears earlier, so that large bodies leave sooner, at no measured cost. */
const RAM_SIZE = String(1024 ** 3);

/** Bun's flags for every start: no stray .env, no stray bunfig.toml. */
export const BUN_FLAGS = ["--no-env-file", `--config=${join(ROOT, "bin", "bunfig.toml")}`];

/** The platform package first: npm installs it without running scripts. `bun` itself holds a binary only after its own install script ran. */
export function findBun() {
  const exe = process.platform === "win32" ? "bun.exe" : "bun";
  const candidates = [
    ...platformPackages().map((name) => inPackage(name, join("bin", exe))),
    inPackage("bun", join("bin", "bun.exe")),
  ];
  return candidates.find((file) => file !== undefined && isBinary(file));
}

function platformPackages() {
  const os =
    { win32: "windows", darwin: "darwin", linux: "linux", freebsd: "freebsd" }[process.platform] ?? process.platform;
  const cpu = { x64: "x64", arm64: "aarch64" }[process.arch] ?? process.arch;
  const base = `@oven/bun-${os}-${cpu}`;
  return isMusl(base) ? [`${base}-musl`, base] : [base, `${base}-baseline`];
}

/** Older npm installs the packages of both. Node's report takes milliseconds, so it is asked only where there is a choice. */
function isMusl(base) {
  if (inPackage(`${base}-musl`, "") === undefined) return false;
  return process.report.getReport().header.glibcVersionRuntime === undefined;
}

/** Resolved like any import, so that hoisted and nested installs both work. */
function inPackage(name, file) {
  try {
    return join(dirname(require.resolve(`${name}/package.json`)), file);
  } catch {
    return undefined;
  }
}

/** The `bun` package ships a small text file in the binary's place until its install script has run. */
const isBinary = (file) => existsSync(file) && statSync(file).size > 1_000_000;

/**
 * Becomes Bun where Node has `execve` (22.15, 23.11; not on Windows): signals and the exit code are Bun's own then, and no
 * Node waits behind it with 45 MB. Elsewhere Bun is a child of a Node that waits, which no flag makes smaller: 36 MB of it are its binary.
 */
export function becomeBun(args) {
  const bun = requireBun();
  if (process.execve === undefined || process.platform === "win32" || !isExecutable(bun)) return runBun(args);
  process.execve(bun, [bun, ...args], environment());
}

/** Runs Bun with these arguments and ends this process as Bun ended. */
export function runBun(args, { cwd } = {}) {
  const bun = requireBun();
  // Who becomes Bun needs no children: loaded here, that start is some milliseconds sooner.
  const { spawn } = require("node:child_process");
  const child = spawn(bun, args, { stdio: "inherit", env: environment(), cwd });
  forwardSignals(child);
  child.on("error", (error) => {
    console.error(`Bun (${bun}) could not be started: ${error.message}\n${MISSING}`);
    process.exit(1);
  });
  child.on("exit", (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
}

function requireBun() {
  const bun = findBun();
  if (bun !== undefined) return bun;
  console.error(MISSING);
  process.exit(1);
}

/** A call of execve that fails aborts Node with a stack. */
function isExecutable(file) {
  try {
    accessSync(file, modes.X_OK);
    return true;
  } catch {
    return false;
  }
}

function environment() {
  const env = { ...process.env };
  env.BUN_CONFIG_MAX_HTTP_REQUESTS ||= MAX_HTTP_REQUESTS;
  env.BUN_JSC_forceRAMSize ||= RAM_SIZE;
  return Object.assign(env, aroundTheProxy(env));
}

/** This machine is not reached through a company's proxy: the simulator and local models stand here. */
function aroundTheProxy(env) {
  const proxied = ["http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"].some((name) => env[name]);
  if (!proxied) return {};
  const exempt = [env.NO_PROXY ?? env.no_proxy, "localhost", "127.0.0.1", "[::1]"].filter(Boolean).join(",");
  return { NO_PROXY: exempt, no_proxy: exempt };
}

/** In a terminal Ctrl-C reaches the child by itself: handing it on as well would count as the second one, which stops at once. */
function forwardSignals(child) {
  const inTerminal = process.stdin.isTTY === true;
  process.on("SIGINT", () => inTerminal || child.kill("SIGINT"));
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  process.on("SIGHUP", () => inTerminal || child.kill("SIGHUP"));
  if (process.env.npm_lifecycle_event !== undefined) endWithParent(child);
}

const LOOK_MS = 250;

/** npm ends the shell that it started us in, and the shell tells nobody: without this `npx codeswitch start` would keep its port after a SIGTERM. */
function endWithParent(child) {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    child.kill("SIGTERM");
  }, LOOK_MS);
  // Whoever was told to stop must not be told twice: the second time means at once.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => clearInterval(timer));
}

const MISSING = `Bun, which codeswitch runs on, is not installed for this machine (${process.platform} ${process.arch}).
It comes with "npm install". If that left it out, optional dependencies were probably switched off: run
  npm install --include=optional
in the folder that codeswitch is installed in.`;
