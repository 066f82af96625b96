/** What an ended call came to, meter by meter. */
import type { Meter, Settlement } from "./counters.ts";

/** Each meter once, also those of `parts` that the settlement does not name. They are few: none is looked up in a map. */
export function actualsOf(
  settlements: readonly Settlement[],
  parts: readonly { readonly meter: Meter }[],
): readonly Pick<Settlement, "meter" | "actual">[] {
  const actuals: { readonly meter: Meter; actual: number }[] = [];
  const add = (meter: Meter, actual: number): void => {
    for (const one of actuals) if (one.meter.id === meter.id) return void (one.actual += actual);
    actuals.push({ meter, actual });
  };
  for (const { meter, actual } of settlements) add(meter, actual);
  for (const { meter } of parts) add(meter, 0);
  return actuals;
}
