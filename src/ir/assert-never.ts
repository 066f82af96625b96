/** Behind a `switch` that has a case for every member of a union: the compiler refuses it once there is another member. */
export function assertNever(member: never): never {
  // Its contents may be a prompt.
  throw new Error(`No case for a member of a union (${typeof member}).`);
}
