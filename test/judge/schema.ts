/** Judges the requests that we send upstream by the vendors' own SDK types: each becomes a literal of that type, and the compiler checks them all at once (half a second for thirty large ones). */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SeenRequest, SimDialect } from "../../src/simulator/index.ts";
import type { JsonObject } from "../../src/wire/json.ts";
import { placeOf } from "./place.ts";
import { PRELUDE, SDK_ROOT } from "./vendor-types.ts";

export interface Judge {
  /** Fits the simulator's option `judge`. Looks at requests that generate, and ignores the rest. */
  readonly see: (seen: SeenRequest) => void;
  /** `from`: what the failure should name, such as a golden's file. */
  add(dialect: SimDialect, body: JsonObject, from: string, vendor?: Vendor): void;
  readonly count: number;
  /** One line for each thing that a vendor's type does not have, and forgets what it judged. */
  verdict(): Promise<readonly string[]>;
}
/** openai: OpenAI's and Azure's types as they are. any: with the fields that compatible vendors add. */
export type Vendor = "openai" | "any";

/** Undefined where it can judge; else why it cannot, for the message of a skipped test. */
export const JUDGE_MISSING: string | undefined = existsSync(join(SDK_ROOT, "openai/resources/responses/responses.d.ts"))
  ? undefined
  : "the SDKs are not installed: run `npm ci` in test/clients";

export function createJudge(): Judge {
  // The same body twice says nothing new.
  const cases = new Map<string, string>();
  const add: Judge["add"] = (dialect, body, from, vendor = "any") => {
    const text = `${typeOf(dialect, vendor)} = ${JSON.stringify(body, undefined, 1)}`;
    if (!cases.has(text)) cases.set(text, from);
  };
  return {
    see: ({ dialect, body, path, method }) => {
      if (dialect === undefined || body === undefined || path.endsWith("/count_tokens")) return;
      // The deployment stands in the path; a body without a model is what Azure's own SDK sends, too.
      const named = path.startsWith("/openai/deployments/") ? { model: "deployment", ...body } : body;
      add(dialect, named, `${method} ${path}`, path.startsWith("/openai/") ? "openai" : "any");
    },
    add,
    get count() {
      return cases.size;
    },
    verdict: async () => {
      const judged = [...cases];
      cases.clear();
      return judged.length === 0 ? [] : compile(judged);
    },
  };
}

function typeOf(dialect: SimDialect, vendor: Vendor): string {
  if (dialect === "anthropic-messages") return "Messages";
  return dialect === "openai-responses" ? "Responses" : vendor === "openai" ? "OpenaiChat" : "AnyChat";
}

const TSC = join(import.meta.dir, "../../node_modules/typescript/bin/tsc");
const TSCONFIG = {
  compilerOptions: {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    module: "preserve",
    moduleResolution: "bundler",
    types: [],
    lib: ["esnext", "dom"],
  },
  files: ["requests.ts"],
};

async function compile(cases: readonly (readonly [string, string])[]): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), "codeswitch-judge-"));
  try {
    const lines = PRELUDE.split("\n");
    const starts = cases.map(([text], at) => {
      const start = lines.length;
      lines.push(...`const request${at}: ${text};`.split("\n"));
      return start;
    });
    await Bun.write(join(folder, "requests.ts"), `${lines.join("\n")}\nexport {};\n`);
    await Bun.write(join(folder, "tsconfig.json"), JSON.stringify(TSCONFIG));
    const run = Bun.spawn([process.execPath, TSC, "-p", folder, "--pretty", "false"], {
      stdout: "pipe",
      stderr: "pipe",
    });
    const [output, trouble] = await Promise.all([new Response(run.stdout).text(), new Response(run.stderr).text()]);
    if ((await run.exited) !== 0 && output.trim() === "") throw new Error(`the compiler did not run: ${trouble}`);
    return output
      .split("\n")
      .filter((line) => line.includes("error TS"))
      .map((line) => explain(line, lines, starts, cases));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** `golden/x.case: messages[2].reasoning_content: Object literal may only …` */
function explain(
  line: string,
  lines: readonly string[],
  starts: readonly number[],
  cases: readonly (readonly [string, string])[],
): string {
  const found = /\((\d+),\d+\): error TS\d+: (.*)$/.exec(line);
  const at = Number(found?.[1] ?? 1) - 1;
  const which = starts.findLastIndex((start) => start <= at);
  if (which < 0) return line;
  return `${cases[which]?.[1]}: ${placeOf(lines, starts[which] ?? 0, at)}: ${found?.[2]}`;
}
