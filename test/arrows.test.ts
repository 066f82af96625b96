/** Imports point one way (docs/TOUR.md), protocol code is pure, and a vendor's name stands only where that vendor is described. */
import { describe, expect, test } from "bun:test";
import { Glob } from "bun";
import { dirname, join, relative } from "node:path";

const SRC = join(import.meta.dir, "../src");

/** What a folder may import beside itself. A folder that is missing here fails the test: somebody must decide where it stands. */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  wire: [],
  time: [],
  typed: [],
  ir: ["wire"],
  dialects: ["wire", "ir"],
  config: ["wire", "ir", "dialects", "typed"],
  clients: ["wire", "ir", "dialects", "config"],
  providers: ["wire", "ir", "dialects", "config"],
  // An upstream for tests and demos must not share a translator with what it tests.
  simulator: ["wire"],
  routing: ["wire", "ir", "dialects", "config", "clients", "providers"],
  // Checks must not share a fault with what they check: of dialects/ they may read no coder, see below.
  probe: ["wire", "ir", "dialects", "typed"],
  setup: ["wire", "ir", "config", "probe", "typed"],
  doctor: ["wire", "ir", "dialects", "config", "providers", "routing", "probe", "store", "typed"],
  search: ["wire", "ir", "config"],
  store: ["time", "wire"],
  access: ["time", "wire", "ir", "config", "store", "vault"],
  cost: ["wire", "ir", "config"],
  ledger: ["time", "wire", "ir", "config", "store", "cost"],
  vault: ["time", "wire", "ir", "store"],
  observe: ["time", "wire", "ir", "config", "ledger", "cost"],
  relay: [
    "time",
    "wire",
    "ir",
    "dialects",
    "config",
    "clients",
    "providers",
    "routing",
    "access",
    "ledger",
    "vault",
    "observe",
    "search",
    "cost",
  ],
  // Joins the relay as its hooks and the ledger as a sink: neither knows of it.
  limits: [
    "time",
    "wire",
    "ir",
    // How many tokens a body asks for at most, and whether it is inside a tool loop; which conversation it is of.
    "dialects",
    "clients",
    "config",
    "providers",
    "routing",
    "access",
    "ledger",
    "store",
    "cost",
    "observe",
    "relay",
  ],
  // Stands above what its processes hold together, and below what serves in each.
  workers: ["time", "wire", "ir", "config", "routing", "vault", "limits"],
  http: [
    "time",
    "wire",
    "ir",
    "dialects",
    "config",
    "clients",
    "providers",
    "routing",
    "access",
    "ledger",
    "vault",
    "observe",
    "relay",
  ],
};
/** The files beside the folders, and the command line above them, may import everything: they compose. */
const COMPOSERS = new Set(["", "cli"]);

/** Our name and version are nobody's room. */
const MANIFEST = "../package.json";

const FILES = [...new Glob("**/*.ts").scanSync(SRC)].filter((file) => !file.endsWith(".test.ts")).sort();
const folderOf = (file: string): string => (file.includes("/") ? file.slice(0, file.indexOf("/")) : "");
const source = (file: string): Promise<string> => Bun.file(join(SRC, file)).text();
const withoutComments = (text: string): string =>
  text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|[\s;{(,])\/\/.*$/gm, "$1");

interface Arrow {
  readonly from: string;
  readonly to: string;
}
async function arrows(): Promise<Arrow[]> {
  const found: Arrow[] = [];
  for (const from of FILES) {
    const text = withoutComments(await source(from));
    for (const [, path] of text.matchAll(/(?:from|import)\s*\(?\s*"(\.[^"]+\.ts)"/g))
      found.push({ from, to: relative(SRC, join(SRC, dirname(from), path ?? "")) });
  }
  return found;
}

describe("imports", () => {
  test("point one way", async () => {
    const all = await arrows();
    expect(all.length).toBeGreaterThan(20);
    const wrong = all.filter(({ from, to }) => {
      const [here, there] = [folderOf(from), folderOf(to)];
      return here !== there && to !== MANIFEST && !COMPOSERS.has(here) && !ARROWS[here]?.includes(there);
    });
    expect(wrong.map(({ from, to }) => `${from} must not import ${to}`)).toEqual([]);
  });

  test("run down the floors of docs/ARCHITECTURE.md, which has every room", async () => {
    const page = await Bun.file(join(SRC, "../docs/ARCHITECTURE.md")).text();
    const lines = page.split("```")[1]?.trim().split("\n") ?? [];
    const names = lines.map((line) => line.split(/ {3,}/)[0]?.split("  ") ?? []);
    const floors = new Map(names.flatMap((rooms, from) => rooms.map((room) => [room, lines.length - from] as const)));
    const floorOf = (room: string): number => floors.get(room) ?? NaN;
    expect([...floors.keys()].filter((room) => !["cli", "gateway"].includes(room)).sort()).toEqual(
      Object.keys(ARROWS).sort(),
    );
    const up = Object.entries(ARROWS).flatMap(([from, rooms]) =>
      rooms.filter((to) => !(floorOf(to) < floorOf(from))).map((to) => `${from} → ${to}`),
    );
    expect(up).toEqual([]);
  });

  test("never lead back to where they came from, not inside a room either", async () => {
    const all = await arrows();
    const reached = (from: string): ReadonlySet<string> => {
      const seen = new Set<string>();
      const next = [from];
      for (let file = next.pop(); file !== undefined; file = next.pop())
        for (const { to } of all.filter((arrow) => arrow.from === file && !seen.has(arrow.to))) {
          seen.add(to);
          next.push(to);
        }
      return seen;
    };
    expect(FILES.filter((file) => reached(file).has(file))).toEqual([]);
  });

  test("never lead from one dialect to another", async () => {
    const dialectOf = (file: string): string | undefined => /^dialects\/([^/]+)\//.exec(file)?.[1];
    const wrong = (await arrows()).filter(({ from, to }) => {
      const [here, there] = [dialectOf(from), dialectOf(to)];
      return here !== undefined && there !== undefined && here !== there;
    });
    expect(wrong).toEqual([]);
  });

  test("know every folder", () => {
    const unknown = FILES.map(folderOf).filter((folder) => !COMPOSERS.has(folder) && !(folder in ARROWS));
    expect([...new Set(unknown)]).toEqual([]);
  });

  test("never go through a drawer called utils, shared, common, core, helpers or types", () => {
    const drawer = /(^|\/)(utils?|shared|common|core|helpers?|types)(\/|\.ts$)/;
    expect(FILES.filter((file) => drawer.test(file))).toEqual([]);
  });
});

test("wire, ir and dialects are pure: no I/O, clock, randomness or promises", async () => {
  const impure =
    /\b(Date\.now|new Date\(\)|Math\.random|randomUUID|fetch\(|process\.|setTimeout|async |await |Promise|Bun\.|console\.)/;
  const wrong: string[] = [];
  for (const file of FILES.filter((name) => /^(wire|ir|dialects)\//.test(name))) {
    const found = impure.exec(withoutComments(await source(file)));
    if (found) wrong.push(`${file}: ${found[1]}`);
  }
  expect(wrong).toEqual([]);
});

/** What asks a dialect from outside, and reads with none of its coders: a check must not share a fault with what it checks. */
test("a probe reads nothing of its dialect", async () => {
  const mayRead = new Set(["dialects/probe.ts", "dialects/counters.ts", "ir/assert-never.ts", "wire/json.ts"]);
  const isProbe = (file: string): boolean => /^dialects\/[^/]+\/probe\.ts$/.test(file);
  const all = await arrows();
  const wrong = all.filter(({ from, to }) => isProbe(from) && !mayRead.has(to));
  const isList = (file: string): boolean => file === "dialects/index.ts" || file === "dialects/probe.ts";
  const around = all.filter(
    ({ from, to }) => from.startsWith("probe/") && to.startsWith("dialects/") && !isProbe(to) && !isList(to),
  );
  expect([...wrong, ...around]).toEqual([]);
});

/** A dialect is a folder: its id and its wire are spelled there, in the simulator, which shares nothing with it, and in `setup/`, which writes what clients read. */
const SPELLED =
  /"(openai-chat|openai-responses|anthropic-messages)"|\b(tool_use|tool_result|server_tool_use|web_search_tool_result|redacted_thinking|thinking_delta|input_json_delta|content_block_\w*|message_(start|delta|stop)|srvtoolu\w*|reasoning_content|reasoning_details|tool_calls|max_output_tokens|encrypted_content|(in|out)put_text)\b|\bresponse\.output\b|"choices"|\.choices\b/;
const SPELLERS = /^(dialects|simulator|setup)\//;
/** A row's choice among the values of a trait, which the dialects define. */
const TRAIT = /reasoningReplay(:| ===) "\w+"/g;
/** The names of dialects in earlier versions. */
const OLD_NAMES = "ir/dialect-id.ts";

test("a dialect's id and its words of the wire stand in its own folder", async () => {
  const wrong: string[] = [];
  const mayNot = (file: string): boolean => !SPELLERS.test(file) && file !== OLD_NAMES;
  for (const file of FILES.filter(mayNot))
    for (const line of withoutComments(await source(file))
      .replace(TRAIT, "")
      .split("\n"))
      if (SPELLED.test(line) && !/^\s*import\b|\bfrom "/.test(line))
        wrong.push(`${file}: ${line.trim().slice(0, 100)}`);
  expect(wrong).toEqual([]);
});

/** Where a vendor may be named in code. Comments may name one anywhere: they say where a fact comes from. */
const NAMES =
  /azure|openai|anthropic|claude|cursor|codex|kimi|moonshot|deepseek|groq|mistral|openrouter|gemini|\bxai\b|\bgpt-?\d/i;
const HOMES =
  /^(dialects|providers|clients|simulator|cli|setup|probe)\/|^config\/(env\/|config|base-url|api-keys|schema\/schema)[^/]*\.ts$/;
const ALLOWED: Readonly<Record<string, string>> = {
  "ir/dialect-id.ts": "the names of dialects in earlier versions",
  "http/routes.ts": "paths that clients ask for",
  "wire/forwarding.ts": "headers that proxies add, under their makers' names",
};
/** A name of a protocol is none of a vendor: the kind of provider that speaks one without being anybody, and what ids are imported as. */
const PROTOCOLS =
  /"(openai-compatible|openai-chat|openai-responses|anthropic-messages)"|\b(OPENAI_CHAT|OPENAI_RESPONSES|ANTHROPIC_MESSAGES)\b/g;

test("a vendor's name stands only in its own place", async () => {
  const wrong: string[] = [];
  for (const file of FILES.filter((name) => !HOMES.test(name) && !(name in ALLOWED))) {
    const lines = withoutComments(await source(file))
      .replace(PROTOCOLS, '""')
      .split("\n");
    for (const line of lines) {
      const found = /^\s*import\b|\bfrom "/.test(line) ? null : NAMES.exec(line);
      if (found) wrong.push(`${file}: ${line.trim().slice(0, 100)}`);
    }
  }
  expect(wrong).toEqual([]);
});
