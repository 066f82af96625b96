import { describe, expect, test } from "bun:test";
import { expiryOf, settingsOf, spanOf, valuesIn } from "./key-flags.ts";
import { UsageError } from "./usage.ts";

const settings = (...flags: readonly string[]) => settingsOf("laptop", valuesIn(flags), flags.includes("--strict"));
function refusal(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  return "taken";
}
const refused = (...flags: readonly string[]): string => refusal(() => settings(...flags));

describe("the flags of keys add", () => {
  test("say what a key of the file says", () => {
    expect(
      settings(
        ...["--models=gpt-5*,kimi-*", "--models=azure/o3", "--limit=requests/min=20", "--limit=parallel=2"],
        ...["--limit=input-tokens/min=1000", "--limit=output-tokens/min=500", "--limit=tokens/min=1400"],
        ...["--budget=1.00/30d", "--budget=50/year", "--budget=$5", "--zone=Europe/Berlin", "--soft=0.5,80%"],
        ...["--degrade=0.8:effort=low", "--degrade=0.9:model=small=er:1", "--degrade=0.9:effort=minimal"],
        ...["--tag=team=search", "--tag=place=a=b", "--address=10.0.0.0/8,::1", "--strict", "--show-reasoning=think"],
        ...["--content=never", "--metadata=ticket=OPS-7", "--vault=memory"],
      ),
    ).toEqual({
      name: "laptop",
      models: ["gpt-5*", "kimi-*", "azure/o3"],
      limits: {
        requestsPerMinute: 20,
        parallel: 2,
        inputTokensPerMinute: 1000,
        outputTokensPerMinute: 500,
        tokensPerMinute: 1400,
      },
      budgets: [
        { usd: 1, per: "30d" },
        { usd: 50, per: "year" },
        { usd: 5, per: "month" },
      ].map((budget) => ({
        ...budget,
        zone: "Europe/Berlin",
        soft: [0.5, 0.8],
        degrade: [
          { at: 0.8, effort: "low" },
          { at: 0.9, model: "small=er:1", effort: "minimal" },
        ],
        status: 422,
      })),
      tags: { team: "search", place: "a=b" },
      addresses: ["10.0.0.0/8", "::1"],
      strict: true,
      showReasoning: "think",
      content: "never",
      metadata: { ticket: "OPS-7" },
      vault: "memory",
    });
    expect(settings()).toEqual({ name: "laptop" });
  });

  test.each([
    ["--limit=requests/minute=20", '--limit: "requests/minute" is no limit. Did you mean "requests/min"?'],
    ["--limit=20", '--limit: "20" has no = between its name and its value. Write it like --limit requests/min=20'],
    ["--limit=requests/min=many", '--limit requests/min: "many" is no number from 1 on.'],
    ["--limit=parallel=0", '--limit parallel: "0" is no number from 1 on.'],
    ["--limit=parallel=1.5", '--limit parallel: "1.5" is no number from 1 on.'],
    ["--limit=parallel=-1", '--limit parallel: "-1" is no number from 1 on.'],
    ["--budget=lots/month", '--budget: "lots" is no amount of dollars.'],
    ["--budget=0/month", '--budget: "0" is no amount of dollars.'],
    ["--budget=5/fortnight", '--budget: "fortnight" is no window. Write dollars and a window: 1.00/30d'],
    ["--budget=5/30d/x", '--budget: "30d" is no window.'],
    ["--zone=UTC", "--zone says something of a budget, and there is none."],
    ["--models=gpt-[5]", "--models: gpt-[5] is no pattern of a model's name."],
    ["--models=../x", "--models: ../x is no pattern of a model's name: it has an empty segment"],
    ["--address=10.0.0.0/33", "--address: 10.0.0.0/33 has no number of bits from 0 to 32 behind /."],
    ["--address=home", "--address: home is no address and no network."],
    ["--tag=team", '--tag: "team" has no = between'],
    ["--show-reasoning=loud", '--show-reasoning: "loud" cannot be read'],
    ["--content=always", '--content: "always" cannot be read'],
  ])("%s is refused in words", (flag, words) => expect(refused(flag)).toStartWith(words));

  test.each([
    ["--zone=Mars/Olympus", "--zone: Mars/Olympus is no time zone."],
    ["--soft=2", '--soft: "2" is no share of a budget.'],
    ["--degrade=0.8", '--degrade: "0.8" says no effort and no model.'],
    ["--degrade=0.8:effort=loud", '--budget: "loud" cannot be read'],
    ["--degrade=x:effort=low", '--degrade: "x" is no share of a budget.'],
  ])("with a budget, %s is refused in words", (flag, words) =>
    expect(refused("--budget=5", flag).replace('--degrade: "loud"', '--budget: "loud"')).toStartWith(words),
  );

  test.each(["", " ", "a ", "owner", "local", "a\u0007b", "x".repeat(101), "sk-proj-abcdefgh12345678"])(
    "a key may not be called %p",
    (name) => expect(refusal(() => settingsOf(name, () => [], false))).toStartWith("The name "),
  );
});

test("a key ends after a span or on a day, and not in the past", () => {
  const now = Date.UTC(2026, 10, 22);
  expect(expiryOf("30d", now)).toBe(now + 30 * 86_400_000);
  expect(expiryOf("12h", now)).toBe(now + 12 * 3_600_000);
  expect(expiryOf("2027-01-31", now)).toBe(Date.UTC(2027, 0, 31));
  expect(refusal(() => expiryOf("2026-11-22", now))).toStartWith("--expires: 2026-11-22 is past.");
  expect(refusal(() => expiryOf("0d", now))).toStartWith("--expires: 0d is past.");
  expect(refusal(() => expiryOf("soon", now))).toStartWith('--expires: "soon" is no time.');
  expect(spanOf("90m")).toBe(5_400_000);
  expect(spanOf("30 d")).toBe(30 * 86_400_000);
  expect(spanOf("d")).toBeUndefined();
});
