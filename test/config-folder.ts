/** A configuration read from a folder of its own, as a person writes one. */
import { afterAll } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { VENDORS } from "../src/providers/catalog.ts";
import type { Config } from "../src/config/config.ts";
import { loadConfig } from "../src/config/load.ts";
import type { Flags } from "../src/config/overrides.ts";
import { ConfigError } from "../src/config/problem.ts";
import type { Variables } from "../src/config/substitute.ts";

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true })));

/** A new folder with these files. */
export function folder(files: Readonly<Record<string, string>>): string {
  const path = mkdtempSync(join(tmpdir(), "codeswitch-config-"));
  folders.push(path);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text);
  return path;
}

interface Around {
  readonly variables?: Variables;
  readonly flags?: Flags;
  readonly file?: string;
  readonly dotenv?: string;
}

export function load(yaml: string | undefined, { variables = {}, flags = {}, file, dotenv }: Around = {}): Config {
  const cwd = folder({
    ...(yaml !== undefined && { "codeswitch.yaml": yaml }),
    ...(dotenv !== undefined && { ".env": dotenv }),
  });
  return loadConfig(file, flags, { variables, cwd, vendors: VENDORS });
}

export function complaint(yaml: string, around: Around = {}): string {
  try {
    load(yaml, around);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error("the configuration was accepted");
}

/** A file that is right, to which one thing is added. */
export const BASE = `providers:
  azure: { kind: azure, base_url: https://example.openai.azure.com, api_key: azure-key-0123456789 }
models:
  gpt: { targets: [ { provider: azure, model: gpt-5 } ] }
`;
