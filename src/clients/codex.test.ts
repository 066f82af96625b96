import { expect, test } from "bun:test";
import { catalogueRow } from "./codex.ts";

/** codex 0.169.0 refuses a whole catalogue over one row without one of these: it names the missing field. */
const NEEDED = [
  "slug",
  "display_name",
  "supported_reasoning_levels",
  "shell_type",
  "visibility",
  "supported_in_api",
  "priority",
  "support_verbosity",
  "truncation_policy",
  "experimental_supported_tools",
  "base_instructions",
];

test("a row of Codex's catalogue has every field without which it refuses the list", () => {
  const row = catalogueRow({ name: "m", efforts: [], usual: [], verbosities: [], images: false }, 1);
  for (const field of NEEDED) expect(row[field], field).toBeDefined();
  expect(row.default_reasoning_level).toBeUndefined();
  expect(row.input_modalities).toEqual(["text"]);
});

test("efforts that Codex does not know are left out, and the usual one is among those that stay", () => {
  const row = catalogueRow(
    {
      name: "m",
      efforts: ["low", "high", "beyond"],
      usual: [undefined, "beyond"],
      verbosities: ["medium"],
      images: true,
    },
    2,
  );
  expect(row.supported_reasoning_levels).toMatchObject([{ effort: "low" }, { effort: "high" }]);
  expect(row).toMatchObject({ default_reasoning_level: "low", default_verbosity: "medium", priority: 2 });
});
