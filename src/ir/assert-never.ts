/** Behind a `switch` that has a case for every member of a union: the compiler refuses it once there is another member. */
export function assertNever(member: never): never {
  throw new Error(`No case for ${JSON.stringify(member)}.`);
}
