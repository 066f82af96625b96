/** One client: whether its files still say what setup wrote, and whether the gateway answers in its dialect. */
import type { Config } from "../config/config.ts";
import { fault, type Finding, noted, ok, warning } from "../doctor/finding.ts";
import { askModels, presence } from "../probe/gateway.ts";
import { roundTrip } from "../probe/round-trip.ts";
import { readFile, textBefore } from "../setup/apply.ts";
import { SetupRefused } from "../setup/setup.ts";
import { type ChangedFile, readState } from "../setup/state.ts";
import type { Address } from "./find-gateway.ts";
import { data, find, rivalNotes } from "./setup.ts";
import { command } from "../typed/command.ts";
import { NO_KEY } from "./setup-connection.ts";

export async function checkClient(
  id: string,
  config: Config,
  address: Address | undefined,
  given: string | undefined,
): Promise<Finding[]> {
  const setup = find(id);
  const about = `client ${id}`;
  if (setup.kind === "unsupported") return [fault(about, "protocol", setup.reason)];
  if (setup.kind === "printed")
    return [noted(about, "setup", `It is set up by hand: ${command(`setup ${id}`)} prints the values.`)];
  const state = readState(data()).setups[id];
  const found = state
    ? state.files.map((file) => checkFile(about, id, file))
    : [warning(about, "setup", `It was not set up from here. ${command(`setup ${id}`)} does it.`)];
  found.push(...rivalNotes(setup).map((note) => warning(about, "environment", note)));
  const program = setup.program?.command ?? "";
  const absent = `${program} is not in PATH, so it cannot be tried. Install it, or open a new terminal.`;
  if (setup.program && !Bun.which(program)) found.push(warning(about, "program", absent));
  if (address?.there.kind !== "gateway") return found;
  const key = keyOf(config, address, state?.files ?? [], given);
  return [...found, ...(await answers(about, id, address, key, state?.url, setup.dialect))];
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
    const says = `${file.path} was changed since in the lines that setup wrote. If the client no longer comes here: ${command(`setup ${id} --undo --force`)}, then ${command(`setup ${id}`)}.`;
    return warning(about, "files", says);
  }
}

/** The one that stands in the client's files, as far as it is one that we know: another gateway must not see ours. */
function keyOf(config: Config, { isNamed }: Address, files: readonly ChangedFile[], given: string | undefined) {
  const texts = files.map(({ path }) => readFile(path) ?? "");
  const known = [NO_KEY, ...(isNamed ? [] : config.keys.map(({ key }) => key))];
  return given ?? known.find((key) => texts.some((text) => text.includes(key)));
}

async function answers(
  about: string,
  id: string,
  { url }: Address,
  key: string | undefined,
  written: string | undefined,
  dialect: Parameters<typeof roundTrip>[1],
): Promise<Finding[]> {
  const there = written === undefined || written === url ? undefined : await presence(written);
  const again = `Set it up again: ${command(`setup ${id}`)}`;
  if (there && there.kind !== "gateway")
    return [
      fault(about, "address", `Its files lead to ${written}, where no gateway runs; one runs at ${url}. ${again}`),
    ];
  const at = written ?? url;
  if (key === undefined)
    return [warning(about, "key", "Its key is not known here, so that nothing was tried. Give it in CODESWITCH_KEY.")];
  const reply = await askModels(at, key);
  if (reply.kind === "refuses") return [fault(about, "key", `The gateway at ${at} refuses its key. ${again}`)];
  if (reply.kind === "fails")
    return [fault(about, "models", `The gateway at ${at} does not say what it serves: ${reply.words}`)];
  const [model] = reply.models;
  if (model === undefined) return [fault(about, "models", `The gateway at ${at} lists no model for its key.`)];
  const found: Finding[] = [];
  for await (const { name, state, words } of roundTrip({ url: at, key, model }, dialect))
    found.push(FINDINGS[state](about, name, `${name} with ${model}: ${words}.`));
  return found;
}

const FINDINGS = { works: ok, fails: fault, warns: warning, missing: warning } as const;
