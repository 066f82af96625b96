/** Whether the client works with the gateway, line by line. */
import { call } from "../probe/call.ts";
import { roundTrip, type Step } from "../probe/round-trip.ts";
import type { Config } from "../config/config.ts";
import { askRealTool } from "../setup/real-tool.ts";
import type { Connection, Setup } from "../setup/setup.ts";
import { momentary } from "./momentary.ts";
import { command } from "../typed/command.ts";

/** True when nothing fails. */
export async function verify(setup: Setup, connection: Connection, config: Config): Promise<boolean> {
  const place = await whereToAsk(connection, config);
  for (const line of place.notes) console.log(`  ${line}`);
  if (!place.url) return false;
  let isGood = true;
  const tell = (step: Step): void => {
    console.log(`  ${MARK[step.state]} ${step.name}: ${step.words}`);
    if (step.state === "fails") isGood = false;
  };
  try {
    const asked = { ...connection, url: place.url };
    for await (const step of roundTrip(asked, setup.dialect)) tell(step);
    if (!isGood) return false;
    const real = await askRealTool(setup, asked, process.env.PATH ?? "");
    if (real) tell(real);
    else console.log(`  – ${setup.title} itself: not tried, since it is not installed`);
    return isGood;
  } finally {
    await place.stop();
  }
}

const MARK: Readonly<Record<Step["state"], string>> = { works: "✓", missing: "–", fails: "✗" };

interface AskedAt {
  /** Absent: nobody can be asked. */
  readonly url?: string;
  readonly notes: readonly string[];
  stop(): Promise<void>;
}

async function whereToAsk({ url, key }: Connection, config: Config): Promise<AskedAt> {
  const got = await call({ url: `${url}/v1/models`, headers: { authorization: `Bearer ${key}` }, timeoutMs: 5_000 });
  const at = (notes: readonly string[] = []): AskedAt => ({ url, notes, stop: async () => {} });
  if (got.kind === "failed") {
    const isLocal = got.fault === "unreachable" && new URL(url).port === String(config.server.port);
    if (isLocal)
      return ourOwn(config, [
        `No gateway runs at ${url}, so this is checked with one for the moment. Start yours: ${command("start")}`,
      ]);
    return { notes: [`✗ ${url} does not answer: ${got.words}. ${got.fix}`], stop: async () => {} };
  }
  if (got.headers.has("x-codeswitch-request-id")) {
    if (got.status === 200) return at();
    return ourOwn(config, [
      `The gateway at ${url} does not know this key yet: restart it. Until then this is checked with one for the moment.`,
    ]);
  }
  return {
    notes: [
      `✗ Something else answers at ${url} (status ${got.status}). Stop it, or give the gateway another port: server.port.`,
    ],
    stop: async () => {},
  };
}

async function ourOwn(config: Config, notes: readonly string[]): Promise<AskedAt> {
  return { ...(await momentary(config)), notes };
}
