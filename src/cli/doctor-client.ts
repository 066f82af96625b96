/** One client: whether its files still say what setup wrote, and whether the gateway answers in its dialect. */
import { homedir } from "node:os";
import type { Config } from "../config/config.ts";
import { dataDir } from "../config/data-dir.ts";
import { fault, type Finding, ok, warning } from "../doctor/finding.ts";
import { call } from "../probe/call.ts";
import { roundTrip } from "../probe/round-trip.ts";
import { listedModels } from "../routing/plan.ts";
import { readFile, textBefore } from "../setup/apply.ts";
import { SetupRefused } from "../setup/setup.ts";
import { type ChangedFile, readState } from "../setup/state.ts";
import { find } from "./setup.ts";
import { urlOf } from "./setup-connection.ts";
import { command } from "../typed/command.ts";

export async function checkClient(id: string, config: Config): Promise<Finding[]> {
  const setup = find(id);
  const about = `client ${id}`;
  if (setup.kind === "unsupported") return [fault(about, "protocol", setup.reason)];
  if (setup.kind === "printed")
    return [ok(about, "setup", `It is set up by hand: ${command(`setup ${id}`)} prints the values.`)];
  const state = readState(dataDir(process.env, process.platform, process.env.HOME ?? homedir())).setups[id];
  const files = state
    ? state.files.map((file) => checkFile(about, id, file))
    : [warning(about, "setup", `It was not set up from here. ${command(`setup ${id}`)} does it.`)];
  const rivals = setup.rivals
    .filter((name) => (process.env[name] ?? "") !== "")
    .map((name) =>
      warning(
        about,
        "environment",
        `${name} is set in this shell, and ${setup.title} may prefer it to its files. Unset it where you start it.`,
      ),
    );
  const program =
    setup.program && !Bun.which(setup.program.command)
      ? [
          warning(
            about,
            "program",
            `${setup.program.command} is not in PATH, so it cannot be tried. Install it, or open a new terminal.`,
          ),
        ]
      : [];
  return [
    ...files,
    ...rivals,
    ...program,
    ...(await answers(about, id, state?.url ?? urlOf(config), setup.dialect, config)),
  ];
}

function checkFile(about: string, id: string, file: ChangedFile): Finding {
  const now = readFile(file.path);
  if (now === file.after) return ok(about, "files", `${file.path} is as setup wrote it.`);
  if (now === undefined)
    return fault(about, "files", `${file.path} is gone. Write it again: ${command(`setup ${id}`)}.`);
  try {
    textBefore(file, now);
    return ok(about, "files", `${file.path} was edited since, and what setup wrote still stands in it.`);
  } catch (error) {
    if (!(error instanceof SetupRefused)) throw error;
    return warning(
      about,
      "files",
      `${file.path} was changed since in the lines that setup wrote. If the client no longer comes here: ${command(`setup ${id} --undo --force`)}, then ${command(`setup ${id}`)}.`,
    );
  }
}

async function answers(
  about: string,
  id: string,
  url: string,
  dialect: Parameters<typeof roundTrip>[1],
  config: Config,
): Promise<Finding[]> {
  const key = (config.keys.find(({ name }) => name === id) ?? config.keys[0])?.key ?? "codeswitch-local";
  const [model] = listedModels(config);
  if (!model)
    return [
      fault(
        about,
        "models",
        "The configuration lists no model that it could ask for. Add one without a * in its name.",
      ),
    ];
  const got = await call({ url: `${url}/v1/models`, headers: { authorization: `Bearer ${key}` }, timeoutMs: 5_000 });
  if (got.kind === "failed")
    return [
      fault(about, "gateway", `The gateway at ${url} does not answer: ${got.words}. Start it: ${command("start")}.`),
    ];
  if (got.status === 401)
    return [
      fault(
        about,
        "key",
        `The gateway at ${url} does not know the key ${id}. Restart it, so that it reads its configuration.`,
      ),
    ];
  const found: Finding[] = [];
  for await (const { name, state, words } of roundTrip({ url, key, model: model.name }, dialect)) {
    const says = `${name} with ${model.name}: ${words}.`;
    found.push(
      state === "works"
        ? ok(about, name, says)
        : state === "missing"
          ? warning(about, name, says)
          : fault(about, name, says),
    );
  }
  return found;
}
