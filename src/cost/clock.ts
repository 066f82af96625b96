/** Prices by the hour: whether a moment is within a rule's hours. */
import type { Calendar, ClockRule } from "./price-table.ts";

const [MINUTE, HOUR, DAY] = [60_000, 3_600_000, 86_400_000];

/** Made once a rule: what is asked of each call is arithmetic. */
export function clockOf(rule: ClockRule, calendar: Calendar | undefined): (at: number) => boolean {
  const hours = rule.hours.map(([from, to]) => [minuteOf(from), minuteOf(to)] as const);
  const weekdays = rule.weekdays && new Set(rule.weekdays);
  const off = new Set(calendar?.dates.map((date) => Date.parse(date) / DAY));
  const shift = (rule.zoneHours ?? 0) * HOUR;
  const from = rule.from === undefined ? -Infinity : Date.parse(rule.from);
  const until = rule.until === undefined ? Infinity : Date.parse(rule.until);
  return (at) => {
    if (at < from || at >= until) return false;
    const minute = Math.floor((((at % DAY) + DAY) % DAY) / MINUTE);
    if (
      !hours.some(([start, end]) => (start < end ? minute >= start && minute < end : minute >= start || minute < end))
    )
      return false;
    const day = Math.floor((at + shift) / DAY);
    // 1970-01-01 was a Thursday.
    const weekday = ((day + 3) % 7) + 1;
    return (!weekdays || weekdays.has(weekday)) && !off.has(day);
  };
}

function minuteOf(text: string): number {
  const [hour = 0, minute = 0] = text.split(":").map(Number);
  return hour * 60 + minute;
}
