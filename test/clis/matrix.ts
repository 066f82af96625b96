/** docs/COMPATIBILITY.md, from what the tests found. */
import { join } from "node:path";
import { BACKENDS } from "./stage.ts";

export type Cell = "green" | "red" | { readonly impossible: string };

export interface Matrix {
  note(client: string, backend: string, scenario: string, cell: Cell): void;
  readonly count: number;
  print(clients: readonly string[], scenarios: readonly string[]): string;
}

export const FILE = join(import.meta.dir, "../../docs/COMPATIBILITY.md");

const HEAD = `# Which client works over which backend

Written by \`UPDATE=1 npm run test:clients\` and held by the same run: the real programs, in exact versions, in front of the
gateway, in front of an upstream that refuses what the vendors refuse. Each claim is about what reached the upstream: the
tool's result paired with its call, the thinking in its own place with a seal that the upstream verified, the image itself.
Errors: the upstream fails until the gateway's own three tries are used up; the client's next one succeeds.

- *Chat Completions*: OpenAI's, as gpt-5.5 takes it. *Kimi*: Chat Completions with \`reasoning_content\` that must come back.
- *Responses*: OpenAI's, with sealed reasoning. *Messages*: Anthropic's, with signed thinking.
- ✓ works · ✗ does not · – cannot be, for the reason below the table.
`;

export function createMatrix(): Matrix {
  const cells = new Map<string, Cell>();
  const keyOf = (client: string, backend: string, scenario: string): string => [client, backend, scenario].join("\n");
  return {
    note: (client, backend, scenario, cell) => void cells.set(keyOf(client, backend, scenario), cell),
    get count() {
      return cells.size;
    },
    print: (clients, scenarios) => {
      const tables = BACKENDS.map(({ name }) => {
        const rows = clients.map((client) => {
          const marks = scenarios.map((scenario) => markOf(cells.get(keyOf(client, name, scenario))));
          return `| ${client} | ${marks.join(" | ")} |`;
        });
        const head = `| client | ${scenarios.join(" | ")} |\n|${"---|".repeat(scenarios.length + 1)}`;
        const why = reasons(scenarios, (scenario) => clients.map((client) => cells.get(keyOf(client, name, scenario))));
        return [`## ${name}`, [head, ...rows].join("\n"), ...why].join("\n\n");
      });
      return `${[HEAD.trimEnd(), ...tables].join("\n\n")}\n`;
    },
  };
}

const markOf = (cell: Cell | undefined): string =>
  cell === "green" ? "✓" : cell === "red" ? "✗" : cell === undefined ? "?" : "–";

function reasons(
  scenarios: readonly string[],
  cellsOf: (scenario: string) => readonly (Cell | undefined)[],
): readonly string[] {
  return scenarios.flatMap((scenario) => {
    const whys = new Set(cellsOf(scenario).flatMap((cell) => (typeof cell === "object" ? [cell.impossible] : [])));
    return [...whys].map((why) => `–: ${scenario}: ${why}.`);
  });
}
