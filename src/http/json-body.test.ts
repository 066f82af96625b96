/** Every way in which a body can fail to be one JSON object, told apart, and never quoted. */
import { describe, expect, test } from "bun:test";
import type { GatewayError } from "../ir/error.ts";
import { exchangeOf } from "../../test/fixtures/exchange.ts";
import { jsonBody } from "./json-body.ts";

const posted = (body: string, type: string | undefined = "application/json") =>
  exchangeOf(
    new Request("http://localhost/v1/messages", {
      method: "POST",
      body: new TextEncoder().encode(body),
      headers: type === undefined ? {} : { "content-type": type },
    }),
  );
const refusal = async (body: string, type?: string): Promise<GatewayError> => {
  const { exchange, bodiesRead } = posted(body, type);
  const error = await jsonBody(exchange, () => {}).then(
    () => undefined,
    (thrown: unknown) => thrown as GatewayError,
  );
  if (!error) throw new Error("was read");
  // The time for the arrival is over once the body is there, whatever it holds.
  expect(bodiesRead()).toBe(error.kind === "unsupported-media" ? 0 : 1);
  return error;
};

test("an object is read: its bytes, its text and its fields", async () => {
  const { exchange, bodiesRead } = posted('{"model":"m","seed":12345678901234567890}');
  const { text, bytes, json } = await jsonBody(exchange, () => {});
  expect(text).toBe('{"model":"m","seed":12345678901234567890}');
  expect(new TextDecoder().decode(bytes)).toBe(text);
  expect(json.model).toBe("m");
  expect(bodiesRead()).toBe(1);
});

describe("content-type", () => {
  for (const type of ["application/json", " Application/JSON ;charset=utf-8", "application/vnd.api+json"])
    test(`${JSON.stringify(type)} is JSON`, async () => {
      expect((await jsonBody(posted("{}", type).exchange, () => {})).json).toEqual({});
    });
  for (const type of ["text/plain", "application/jsonp", "multipart/form-data; boundary=x", "text/json"])
    test(`${type} is refused before the body is read, as a page can send it unasked`, async () => {
      const { kind, message } = await refusal("{}", type);
      expect([kind, message]).toEqual([
        "unsupported-media",
        `content-type ${JSON.stringify(type)}. Send the body as application/json.`,
      ]);
    });
  test("that is missing is refused by name", async () => {
    const request = new Request("http://localhost/", { method: "POST", body: new TextEncoder().encode("{}") });
    expect(request.headers.get("content-type")).toBeNull();
    await expect(jsonBody(exchangeOf(request).exchange, () => {})).rejects.toThrow("content-type is missing.");
  });
});

describe("a body", () => {
  const WRONG: readonly (readonly [body: string, message: string])[] = [
    ["", "The body is not JSON: it is empty. Send one JSON object."],
    [" \n", "The body is not JSON: it is empty. Send one JSON object."],
    ['{"secret', "The body is not JSON: the text breaks off or has a stray character. Send one JSON object."],
    ["[]", "The body is a list. Send one JSON object."],
    ["null", "The body is null. Send one JSON object."],
    [`"${"long ".repeat(9)}"`, "The body is a string. Send one JSON object."],
    [
      '{"model":"a","model":"b"}',
      "model: the key stands twice in its object. Send it once, so that everybody reads the same value.",
    ],
    [
      '{"x":1,"\\u0078":2}',
      "x: the key stands twice in its object. Send it once, so that everybody reads the same value.",
    ],
  ];
  for (const [body, message] of WRONG)
    test(`${JSON.stringify(body)} is told what it is`, async () => {
      const error = await refusal(body);
      expect([error.kind, error.message]).toEqual(["invalid-request", message]);
    });

  test("is never quoted, wherever it breaks", async () => {
    for (const body of ["secret", '{"secret": secret}', '{"a":"secret"', '{"a":1}secret', '["secret",]'])
      expect((await refusal(body)).message).not.toContain("secret");
  });

  test("whose key stands twice names the field as its param", async () => {
    expect((await refusal('{"model":"a","model":"b"}')).details.param).toBe("model");
  });
});
