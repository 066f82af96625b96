/** The remembered calls of this folder's configuration, read from where they are kept: with a gateway running, and without one. */
import type { CallFilter, CallRows, PageEnd } from "../store/store.ts";
import type { CallRow } from "../store/call-row.ts";
import { hasStore } from "../doctor/with-store.ts";
import { command } from "../typed/command.ts";
import { dataHere } from "./data.ts";
import { loadHere } from "./surroundings.ts";
import { Failure } from "./usage.ts";
import { reasonOf } from "../wire/reason.ts";

/** Throws Failure where nothing was ever remembered, or the store cannot be opened. */
export async function withCalls<T>(file: string | undefined, work: (calls: CallRows) => Promise<T>): Promise<T> {
  const { storage } = loadHere(file, {});
  const { dataDir } = dataHere(file);
  if (storage.url === undefined && !hasStore(dataDir))
    throw new Failure(
      `Nothing is remembered in ${dataDir} yet. A gateway writes there once it runs: ${command("start")}. Another folder: CODESWITCH_DATA_DIR.`,
    );
  // Loaded here, so that --help stays quick.
  const { openStore } = await import("../store/place.ts");
  const place = { dataDir, ...(storage.url !== undefined && { url: storage.url }) };
  const store = await openStore(place).catch((error: unknown) => {
    throw new Failure(`What is remembered cannot be read: ${reasonOf(error).replace(/\.$/, "")}.`);
  });
  try {
    return await work(store.calls);
  } finally {
    await store.close();
  }
}

const PAGE = 500;

/** Newest first, a page at a time, at most so many. */
export async function* eachCall(
  calls: Pick<CallRows, "list">,
  filter: CallFilter,
  limit = Infinity,
): AsyncGenerator<CallRow> {
  let before: PageEnd | undefined;
  for (let left = limit; left > 0;) {
    const asked = Math.min(PAGE, left);
    const page = await calls.list(filter, { limit: asked, ...(before && { before }) });
    yield* page;
    before = page.at(-1);
    left -= page.length;
    if (page.length < asked) return;
  }
}
