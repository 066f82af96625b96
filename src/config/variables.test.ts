/** `${NAME}` in a file, the variables that act beside one, and the `.env`. */
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import type { Config } from "./config.ts";
import { BASE, complaint, folder, load } from "../../test/config-folder.ts";
import type { Flags } from "./overrides.ts";
import type { Variables } from "./substitute.ts";
describe("variables", () => {
  const keyed = (key: string): string => BASE.replace("azure-key-0123456789", () => `"${key}"`);
  const keyOf = (config: Config): string | undefined => config.providers.azure?.apiKey;

  test("${NAME} is the variable, ${NAME:-default} the default when it is unset or blank", () => {
    expect(keyOf(load(keyed("${K}"), { variables: { K: "from-environment" } }))).toBe("from-environment");
    expect(keyOf(load(keyed("${K:-fallback}")))).toBe("fallback");
    expect(keyOf(load(keyed("${K:-fallback}"), { variables: { K: "  " } }))).toBe("fallback");
    expect(keyOf(load(keyed("a-${K:-b}-${L:-c}")))).toBe("a-b-c");
  });

  test("$${ is a plain ${", () => expect(keyOf(load(keyed("pa$${ss}word")))).toBe("pa${ss}word"));

  test("a value with quotes, colons or newlines cannot change the file's structure", () => {
    const evil = 'x" }\nserver: { host: 0.0.0.0 } # ${OTHER}';
    const config = load(keyed("${K}"), { variables: { K: evil, OTHER: "no" } });
    expect(keyOf(config)).toBe(evil);
    expect(config.server.host).toBe("127.0.0.1");
  });

  test("they stand for numbers and switches too, quoted or not", () => {
    const config = load(`${BASE}server: { port: "\${P}", drain_ms: "\${D:-5}" }\n`, { variables: { P: "8080" } });
    expect([config.server.port, config.server.drainMs]).toEqual([8080, 5]);
  });

  test("they stand in names", () => {
    expect(load(BASE.replace("  gpt:", '  "${NAME}-x":'), { variables: { NAME: "mine" } }).models[0]?.name).toBe(
      "mine-x",
    );
    expect(complaint(BASE.replace("  gpt:", '  "${NAME}-x":'))).toContain("needs the variable NAME");
  });

  test("with a file no vendor's variable acts by itself", () => {
    const config = load(BASE, {
      variables: { OPENAI_API_KEY: "sk-real-0123456789", SERVICE_API_KEY: "service-0123456789", AZURE_DEPLOYMENT: "x" },
    });
    expect(Object.keys(config.providers)).toEqual(["azure"]);
    expect(config.keys).toEqual([]);
  });

  test("PORT, HOST and CODESWITCH_* do, and flags win over them", () => {
    const port = (variables: Variables, flags: Flags = {}): number =>
      load(`${BASE}server: { port: 1 }`, { variables, flags }).server.port;
    expect(port({})).toBe(1);
    expect(port({ PORT: "2" })).toBe(2);
    expect(port({ PORT: "2", CODESWITCH_PORT: "3" })).toBe(3);
    expect(port({ PORT: "2", CODESWITCH_PORT: "3" }, { port: "4" })).toBe(4);
    expect(port({ PORT: "" })).toBe(1);
    expect(load(BASE, { variables: { HOST: "localhost", CODESWITCH_LOG_FORMAT: "json" } })).toMatchObject({
      server: { host: "localhost" },
      log: { format: "json" },
    });
    expect(complaint(BASE, { variables: { PORT: "http" } })).toBe(
      "environment: PORT is not a port. Ports are numbers from 1 to 65535; 0 takes any free one.",
    );
    expect(complaint(BASE, { variables: { HOST: "192.168.0.7" } })).toStartWith(
      "environment: HOST can be reached from other machines",
    );
  });

  test("a HOST that is no address is left alone: shells and build tools set it to something else", () => {
    for (const HOST of ["build-7", "x86_64-conda-linux-gnu", "not.a.host"]) {
      const { server, warnings } = load(BASE, { variables: { HOST } });
      expect([server.host, warnings]).toEqual([
        "127.0.0.1",
        ["HOST is no address, so that it is not read. To listen on a name of this machine: CODESWITCH_HOST."],
      ]);
      expect(load(BASE, { variables: { HOST, CODESWITCH_HOST: "127.0.0.2" } })).toMatchObject({
        server: { host: "127.0.0.2" },
        warnings: [],
      });
      expect(complaint(BASE, { variables: { CODESWITCH_HOST: HOST } })).toContain("CODESWITCH_HOST can be reached");
    }
  });

  test("a misspelt CODESWITCH_ variable is a warning", () => {
    expect(load(BASE, { variables: { CODESWITCH_PROT: "1" } }).warnings).toEqual([
      "CODESWITCH_PROT is not a variable of codeswitch and does nothing. Did you mean CODESWITCH_PORT?",
    ]);
  });
});

describe(".env", () => {
  const KEYED = BASE.replace("azure-key-0123456789", '"${AZURE_API_KEY}"');

  test("beside the file is read, and the real environment wins", () => {
    const dotenv = "# mine\nexport AZURE_API_KEY='from the file'\r\nPORT=1234\n";
    expect(load(KEYED, { dotenv })).toMatchObject({
      providers: { azure: { apiKey: "from the file" } },
      server: { port: 1234 },
    });
    expect(load(KEYED, { dotenv, variables: { AZURE_API_KEY: "real-0123456789" } }).providers.azure?.apiKey).toBe(
      "real-0123456789",
    );
  });

  test("elsewhere sets nothing: neither in the folder one stands in, with the file elsewhere", () => {
    const file = join(folder({ "codeswitch.yaml": KEYED }), "codeswitch.yaml");
    const config = load(undefined, { file, dotenv: "AZURE_API_KEY=stray\nPORT=9\nCODESWITCH_CONFIG=/etc/passwd\n" });
    expect(config.providers).toEqual({});
    expect(config.server.port).toBe(4141);
  });

  test("nor without any file; but it is mentioned, and works when it is named", () => {
    const dotenv = "OPENAI_API_KEY=sk-stray-0123456789\nSERVICE_API_KEY=stray-0123456789\nPORT=9\n";
    const stray = load(undefined, { dotenv });
    expect([Object.keys(stray.providers), stray.keys, stray.server.port, stray.source]).toEqual([
      ["simulator"],
      [],
      4141,
      "the environment",
    ]);
    expect(stray.warnings).toEqual([
      "The .env in this folder is not read, since no configuration lies beside it. To use it: --config .env",
    ]);
    const named = load(undefined, { dotenv, file: ".env", variables: { PORT: "10" } });
    expect([Object.keys(named.providers), named.keys.length, named.server.port, named.source, named.warnings]).toEqual([
      ["openai"],
      1,
      10,
      ".env",
      [],
    ]);
  });
});
