/** Every client that `codeswitch setup` knows. A new one is a file, or a row in printed.ts, and a line here. */
import type { AnySetup } from "../setup.ts";
import { claudeCode } from "./claude-code.ts";
import { codex } from "./codex.ts";
import { continueDev } from "./continue.ts";
import { copilotCli } from "./copilot-cli.ts";
import { opencode } from "./opencode.ts";
import { pi } from "./pi.ts";
import { aider, cline, cursor, factory, geminiCli, kilo, roo, zed } from "./printed.ts";
import { qwenCode } from "./qwen-code.ts";

export const SETUPS: readonly AnySetup[] = [
  ...[claudeCode, codex, opencode, pi, copilotCli, qwenCode, continueDev],
  ...[cursor, cline, roo, kilo, aider, zed, factory],
  geminiCli,
];
