/** Setup and undo in home folders of their own: what comes back is what was there, to the byte and to the folder. */
import { afterAll, describe, expect, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parse as parseJsonc } from "jsonc-parser";
import { parse as parseYaml } from "yaml";
import { apply, planForcedUndo, planUndo, readFile, textBefore, undo } from "./apply.ts";
import { SETUPS } from "./clients/index.ts";
import { type Change, type Connection, type Setup, SetupRefused } from "./setup.ts";
import { showChange } from "./show.ts";
import { readState } from "./state.ts";

const ROOT = mkdtempSync(join(tmpdir(), "codeswitch-setups-"));
afterAll(() => rmSync(ROOT, { recursive: true, force: true }));

const URL_OF_US = "http://127.0.0.1:4141";
const CONNECTION: Connection = {
  url: URL_OF_US,
  key: "cs-Zm9vYmFyYmF6cXV4MDEyMzQ1",
  model: "gpt-high",
  models: ["gpt-high", "claude-sonnet"],
  catalogue: [{ slug: "gpt-high" }, { slug: "claude-sonnet" }],
};
const SETUP_FILES = SETUPS.filter((setup): setup is Setup => setup.kind === "files");
const setupOf = (id: string): Setup => SETUP_FILES.find((setup) => setup.id === id) as Setup;

let count = 0;
const newHome = (files: Readonly<Record<string, string>> = {}): string => {
  const home = join(ROOT, `home-${count++}`);
  mkdirSync(home);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(home, path)), { recursive: true });
    writeFileSync(join(home, path), text);
  }
  return home;
};

/** Every path with its mode and its bytes; folders and links too. */
function snapshot(folder: string, under = ""): Record<string, string> {
  const all: Record<string, string> = {};
  for (const name of readdirSync(join(folder, under)).sort()) {
    const path = join(under, name);
    const { mode } = lstatSync(join(folder, path));
    if (lstatSync(join(folder, path)).isDirectory())
      Object.assign(all, { [`${path}/`]: mode.toString(8) }, snapshot(folder, path));
    else all[path] = `${mode.toString(8)} ${readFileSync(join(folder, path)).toString("base64")}`;
  }
  return all;
}

const dataOf = (home: string): string => join(home, ".local", "share", "codeswitch");
const planIn = (setup: Setup, home: string, connection = CONNECTION): readonly Change[] =>
  setup.plan(readFile, { home, env: {} }, connection);
function setUp(setup: Setup, home: string, connection = CONNECTION): readonly Change[] {
  const changes = planIn(setup, home, connection);
  apply(dataOf(home), setup.id, connection.url, changes);
  return changes;
}
const takeBack = (id: string, home: string): void => undo(dataOf(home), id, planUndo(dataOf(home), id) ?? []);

/** What each client's user may have already: comments, odd indentation, other people's secrets. */
const FIXTURES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "claude-code": {
    ".claude/settings.json":
      '{\n\t"permissions": { "allow": ["Bash(ls:*)", "Bash(mine)"] },\n\t"env": { "DB_PASSWORD": "hunter2hunter2", "ANTHROPIC_BASE_URL": "https://elsewhere.example" }\n}\n',
  },
  codex: {
    ".codex/config.toml":
      '# mine\napproval_policy = "on-request"\n\n[mcp_servers.docs] # with a token\ncommand = "docs"\nenv = { DOCS_TOKEN = "tok-0123456789abcdef" }',
  },
  opencode: {
    ".config/opencode/opencode.jsonc":
      '// mine\n{\n    "theme": "dark", // dark\n    "enabled_providers": ["anthropic"],\n    "provider": { "other": { "options": { "apiKey": "other-secret-0123456789" } } }\n}\n',
  },
  pi: {
    ".pi/agent/models.json":
      '{\r\n  "providers": {\r\n    "ollama": { "baseUrl": "http://localhost:11434/v1", "apiKey": "ollama" }\r\n  }\r\n}\r\n',
    ".pi/agent/settings.json": '{"defaultProvider":"ollama","defaultModel":"llama"}',
  },
  "copilot-cli": { ".copilot/config.json": '{"trusted_folders":[]}' },
  "qwen-code": { ".qwen/settings.json": '{ "$version": 3, /* mine */ "ui": { "theme": "x" } }\n' },
  continue: {
    ".continue/config.yaml":
      "# mine\nname: Home\nversion: 1.0.0\nschema: v1\nmodels:\n    # the big one\n    - name: Other\n      provider: openai\n      apiKey: other-secret-0123456789 # mine\n",
  },
};

describe.each(SETUP_FILES.map((setup) => [setup.id, setup] as const))("%s", (id, setup) => {
  test("without any file: made, and gone again with its folders", () => {
    const home = newHome();
    const before = snapshot(home);
    const changes = setUp(setup, home);
    for (const { path, after } of changes) {
      expect(readFileSync(path, "utf8")).toBe(after);
      // Keys are in it.
      expect(lstatSync(path).mode & 0o077).toBe(0);
    }
    expect(changes.map(({ after }) => after).join("")).toContain(CONNECTION.key);
    takeBack(id, home);
    expect(snapshot(home)).toEqual(before);
  });

  test("with a file of the person's own: only lines of ours are added, and all is as before after undo", () => {
    const home = newHome(FIXTURES[id]);
    const before = snapshot(home);
    const changes = setUp(setup, home);
    const text = changes.map(({ after }) => after).join("");
    expect(text).toContain(CONNECTION.key);
    if (id !== "copilot-cli" && id !== "pi") expect(text).toContain("mine");
    for (const change of changes) expect(parsed(change.path, change.after)).toBeTruthy();
    takeBack(id, home);
    expect(snapshot(home)).toEqual(before);
  });

  test("the second time changes nothing, and one undo is enough", () => {
    const home = newHome(FIXTURES[id]);
    const before = snapshot(home);
    setUp(setup, home);
    const files = readState(dataOf(home)).setups[id]?.files ?? [];
    const read = (path: string): string | undefined => {
      const ours = files.find((file) => file.path === path);
      return ours ? textBefore(ours, readFile(path)) : readFile(path);
    };
    const again = setup.plan(read, { home, env: {} }, CONNECTION);
    for (const { path, after } of again) expect(readFile(path)).toBe(after);
    apply(dataOf(home), id, CONNECTION.url, again);
    takeBack(id, home);
    expect(snapshot(home)).toEqual(before);
  });

  test("what is shown before has no secret in full, neither theirs nor ours", () => {
    const home = newHome(FIXTURES[id]);
    const shown = planIn(setup, home).map(showChange).join("\n");
    expect(shown).toContain("+ ");
    for (const secret of [CONNECTION.key, "hunter2hunter2", "tok-0123456789abcdef", "other-secret-0123456789"])
      expect(shown).not.toContain(secret);
  });

  test("a read-only file is refused, and left alone", () => {
    if (id === "copilot-cli") return; // It makes a file of its own.
    const home = newHome(FIXTURES[id]);
    const [change] = planIn(setup, home);
    chmodSync(change?.path ?? "", 0o444);
    const before = snapshot(home);
    expect(() => setUp(setup, home)).toThrow("is read-only, so that nothing was changed");
    expect(snapshot(home)).toEqual(before);
  });

  test("a broken file is refused with its place, and left alone", () => {
    if (id === "copilot-cli") return; // It makes a file of its own.
    const [path = ""] = Object.keys(FIXTURES[id] ?? {});
    const home = newHome({ [path]: path.endsWith("l") ? 'models: [ { "a"\n = broken = \n' : '{ "a": \n ] broken' });
    const before = snapshot(home);
    expect(() => setUp(setup, home)).toThrow(/is not valid (JSON|TOML|YAML)/);
    expect(snapshot(home)).toEqual(before);
  });

  test("a folder in the file's place is refused", () => {
    const home = newHome();
    const [change] = planIn(setup, home);
    mkdirSync(change?.path ?? "", { recursive: true });
    expect(() => setUp(setup, home)).toThrow(/is a folder where a file belongs/);
  });
});

function parsed(path: string, text: string): unknown {
  if (path.endsWith(".toml")) return Bun.TOML.parse(text);
  if (path.endsWith(".yaml")) return parseYaml(text);
  return path.endsWith(".sh") ? text : parseJsonc(text);
}

describe("what each client ends up with", () => {
  const after = (id: string, files = FIXTURES[id], index = 0): Record<string, never> =>
    parsed(...pathAndText(id, files, index)) as Record<string, never>;
  const pathAndText = (id: string, files = FIXTURES[id], index = 0): [string, string] => {
    const change = planIn(setupOf(id), newHome(files))[index] as Change;
    return [change.path, change.after];
  };

  test("claude-code: env and model, beside what was there", () =>
    expect(after("claude-code")).toMatchObject({
      permissions: { allow: ["Bash(ls:*)", "Bash(mine)"] },
      env: {
        DB_PASSWORD: "hunter2hunter2",
        ANTHROPIC_BASE_URL: URL_OF_US,
        ANTHROPIC_AUTH_TOKEN: CONNECTION.key,
        ANTHROPIC_DEFAULT_HAIKU_MODEL: "gpt-high",
      },
      model: "gpt-high",
    }));

  test("claude-code: is told the window of a model that it cannot know, where the gateway knows it", () => {
    const env = (model: string, row: object): Record<string, string> => {
      const [change] = planIn(setupOf("claude-code"), newHome(), {
        ...CONNECTION,
        model,
        catalogue: [{ slug: model, ...row }],
      });
      return (JSON.parse(change?.after ?? "{}") as { env: Record<string, string> }).env;
    };
    expect(env("gpt-high", { context_window: 400_000 })).toMatchObject({ CLAUDE_CODE_MAX_CONTEXT_TOKENS: "400000" });
    expect(env("gpt-high", {})).not.toHaveProperty("CLAUDE_CODE_MAX_CONTEXT_TOKENS");
    expect(env("claude-sonnet-5", { context_window: 400_000 })).not.toHaveProperty("CLAUDE_CODE_MAX_CONTEXT_TOKENS");
  });

  test("claude-code: its slots get the efforts of the chosen model where the gateway has a name for each, else that model", () => {
    const slots = (model: string, models: readonly string[]): string[] => {
      const [change] = planIn(setupOf("claude-code"), newHome(), { ...CONNECTION, model, models });
      const { env } = parseJsonc(change?.after ?? "") as { env: Record<string, string> };
      return ["FABLE", "OPUS", "SONNET", "HAIKU"].map((slot) => env[`ANTHROPIC_DEFAULT_${slot}_MODEL`] ?? "none");
    };
    const efforts = ["gpt-high", "gpt-medium", "gpt-low"];
    for (const model of efforts) expect(slots(model, [...efforts, "kimi"])).toEqual(["gpt-high", ...efforts]);
    expect(slots("kimi", [...efforts, "kimi"])).toEqual(["kimi", "kimi", "kimi", "kimi"]);
    expect(slots("gpt-high", ["gpt-high", "gpt-low"])).toEqual(["gpt-high", "gpt-high", "gpt-high", "gpt-high"]);
    expect(slots("claude-opus-5", ["claude-opus-5"])).toEqual(["none", "none", "none", "none"]);
  });

  test("codex: a provider of its own, chosen, and the person's servers", () =>
    expect(after("codex")).toMatchObject({
      model: "gpt-high",
      model_provider: "codeswitch",
      approval_policy: "on-request",
      mcp_servers: { docs: { command: "docs" } },
      model_providers: { codeswitch: { base_url: `${URL_OF_US}/v1`, wire_api: "responses" } },
    }));

  test("codex: what the gateway says of its models, in a file that its configuration names", () => {
    const home = newHome(FIXTURES.codex);
    const changes = setUp(setupOf("codex"), home);
    const path = join(home, ".codex/codeswitch-models.json");
    expect(JSON.parse(readFileSync(path, "utf8"))).toEqual({ models: CONNECTION.catalogue as never });
    expect(Bun.TOML.parse(changes[0]?.after ?? "")).toMatchObject({ model_catalog_json: path });
    expect(changes.map(showChange).join("\n")).toEndWith(`${path} (new)\n  what the gateway says of its 2 models`);
    const { catalogue: _untold, ...older } = CONNECTION;
    const [only, ...more] = planIn(setupOf("codex"), newHome(), older);
    expect([only?.after, more]).toEqual([expect.not.stringContaining("model_catalog_json"), []]);
    expect(() => planIn(setupOf("codex"), newHome({ ".codex/codeswitch-models.json": "{}" }))).toThrow("is not ours");
    expect(() => planIn(setupOf("codex"), newHome({ ".codex/config.toml": 'model_catalog_json = "/x"\n' }))).toThrow(
      "already sets model_catalog_json (line 1)",
    );
  });

  test("opencode: its .jsonc, with ours switched on", () => {
    expect(pathAndText("opencode")[0]).toEndWith("opencode.jsonc");
    expect(after("opencode")).toMatchObject({
      theme: "dark",
      model: "codeswitch/gpt-high",
      enabled_providers: ["anthropic", "codeswitch"],
      provider: { codeswitch: { options: { baseURL: `${URL_OF_US}/v1` } } },
    });
  });

  test("pi: line ends stay", () => {
    const [, text] = pathAndText("pi");
    expect(text.replaceAll("\r\n", "")).not.toContain("\n");
    expect(after("pi", FIXTURES.pi, 1)).toEqual({ defaultProvider: "codeswitch", defaultModel: "gpt-high" } as never);
  });

  test("continue: first of the list, comments kept", () => {
    const [, text] = pathAndText("continue");
    expect(text).toContain("# the big one");
    const models = (parseYaml(text) as { models: { name: string }[] }).models;
    expect(models.map(({ name }) => name)).toEqual(["codeswitch gpt-high", "codeswitch claude-sonnet", "Other"]);
  });
});

describe("conflicts", () => {
  test("codex: keys that are set already are named with their line, and how to go on", () => {
    const home = newHome({
      ".codex/config.toml": '# mine\nmodel = "gpt-5.5"\n\n[model_providers.codeswitch]\nname = "x"\n',
    });
    const before = snapshot(home);
    expect(() => setUp(setupOf("codex"), home)).toThrow(
      /already sets model \(line 2\), model_providers\.codeswitch \(line 4\)[\s\S]*model_provider = "codeswitch"/,
    );
    expect(() => setUp(setupOf("codex"), home)).not.toThrow(CONNECTION.key);
    expect(snapshot(home)).toEqual(before);
  });

  test("continue: a list on one line is refused with what to write", () =>
    expect(() =>
      planIn(setupOf("continue"), newHome({ ".continue/config.yaml": "models: [ { name: a } ]\n" })),
    ).toThrow("models is not a list with one entry a line"));

  test("copilot-cli: a file of that name that is not ours stays", () =>
    expect(() => planIn(setupOf("copilot-cli"), newHome({ ".copilot/codeswitch.sh": "echo mine\n" }))).toThrow(
      "is there already and is not ours",
    ));

  test.each([
    ["claude-code", ".claude/settings.json", '{"env": "x"}'],
    ["opencode", ".config/opencode/opencode.json", '{"provider": []}'],
    ["qwen-code", ".qwen/settings.json", '{"security": 1}'],
    ["pi", ".pi/agent/models.json", '{"providers": true}'],
    ["claude-code", ".claude/settings.json", "[1]"],
  ])("%s: %s holding %s is refused, since ours would drop theirs", (id, path, text) =>
    expect(() => planIn(setupOf(id), newHome({ [path]: text }))).toThrow(SetupRefused),
  );

  test.each([
    ["claude-code", ".claude/settings.json", '{\n  // mine\n  "env": {}\n}\n'],
    ["claude-code", ".claude/settings.json", '{ "env": {}, }'],
    ["pi", ".pi/agent/settings.json", "{ /* mine */ }"],
  ])("%s: comments in %s, which it does not read, are refused", (id, path, text) =>
    expect(() => planIn(setupOf(id), newHome({ [path]: text }))).toThrow("has comments or trailing commas"),
  );

  test("a file that is no UTF-8 text is refused", () => {
    const home = newHome();
    mkdirSync(join(home, ".claude"));
    writeFileSync(join(home, ".claude/settings.json"), Buffer.from([0x7b, 0xff, 0xfe, 0x7d]));
    expect(() => planIn(setupOf("claude-code"), home)).toThrow("is not UTF-8 text");
  });
});

describe("a file that a key is written into", () => {
  const path = ".codex/config.toml";
  const open = (): { home: string; changes: readonly Change[] } => {
    const home = newHome({ [path]: "# mine\n" });
    chmodSync(join(home, path), 0o644);
    return { home, changes: planIn(setupOf("codex"), home).map((change) => ({ ...change, isPrivate: true })) };
  };
  const modeIn = (home: string): string => (lstatSync(join(home, path)).mode & 0o777).toString(8);

  test("is its owner's alone from then on, and has its permissions back after undo, also of a second setup", () => {
    const { home, changes } = open();
    const before = snapshot(home);
    apply(dataOf(home), "codex", URL_OF_US, changes);
    expect(modeIn(home)).toBe("600");
    apply(dataOf(home), "codex", URL_OF_US, changes);
    takeBack("codex", home);
    expect(snapshot(home)).toEqual(before);
    apply(dataOf(home), "codex", URL_OF_US, changes);
    undo(dataOf(home), "codex", planForcedUndo(dataOf(home), "codex") ?? []);
    expect(snapshot(home)).toEqual(before);
  });

  test("keeps permissions that the person gave it since", () => {
    const { home, changes } = open();
    apply(dataOf(home), "codex", URL_OF_US, changes);
    chmodSync(join(home, path), 0o640);
    takeBack("codex", home);
    expect(modeIn(home)).toBe("640");
  });

  test("has its permissions back when another file cannot be written", () => {
    const { home, changes } = open();
    const before = snapshot(home);
    const long = join(home, "x".repeat(250));
    expect(() => apply(dataOf(home), "codex", URL_OF_US, [...changes, { path: long, after: "" }])).toThrow(
      "everything is as it was",
    );
    expect(snapshot(home)).toEqual(before);
  });
});

test.each(["{ broken", '"text"', '{"setups":{"codex":{"url":"x"}},"folders":[]}', "{}", ""])(
  "a setup.json that holds %p is refused with its path, whatever is asked",
  (text) => {
    const home = newHome({ ".local/share/codeswitch/setup.json": text });
    const before = snapshot(home);
    const words = /setup\.json, which keeps what files were before setup, is broken, so that nothing was changed/;
    for (const work of [
      () => planUndo(dataOf(home), "codex"),
      () => planForcedUndo(dataOf(home), "codex"),
      () => setUp(setupOf("codex"), home),
    ]) {
      expect(work).toThrow(SetupRefused);
      expect(work).toThrow(words);
    }
    expect(snapshot(home)).toEqual(before);
  },
);

describe("undo", () => {
  test("a file that the client edited since loses our lines only", () => {
    const home = newHome(FIXTURES.codex);
    setUp(setupOf("codex"), home);
    const path = join(home, ".codex/config.toml");
    writeFileSync(path, `${readFileSync(path, "utf8")}\n[projects."/x"]\ntrust_level = "trusted"\n`);
    takeBack("codex", home);
    const text = readFileSync(path, "utf8");
    expect(text).not.toContain("codeswitch");
    expect(text).toContain('trust_level = "trusted"');
    expect(text).toContain("# with a token");
  });

  test("a file that was changed in our lines is refused, and --force puts the old one back", () => {
    const home = newHome(FIXTURES["claude-code"]);
    const before = snapshot(home);
    setUp(setupOf("claude-code"), home);
    const path = join(home, ".claude/settings.json");
    writeFileSync(path, '{"env": {}}\n');
    expect(() => planUndo(dataOf(home), "claude-code")).toThrow("was changed since in the lines that setup wrote");
    undo(dataOf(home), "claude-code", planForcedUndo(dataOf(home), "claude-code") ?? []);
    expect(snapshot(home)).toEqual(before);
  });

  test("of several clients works in any order", () => {
    const home = newHome({ ...FIXTURES.codex, ...FIXTURES.pi });
    const before = snapshot(home);
    for (const id of ["codex", "pi", "opencode"]) setUp(setupOf(id), home);
    for (const id of ["codex", "opencode", "pi"]) takeBack(id, home);
    expect(snapshot(home)).toEqual(before);
  });

  test("of a client that was not set up is nothing", () =>
    expect(planUndo(dataOf(newHome()), "codex")).toBeUndefined());

  test("goes through a link to the file behind it", () => {
    const home = newHome({ "dotfiles/settings.json": "{}\n" });
    mkdirSync(join(home, ".claude"));
    symlinkSync(join(home, "dotfiles/settings.json"), join(home, ".claude/settings.json"));
    const before = snapshot(home);
    setUp(setupOf("claude-code"), home);
    expect(lstatSync(join(home, ".claude/settings.json")).isSymbolicLink()).toBe(true);
    expect(readFileSync(join(home, "dotfiles/settings.json"), "utf8")).toContain(URL_OF_US);
    takeBack("claude-code", home);
    expect(snapshot(home)).toEqual(before);
  });

  test("when one of two files cannot be written, neither is", () => {
    const home = newHome(FIXTURES.pi);
    const changes = planIn(setupOf("pi"), home);
    chmodSync(join(home, ".pi/agent/settings.json"), 0o444);
    const before = snapshot(home);
    expect(() => apply(dataOf(home), "pi", URL_OF_US, changes)).toThrow(SetupRefused);
    expect(snapshot(home)).toEqual(before);
    expect(existsSync(dataOf(home))).toBe(false);
  });
});

describe("cursor", () => {
  const added = (models: readonly string[]): string[] => {
    const cursor = SETUPS.find(({ id }) => id === "cursor");
    const values = cursor?.kind === "printed" ? cursor.values({ ...CONNECTION, models }) : [];
    return values.filter(([where]) => where.endsWith("Add Custom Model")).map(([, value]) => value);
  };
  test("is not told to add a name that it has built in", () => {
    expect(added(["gpt-high", "gpt-5", "gpt-5.5", "GPT-5.1-Codex", "kimi-k2-thinking"])).toEqual([
      "gpt-high",
      "kimi-k2-thinking",
    ]);
  });
  test("is told to take a name of one's own where there is no other", () => {
    expect(added(["gpt-5"])).toEqual([expect.stringContaining("a name of your own")]);
  });
});
