/** Whether the client works with the gateway that runs, line by line. Nobody else is asked in its place. */
import { roundTrip, type Step } from "../probe/round-trip.ts";
import { askRealTool } from "../setup/real-tool.ts";
import type { Connection, Setup } from "../setup/setup.ts";
import { command } from "../typed/command.ts";
import { paint } from "./paint.ts";
import type { Connecting } from "./setup-connection.ts";
import { Failure } from "./usage.ts";

/** The client's own key, or another one that the gateway knows: then nothing is green. */
type Standing = "own" | "lent";

interface Verdict {
  readonly isGood: boolean;
  /** The program itself was tried. */
  readonly ran: boolean;
}

async function verify(setup: Setup, connection: Connection, standing: Standing): Promise<Verdict> {
  let isGood = true;
  const tell = ({ state, name, words }: Step): void => {
    console.log(`  ${MARKS[standing][state]} ${name}: ${words}`);
    if (state === "fails") isGood = false;
  };
  for await (const step of roundTrip(connection, setup.dialect)) tell(step);
  if (!isGood) return { isGood, ran: false };
  const real = await askRealTool(setup, connection, process.env.PATH ?? "");
  for (const step of real) tell(step);
  if (real.length === 0) console.log(`  – ${setup.title} itself: not tried, since it is not installed`);
  return { isGood, ran: real.length > 0 };
}

type Marks = Readonly<Record<Step["state"], string>>;
const OWN: Marks = { works: paint("✓"), warns: paint("!"), missing: "–", fails: paint("✗") };
const MARKS: Readonly<Record<Standing, Marks>> = { own: OWN, lent: { ...OWN, works: "·" } };

/** Asks, and says no more than what was asked. Throws Failure where something does not work, or `insists` on a check that cannot be made. */
export async function report(setup: Setup, connecting: Connecting, insists: "checks" | "wrote"): Promise<void> {
  const { connection, asked } = connecting;
  const { id, title } = setup;
  const again = command(`setup ${id} --verify`);
  if (asked.kind === "nobody") {
    const none = `No gateway runs at ${connection.url}, so nothing was tried`;
    if (insists === "checks") throw new Failure(`${none}. Start it: ${command("start")}`);
    return console.log(`${none} with yours. Start it, ${command("start")}, and then check: ${again}`);
  }
  const isLent = asked.kind === "later";
  const lent = isLent ? ` and the key ${asked.with.name}, which the gateway knows` : "";
  console.log(`Checking ${title} with ${connection.model}${lent}:`);
  const asks = isLent ? { ...connection, key: asked.with.key } : connection;
  const { isGood, ran } = await verify(setup, asks, isLent ? "lent" : "own");
  const undo = insists === "wrote" ? ` What was there before comes back with: ${command(`setup ${id} --undo`)}` : "";
  if (!isGood) throw new Failure(`Not everything works; the lines with ✗ say what to do.${undo}`);
  if (isLent) {
    const words = `The gateway at ${connection.url} does not know the new key ${id}: it reads its configuration only when it starts. Restart it, then check: ${again}`;
    if (insists === "checks") throw new Failure(words);
    return console.log(`\n${paint("!")} ${words}`);
  }
  const missing = setup.program && !ran ? setup.program.install : undefined;
  console.log(
    missing === undefined
      ? `\n${title} works with this gateway. ${setup.notes.join(" ")}`
      : `\nThe gateway answers as ${title} asks. ${title} itself is not installed here: ${missing}. ${setup.notes.join(" ")}`,
  );
}
