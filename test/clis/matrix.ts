/** docs/COMPATIBILITY.md, from what the tests found. */
import { COLUMNS, type Column, FRAMEWORKS, versionOf, WHY_REFUSED } from "./frameworks.ts";
import { BACKENDS } from "./stage.ts";

export type Cell = "green" | "red" | { readonly impossible: string };

export interface Matrix {
  note(client: string, backend: string, scenario: string, cell: Cell): void;
  readonly count: number;
  print(clients: readonly string[], scenarios: readonly string[]): string;
}

export const FILE = "docs/COMPATIBILITY.md";

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
        return [`### ${name}`, [head, ...rows].join("\n"), ...why].join("\n\n");
      });
      return tables.join("\n\n");
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

/** One row a client of a framework: each column's mark is green where all its questions over that backend were. */
export function printFrameworks(right: (backend: string, client: string, column: Column) => number): string {
  const tables = BACKENDS.map(({ name }) => {
    const rows = FRAMEWORKS.flatMap((framework) =>
      Object.entries(framework.clients).map(([client, asks]) => {
        const marks = COLUMNS.map((column) => {
          const asked = asks[column] ?? 0;
          const { refused } = framework;
          if (refused?.client === client && refused.backend === name && refused.column === column) return "–";
          return asked === 0 ? "" : right(name, client, column) === asked ? "✓" : "✗";
        });
        const [title, ...how] = client.split(", ");
        return `| ${[`${title} ${versionOf(framework)}`, ...how].join(", ")} | ${marks.join(" | ")} |`;
      }),
    );
    const head = [`| client | ${COLUMNS.join(" | ")} |`, `|${"---|".repeat(COLUMNS.length + 1)}`];
    const why = FRAMEWORKS.some(({ refused }) => refused?.backend === name) ? [`–: ${WHY_REFUSED}.`] : [];
    return [`### ${name}`, [...head, ...rows].join("\n"), ...why];
  });
  return tables.flat().join("\n\n");
}
