/** What is mutated, in what measure, and which tests most likely see it. Paths from the project's folder. */

export interface Room {
  readonly folders: readonly string[];
  /** How often it is drawn beside the others: about its lines, more where a fault costs more. 0: only when it is asked for. */
  readonly weight: number;
  /** Tests beyond its own folders that see it first. */
  readonly near: readonly string[];
}

const STORIES = ["test/golden", "test/losses", "test/corpus.test.ts"];
const CALLS = ["buffering", "bytes", "cut", "errors", "prefix", "records", "retry", "surfaces", "web-search"].map(
  (name) => `test/e2e/${name}.test.ts`,
);

export const ROOMS: Readonly<Record<string, Room>> = {
  dialects: { folders: ["src/dialects"], weight: 60, near: [...STORIES, "src/relay"] },
  relay: { folders: ["src/relay", "src/routing"], weight: 38, near: [...STORIES, ...CALLS] },
  providers: { folders: ["src/providers"], weight: 26, near: [...STORIES, "src/relay"] },
  http: {
    folders: ["src/http", "src/access", "src/gateway.ts"],
    weight: 20,
    near: ["door", "keys", "cors", "names", "own-words", "catalogue", "count-tokens", "surfaces"].map(
      (name) => `test/e2e/${name}.test.ts`,
    ),
  },
  vault: {
    folders: ["src/vault", "src/store"],
    weight: 16,
    near: ["vault", "reasoning", "twins", "home"].map((name) => `test/e2e/${name}.test.ts`),
  },
  config: { folders: ["src/config"], weight: 14, near: ["src/cli/setup.test.ts"] },
  ir: { folders: ["src/ir", "src/wire"], weight: 26, near: [...STORIES, "src/dialects"] },
  clients: { folders: ["src/clients"], weight: 0, near: [...STORIES, "test/e2e/claude-code.test.ts"] },
  ledger: {
    folders: ["src/ledger", "src/observe"],
    weight: 0,
    near: ["test/e2e/abandon.test.ts", "test/e2e/records.test.ts"],
  },
  search: { folders: ["src/search"], weight: 0, near: ["test/e2e/web-search.test.ts"] },
  simulator: { folders: ["src/simulator"], weight: 0, near: ["test/fuzz"] },
  probe: { folders: ["src/probe"], weight: 0, near: ["src/doctor"] },
  doctor: { folders: ["src/doctor"], weight: 0, near: [] },
  setup: { folders: ["src/setup"], weight: 0, near: ["src/cli"] },
  cli: { folders: ["src/cli"], weight: 0, near: [] },
};

/** Tests, and what only tests use. */
export const isLeftOut = (file: string): boolean =>
  /\.(test|fixture)\.ts$/.test(file) || file === "test/fixtures/store-contract.ts";

/** The real command line clients take minutes; of the tools that judge the tests, none can judge a mutant; what measures time says little on a machine that tries mutants. */
export const NEVER_RUN = ["test/clis/**", "test/mutate/**", "test/growth/**", "test/loop.test.ts"];
