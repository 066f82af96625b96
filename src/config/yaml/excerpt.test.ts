/** What a person sees of a file that is wrong: one fault, its line, a caret, and nothing that may be a secret. */
import { describe, expect, test } from "bun:test";
import { VENDORS } from "../../providers/catalog.ts";
import { ConfigError } from "../problem.ts";
import { resolve } from "../file/resolve.ts";
import type { Variables } from "../substitute.ts";
import { validate } from "../file/validate.ts";
import { readYaml } from "./yaml-file.ts";

function reportOf(text: string, variables: Variables = {}): string {
  try {
    const yaml = readYaml("x.yaml", text, variables);
    resolve(yaml, validate(yaml), VENDORS);
    return "in order";
  } catch (error) {
    if (error instanceof ConfigError) return error.report();
    throw error;
  }
}
const MODELS = "models:\n  gpt: { targets: [ { provider: azure, model: gpt-5 } ] }\n";
const AZURE = "providers:\n  azure: { kind: azure, base_url: https://x.openai.azure.com, api_key: a-secret }\n";

describe("what is no YAML is told once, where it begins", () => {
  test.each([
    [
      "a quote that is never closed",
      `providers:\n  azure: { kind: azure, base_url: "https://x, api_key: a-secret }\n${MODELS}`,
      [
        "x.yaml:2:35: This is not valid YAML: the quote that begins here is never closed. Close it where the value ends; a quote inside quotes of its own kind is written \\\" or ''.",
        '  2 |   azure: { kind: azure, base_url: "…',
        "    |                                   ^",
      ],
    ],
    [
      "a bracket that is never closed",
      `providers:\n  azure: { kind: azure, base_url: https://x, api_key: a-secret\n${MODELS}`,
      [
        "x.yaml:2:10: This is not valid YAML: the { that stands here is never closed. Close it where its part ends.",
        "  2 |   azure: { kind: azure, base_url: …, api_key: …",
        "    |          ^",
      ],
    ],
    [
      "a tab",
      `providers:\n  azure:\n\t  kind: azure\n${MODELS}`,
      [
        "x.yaml:3:1: This is not valid YAML: a tab is no indentation. Look at the indentation, colons and quotes on this line and the one above.",
        "  3 | \t  kind: azure",
        "    | ^",
      ],
    ],
    [
      "a value that needs quotes",
      `providers: { a: @secret }\n${MODELS}`,
      [
        "x.yaml:1:17: This is not valid YAML: a value begins with a character that needs quotes around it. Look at the indentation, colons and quotes on this line and the one above.",
        "  1 | providers: { a: … }",
        "    |                 ^",
      ],
    ],
    [
      "a variable whose default YAML would read",
      `providers:\n  azure: { kind: azure, base_url: \${URL:-"https://x"} }\n${MODELS}`,
      [
        "x.yaml:2:35: This is not valid YAML: a ${…} of this kind cannot stand here without quotes. Put quotes around ${URL}: inside { } and [ ] YAML takes its brace for its own.",
        "  2 |   azure: { kind: azure, base_url: …{…} }",
        "    |                                   ^",
      ],
    ],
  ])("%s", (_what, text, lines) => expect(reportOf(text).split("\n").slice(1)).toEqual(lines));
});

describe("${NAME} between brackets needs no quotes", () => {
  const variables = { URL: "https://x.openai.azure.com", KEY: "a-secret", N: "gpt" };
  const configOf = (text: string) => {
    const yaml = readYaml("x.yaml", text, variables);
    return resolve(yaml, validate(yaml), VENDORS);
  };

  test("as a value, a part of one, a name and in a list", () => {
    const { providers, models } = configOf(
      `providers: { azure: { kind: azure, base_url: \${URL}/openai, api_key: \${A:-x}-\${KEY}, headers: {"x-a":\${KEY}} } }\nmodels: { \${N}-x: { targets: [{ provider: azure, model: \${M:-gpt-5} }] } }\n`,
    );
    expect(providers.azure).toMatchObject({
      baseUrl: "https://x.openai.azure.com",
      apiKey: "x-a-secret",
      headers: { "x-a": "a-secret" },
    });
    expect(models).toMatchObject([{ name: "gpt-x", targets: [{ provider: "azure", model: "gpt-5" }] }]);
  });

  test("with a default that is a URL, and $${ as it is", () => {
    const { providers } = configOf(
      `providers: { azure: { kind: azure, base_url: \${NONE:-http://127.0.0.1:8080/v1/}, api_key: pa$\${ss}word } }\n${MODELS}`,
    );
    expect(providers.azure).toMatchObject({ baseUrl: "http://127.0.0.1:8080/v1", apiKey: "pa${ss}word" });
  });

  test("and what a variable holds does not change the file's structure", () => {
    const evil = "x }, evil: { kind: simulator";
    const yaml = readYaml(
      "x.yaml",
      `providers: { azure: { kind: azure, base_url: \${URL}, api_key: \${KEY} } }\n${MODELS}`,
      {
        ...variables,
        KEY: evil,
      },
    );
    expect(resolve(yaml, validate(yaml), VENDORS).providers).toMatchObject({ azure: { apiKey: evil } });
  });

  test("a text that has the characters which stand in for braces keeps them", () => {
    const { providers } = configOf(`${AZURE.replace("a-secret", "a\uE000b\uE001")}${MODELS}`);
    expect(providers.azure?.apiKey).toBe("a\uE000b\uE001");
  });
});

describe("a problem's line is shown with a caret, and of its words those that are no secret", () => {
  test("the value that is told, words of the schema, and the operator's names", () => {
    expect(
      reportOf(AZURE.replace("kind: azure", "kind: azrue") + MODELS)
        .split("\n")
        .slice(-2),
    ).toEqual(["  2 |   azure: { kind: azrue, base_url: …, api_key: … }", "    |            ^"]);
    expect(
      reportOf(AZURE + MODELS.replace("model:", "modle:"))
        .split("\n")
        .slice(-2),
    ).toEqual([
      "  4 |   gpt: { targets: [ { provider: azure, modle: … } ] }",
      "    |                                        ^",
    ]);
  });

  test("a key that is a word of the schema, a comment and a variable's default are not", () => {
    const seen = reportOf(
      `${AZURE.replace("a-secret", "high")}  b: { kind: simulatro, api_key: "\${KEY:-hunter2}" } # hunter2\nc: 1\n${MODELS}`,
    );
    expect(seen).toContain('  3 |   b: { kind: simulatro, api_key: "${KEY:-…}" } # …\n');
    expect(reportOf(AZURE.replace("a-secret", "high").replace("kind", "knid") + MODELS)).toContain("api_key: …");
    expect(seen).not.toContain("hunter2");
  });

  test("of a long line what stands around the caret", () => {
    const names = Array.from({ length: 40 }, (_, at) => `m${at}: { targets: [ { provider: azure, model: x } ] }`);
    const seen = reportOf(`${AZURE}models: { ${names.join(", ").replace("m20: { targets", "m20: { targts")} }\n`).split(
      "\n",
    );
    const [line = "", caret = ""] = seen.slice(-2);
    expect(line.length).toBeLessThan(115);
    expect(line.slice(caret.indexOf("^")).startsWith("targts")).toBe(true);
  });
});
