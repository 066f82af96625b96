/** A copy of the project in the temporary folder, for mutants to stand in. What is installed is linked. */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { applied, type Mutant } from "./mutant.ts";

export interface Tree {
  readonly folder: string;
  /** Runs with this mutant in its place, and puts the source back. */
  holding<T>(mutant: Mutant, run: () => Promise<T>): Promise<T>;
  remove(): void;
}

const INSTALLED = ["node_modules", "test/clients/node_modules"];

export function copyOf(root: string): Tree {
  const home = mkdtempSync(join(tmpdir(), "codeswitch-mutate-"));
  const folder = join(home, "codeswitch");
  mkdirSync(folder);
  cpSync(root, folder, { recursive: true, filter: (path) => ![".git", "node_modules"].includes(basename(path)) });
  for (const name of INSTALLED) if (existsSync(join(root, name))) link(join(root, name), join(folder, name));
  // Recordings and captures are looked for beside the project.
  const beside = join(root, "..", "shared");
  if (existsSync(beside)) link(beside, join(home, "shared"));
  return {
    folder,
    holding: async (mutant, run) => {
      const file = join(folder, mutant.file);
      const source = readFileSync(file, "utf8");
      writeFileSync(file, applied(source, mutant));
      try {
        return await run();
      } finally {
        writeFileSync(file, source);
      }
    },
    remove: () => rmSync(home, { recursive: true }),
  };
}

const link = (from: string, to: string): void => symlinkSync(from, to, "junction");
