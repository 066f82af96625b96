/** The names of the wire protocols, as configuration files, seals and stored rows spell them. */

/** A dialect's folder adds its own: `declare module "../../ir/dialect-id.ts" { interface DialectIds { … } }`. */
// oxlint-disable-next-line typescript/no-empty-interface typescript/no-empty-object-type
export interface DialectIds {}
export type DialectId = keyof DialectIds;

/** Names of earlier versions, which files, seals and rows written by them still hold. */
const OLD_IDS: Readonly<Record<string, DialectId>> = { anthropic: "anthropic-messages" };

/** An id that comes from outside the program. One that no dialect has stays as it is: it matches none. */
export const readDialectId = (text: string): DialectId =>
  Object.hasOwn(OLD_IDS, text) ? (OLD_IDS[text] as DialectId) : (text as DialectId);

/** The same in a JSON text of ours. Inside a string the quotes would be escaped. */
export function withNewIds(json: string): string {
  let text = json;
  for (const [old, id] of Object.entries(OLD_IDS))
    if (text.includes(`"dialect":"${old}"`)) text = text.replaceAll(`"dialect":"${old}"`, `"dialect":"${id}"`);
  return text;
}
