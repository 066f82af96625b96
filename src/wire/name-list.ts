/** Lists of names as a person writes them: between white space, or each a name or a beginning that ends in "*". */
export const namesIn = (list: string): ReadonlySet<string> => new Set(list.trim().split(/\s+/));

export function oneOf(names: readonly string[]): (name: string) => boolean {
  const whole = new Set(names.filter((name) => !name.endsWith("*")));
  const beginnings = names.filter((name) => name.endsWith("*")).map((name) => name.slice(0, -1));
  return (name) => whole.has(name) || beginnings.some((beginning) => name.startsWith(beginning));
}
