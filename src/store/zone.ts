/** The day that a moment lies in, as the clocks of a zone have it. */

/** `zone`: a name of the IANA list. Gives 2026-11-22. */
export function dayIn(zone: string): (at: number) => string {
  // Sweden writes dates as ISO 8601 does.
  const format = new Intl.DateTimeFormat("sv-SE", {
    timeZone: zone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
  });
  return (at) => format.format(at);
}
