/** Money as whole numbers: pico-dollars (10⁻¹² $) a token, nano-dollars (10⁻⁹ $) a call. No sum ever goes through a fraction of a dollar. */

/** `value` / `unit`, a half to the even neighbour, so that many halves do not add up to one side. */
export function halfEven(value: number, unit: number): number {
  const whole = Math.floor(value / unit);
  const rest = value - whole * unit;
  if (rest * 2 !== unit) return rest * 2 > unit ? whole + 1 : whole;
  return whole % 2 === 0 ? whole : whole + 1;
}

/** $0.15 per million tokens is 150,000 pico-dollars a token. */
export const picoOfPerMillion = (dollars: number): number => Math.round(dollars * 1e6);

/** `123456789` → `0.123456789`: plain, without an exponent, every digit that is there and no more. */
export function dollars(nano: number): string {
  const digits = String(Math.abs(nano)).padStart(10, "0");
  let end = digits.length;
  while (end > digits.length - 9 && digits[end - 1] === "0") end--;
  const fraction = digits.slice(-9, end);
  return `${nano < 0 ? "-" : ""}${digits.slice(0, -9)}${fraction === "" ? "" : `.${fraction}`}`;
}

/** For people: `$0.0123`, four places, more where there is nothing in four: `$0.0000375`. */
export function shownDollars(nano: number): string {
  if (nano === 0) return "$0";
  const places = Math.abs(nano) >= 100_000 ? 4 : Math.min(9, 10 - String(Math.abs(nano)).length + 1);
  const unit = 10 ** (9 - places);
  const rounded = halfEven(nano, unit) * unit;
  const [whole = "0", fraction = ""] = dollars(rounded).split(".");
  return `$${whole}.${fraction.padEnd(Math.min(places, 4), "0")}`;
}
