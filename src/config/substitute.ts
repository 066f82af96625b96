/** `${NAME}` and `${NAME:-default}` in a text. `$${` stays `${`. Blank counts as unset. */

export type Variables = Readonly<Record<string, string | undefined>>;

export interface Substituted {
  readonly text: string;
  /** Named in it, set or not. */
  readonly names: readonly string[];
  /** Named without a default, and not set. */
  readonly missing: readonly string[];
  /** A `${` that is no variable: `${a b}`, `${`. */
  readonly malformed?: string;
}

export function substitute(written: string, variables: Variables): Substituted {
  const names: string[] = [];
  const missing: string[] = [];
  let malformed: string | undefined;
  const text = written.replace(
    /\$(\$\{|\{([^}]*)(\}?))/g,
    (whole, _rest: string, inside: string | undefined, close: string) => {
      if (inside === undefined) return "${";
      const parts = /^([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?$/s.exec(inside);
      if (!parts || close === "") {
        malformed ??= whole;
        return whole;
      }
      const [, name = "", fallback] = parts;
      names.push(name);
      const value = readVariable(variables, name);
      if (value === undefined && fallback === undefined) missing.push(name);
      return value ?? fallback ?? "";
    },
  );
  return { text, names, missing, malformed };
}

/** undefined when unset or blank: compose files and CI pass blanks for what nobody set. */
export function readVariable(variables: Variables, name: string): string | undefined {
  const value = Object.hasOwn(variables, name) ? variables[name]?.trim() : undefined;
  return value === "" ? undefined : value;
}
