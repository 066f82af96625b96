/** Every mutant that there is in the rooms asked for, read from the syntax trees of the compiler that checks the types. */
import { API, type Program } from "typescript/unstable/async";
import type { Node, SourceFile } from "typescript/unstable/ast";
import { isTypeNode } from "typescript/unstable/ast/is";
import { relative, join, sep } from "node:path";
import { type Mutant, mutantOf } from "./mutant.ts";
import { OPERATORS } from "./operators.ts";
import { isLeftOut, ROOMS } from "./rooms.ts";

export async function sitesIn(root: string, rooms: readonly string[]): Promise<readonly Mutant[]> {
  const api = new API({ cwd: root });
  try {
    const snapshot = await api.updateSnapshot({ openProject: join(root, "tsconfig.json") });
    const [project] = snapshot.getProjects();
    if (!project) throw new Error(`The compiler found no project in ${root}.`);
    const files = project.rootFiles.map((file) => relative(root, file).split(sep).join("/")).sort();
    const found = await Promise.all(
      rooms.map((room) => sitesOf(project.program, root, room, files.filter(isIn(ROOMS[room]?.folders ?? [])))),
    );
    return found.flat();
  } finally {
    await api.close();
  }
}

const isIn =
  (folders: readonly string[]) =>
  (file: string): boolean =>
    !isLeftOut(file) && folders.some((folder) => file === folder || file.startsWith(`${folder}/`));

async function sitesOf(program: Program, root: string, room: string, files: readonly string[]): Promise<Mutant[]> {
  const found: Mutant[] = [];
  for (const file of files) {
    const source = await program.getSourceFile(join(root, file));
    if (source) collect(source, source, room, file, found);
  }
  return found;
}

/** Types say nothing at run time. */
function collect(node: Node, source: SourceFile, room: string, file: string, found: Mutant[]): void {
  if (isTypeNode(node)) return;
  for (const [operator, changesAt] of Object.entries(OPERATORS))
    for (const edit of changesAt(node)) found.push(mutantOf(room, file, source.text, operator, edit));
  node.forEachChild((child) => collect(child, source, room, file, found));
}
