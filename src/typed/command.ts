/** How this person names us: what a message tells them to type works where they stand. */
import { basename, dirname, isAbsolute, relative, resolve, sep } from "node:path";

/** Works in a clone after `npm ci`, and in a project that has the package: what the documents say. */
const ANYWHERE = "npx codeswitch";

/** Set by bin/codeswitch.js: its own path, as Node was given it. */
const LAUNCHER = "_CODESWITCH_LAUNCHER";

type Variables = Readonly<Record<string, string | undefined>>;

/** Exported for its test. */
export function nameTyped(variables: Variables, cwd: string): string {
  const launcher = variables[LAUNCHER];
  if (launcher === undefined || cameByNpm(launcher, variables)) return ANYWHERE;
  const folder = dirname(launcher);
  // Windows starts the file behind the link of an installed package.
  const isLink = basename(launcher) === "codeswitch" || basename(resolve(folder, "../..")) === "node_modules";
  return isLink ? "codeswitch" : `node ${quoted(near(launcher, cwd))}`;
}

/** `npx codeswitch`, `npm exec codeswitch`, `npm start`, or what npm linked into a project. */
function cameByNpm(launcher: string, variables: Variables): boolean {
  const folders = dirname(launcher).split(/[\\/]/);
  return (
    folders.includes("_npx") ||
    folders.at(-1) === ".bin" ||
    variables.npm_lifecycle_event === "npx" ||
    variables.npm_package_name === "codeswitch"
  );
}

function near(path: string, cwd: string): string {
  const way = relative(cwd, path);
  return way.startsWith(`..${sep}`) || isAbsolute(way) ? path : way;
}

const quoted = (path: string): string => (/[^\w./\\:@-]/.test(path) ? JSON.stringify(path) : path);

const NAME = nameTyped(process.env, process.cwd());

/** `command("config check")`: the words with our name in front. Every message that names a command is made with it. */
export const command = (words: string): string => `${NAME} ${words}`;
