/** Ids that tell whose words these are, wherever they turn up. */

/** What a conversation is like. A twin begins with the same words as every other of its kind. */
export const KINDS = { distinct: "d", "twin that calls": "c", "twin that talks": "t" } as const;
export type Kind = keyof typeof KINDS;

export const idOf = (kind: Kind, count: number): string =>
  `zq${KINDS[kind]}${(count % 36 ** 6).toString(36).padStart(6, "0")}q`;
export const kindOf = (id: string): Kind =>
  (Object.keys(KINDS) as Kind[]).find((kind) => KINDS[kind] === id[2]) ?? "distinct";

/** The one place of a body that says whose it is. */
export const signed = (id: string): string => `own=${id}`;
export const ownerIn = (body: string): string | undefined => /own=(zq[a-z][0-9a-z]{6}q)/.exec(body)?.[1];

/** Every id in a text, also inside the seals that the gateway wraps for clients of another dialect. */
export function idsIn(text: string): ReadonlySet<string> {
  const ids = new Set(text.match(/zq[a-z][0-9a-z]{6}q/g));
  for (const [, wrapped = ""] of text.matchAll(/cs1\.([\w-]+)/g))
    for (const id of idsIn(Buffer.from(wrapped, "base64url").toString())) ids.add(id);
  return ids;
}

export const strangersIn = (text: string, id: string): readonly string[] =>
  [...idsIn(text)].filter((found) => found !== id);
