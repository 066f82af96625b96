/** What commands take behind their names, in the library's terms: flags with a value, switches, and words without a flag. */

export const flag = (valueHint: string, description: string) => ({ type: "string", valueHint, description }) as const;

export const toggle = (description: string) => ({ type: "boolean", description }) as const;

export const word = (valueHint: string, description: string) =>
  ({ type: "positional", required: false, valueHint, description }) as const;
