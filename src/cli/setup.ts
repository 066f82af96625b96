/** `codeswitch setup <client>`: its own configuration, shown before it is written, checked after, and undone on demand. */
import { homedir } from "node:os";
import { defineCommand } from "citty";
import { dataDir } from "../config/data-dir.ts";
import { didYouMean } from "../config/nearest.ts";
import { apply, planForcedUndo, planUndo, readFile, textBefore, undo } from "../setup/apply.ts";
import { SETUPS } from "../setup/clients/index.ts";
import { type Labels, labelHeaders } from "../setup/labels.ts";
import { modeOf, othersRead, ownersOnly, printMode } from "../setup/modes.ts";
import type { AnySetup, Change, Connection, Place, Printed, Setup } from "../setup/setup.ts";
import { SetupRefused } from "../setup/setup.ts";
import { showChange } from "../setup/show.ts";
import { readState } from "../setup/state.ts";
import { confirm } from "./confirm.ts";
import { findGateway, GATEWAY_ARGS, keyHere } from "./find-gateway.ts";
import { paint } from "./paint.ts";
import { connect, type Connecting, NO_KEY } from "./setup-connection.ts";
import { show } from "./setup-print.ts";
import { report } from "./setup-verify.ts";
import { CONFIG_ARG, loadHere, printWarnings } from "./surroundings.ts";
import { Failure, UsageError } from "./usage.ts";
import { command } from "../typed/command.ts";
import { flag, toggle } from "./flags.ts";

const IDS = SETUPS.map(({ id }) => id);

export const setupCommand = defineCommand({
  meta: {
    name: "setup",
    description: "Connect a coding tool to this gateway, show what changes, and check that it works.",
  },
  args: {
    client: { type: "positional", required: false, valueHint: "CLIENT", description: IDS.join(", ") },
    config: CONFIG_ARG,
    yes: { ...toggle("Write without asking."), alias: "y" },
    print: toggle("Only show what to set by hand; nothing is written."),
    undo: toggle("Put back what was there before."),
    force: toggle("With --undo: even where the files were changed since."),
    verify: toggle("Only check; nothing is written. Costs a few tokens."),
    model: flag("NAME", "The model to start with. Default: the first one listed."),
    tag: flag("NAME=VALUE,…", "What the client's calls are for, in their records: team=search,ticket=A-12."),
    repo: flag("NAME", "The repository that the client works in, for a machine that has one: github.com/acme/shop."),
    branch: flag("NAME", "Its branch."),
    pr: flag("NUMBER", "Its pull request."),
    url: GATEWAY_ARGS.url,
    key: flag("KEY", `${GATEWAY_ARGS.key.description} Default: a new one in the configuration.`),
    "public-url": flag("URL", "cursor: the public HTTPS address, which is checked."),
  },
  run: async ({ args }) => {
    const setup = find(args.client);
    if (setup.kind === "unsupported") throw new Failure(setup.reason);
    if (args.undo) return takeBack(setup, args.yes === true, args.force === true);
    const config = loadHere(args.config, {});
    printWarnings(config);
    const address = await findGateway(config, args.url, args.config);
    const wanted = { key: keyHere(args.key, args.config), model: args.model, labels: labelsOf(setup, args) };
    const state = readState(data());
    if (setup.kind === "printed" || args.print) return show(setup, config, address, wanted, args["public-url"], state);
    const connecting = await connect(config, address, wanted, setup.id, state);
    return args.verify ? check(setup, connecting) : write(setup, connecting, args.yes === true);
  },
});

/** Headers that the client's own file will name. undefined: none was asked for. */
function labelsOf(setup: Setup | Printed, { tag, repo, branch, pr }: Labels): Connection["labels"] {
  const headers = labelHeaders({ tag, repo, branch, pr });
  if (Object.keys(headers).length === 0) return undefined;
  if (setup.kind === "files" && setup.takesLabels) return headers;
  throw new Failure(
    `${setup.title} takes no headers from its files, so that its calls cannot be labelled there. Tags of its key say the same: ${command("keys add NAME --tag team=search")}.`,
  );
}

export function find(id: string | undefined): AnySetup {
  const list = `Clients: ${IDS.join(", ")}.`;
  if (id === undefined) throw new UsageError(`Which client? ${command("setup CLIENT")}. ${list}`);
  const setup = SETUPS.find((one) => one.id === id);
  if (!setup) throw new UsageError(`"${id}" is not a client that we know. ${didYouMean(id, IDS)}${list}`);
  return setup;
}

const here = (): Place => ({ home: process.env.HOME ?? homedir(), env: process.env });
export const data = (): string => dataDir(process.env, process.platform, here().home);

async function write(setup: Setup, connecting: Connecting, yes: boolean): Promise<void> {
  const { connection, ownChange, notes } = connecting;
  const planned = setup
    .plan(readWithoutUs(setup.id), here(), connection)
    .map((change) => keptPrivate(change, connection));
  const changes = [...planned, ...(ownChange ? [ownChange] : [])];
  refuseMoved(setup.id, changes);
  const shown = changes.map(sinceNow).filter(({ before, after }) => before !== after);
  const opened = planned.filter(({ isPrivate, path }) => isPrivate && othersRead(path));
  if (shown.length === 0 && opened.length === 0) console.log(`${setup.title} is set up already.\n`);
  else {
    console.log(`${setup.title} will call ${connection.url} and ask for ${connection.model}:\n`);
    for (const change of shown) console.log(`${showChange(change)}\n`);
    for (const note of [...notes, ...modeNotes(opened, ownChange), ...rivalNotes(setup)])
      console.log(`${paint("!")} ${note}`);
    await confirm("Write this, and spend a few tokens to check it?", yes);
    apply(data(), setup.id, connection.url, changes);
    console.log(`Written. What was there before comes back with: ${command(`setup ${setup.id} --undo`)}\n`);
  }
  await report(setup, connecting, "wrote");
}

const keptPrivate = (change: Change, { key }: Connection): Change =>
  key !== NO_KEY && change.after.includes(key) ? { ...change, isPrivate: true } : change;

/** Our own configuration may have to be read by another user, who runs the gateway; a client's file never. */
const modeNotes = (opened: readonly Change[], ownChange: Change | undefined): string[] => [
  ...opened.map(({ path }) => willBePrivate(path, modeOf(path))),
  ...(ownChange && othersRead(ownChange.path) ? [isOpen(ownChange.path, modeOf(ownChange.path))] : []),
];
const willBePrivate = (path: string, mode: number): string =>
  `${path} gets a key: from now on you alone may read it (${printMode(ownersOnly(mode))}, now ${printMode(mode)}).`;
const isOpen = (path: string, mode: number): string =>
  `${path} gets a key, and others on this machine may read it (${printMode(mode)}). Unless the gateway runs as another user: chmod 600 ${path}`;

async function check(setup: Setup, connecting: Connecting): Promise<void> {
  const { ownChange } = connecting;
  if (ownChange && ownChange.before !== undefined && readFile(ownChange.path) === ownChange.before)
    throw new Failure(`${setup.title} has no key yet. Set it up first: ${command(`setup ${setup.id}`)}`);
  await report(setup, connecting, "checks");
}

/** What the files are without an earlier setup of the same client, so that a second one takes the place of the first. */
function readWithoutUs(id: string): (path: string) => string | undefined {
  const files = readState(data()).setups[id]?.files ?? [];
  return (path) => {
    const ours = files.find((file) => file.path === path);
    return ours ? textBefore(ours, readFile(path)) : readFile(path);
  };
}

function refuseMoved(id: string, changes: readonly Change[]): void {
  const left = (readState(data()).setups[id]?.files ?? []).filter(
    ({ path }) => !changes.some((change) => change.path === path),
  );
  if (left.length > 0)
    throw new SetupRefused(
      `An earlier setup wrote ${left.map(({ path }) => path).join(", ")}, which is not written now. Undo it first: ${command(`setup ${id} --undo`)}`,
    );
}

/** As the person finds the file, which may hold an earlier setup. */
const sinceNow = ({ path, after, brief }: Change): Change => ({ path, before: readFile(path), after, brief });

export const rivalNotes = ({ rivals, title }: Setup): string[] =>
  rivals
    .filter((name) => (process.env[name] ?? "") !== "")
    .map(
      (name) => `${name} is set in this shell, and ${title} may prefer it to its files. Unset it where you start it.`,
    );

async function takeBack(setup: Setup | Printed, yes: boolean, force: boolean): Promise<void> {
  const steps = force ? planForcedUndo(data(), setup.id) : planUndo(data(), setup.id);
  if (!steps) throw new Failure(`${setup.title} was not set up from here: there is nothing to undo.`);
  const written = readState(data()).setups[setup.id]?.files ?? [];
  for (const { path, now, after } of steps.filter(({ now, after }) => now !== after)) {
    const isOurs = written.some((file) => file.path === path && file.after === now);
    // Of a file that is all ours nobody needs to read what goes.
    const shown = isOurs && after === undefined ? path : showChange({ path, before: now, after: after ?? "" });
    console.log(`${shown}${after === undefined ? "\n  (the file goes)" : ""}\n`);
  }
  await confirm("Put this back?", yes);
  undo(data(), setup.id, steps);
  console.log(`${setup.title} is as it was before.`);
}
