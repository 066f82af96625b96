import { expect, test } from "bun:test";
import { idOf, idsIn, kindOf, ownerIn, signed, strangersIn } from "./ids.ts";

const [ANN, BOB] = [idOf("distinct", 1), idOf("twin that calls", 46)];
const wrapped = (seal: string): string =>
  `cs1.${Buffer.from(JSON.stringify(["anthropic", "issuer", "claude", seal])).toString("base64url")}`;

test("an id tells its kind and stands in a text", () => {
  expect(kindOf(BOB)).toBe("twin that calls");
  expect(ownerIn(`{"description":"Does ls. ${signed(ANN)}"}`)).toBe(ANN);
  expect(ownerIn(`{"content":"${ANN}"}`)).toBeUndefined();
});

test("a stranger is found in a text, in a wrapped seal, and in a seal that was wrapped twice", () => {
  for (const hidden of [`thought of ${BOB}`, wrapped(`seal/${BOB}==`), wrapped(wrapped(`seal/${BOB}==`))])
    expect(strangersIn(`{"a":"${ANN}","signature":"${hidden}"}`, ANN)).toEqual([BOB]);
});

test("nobody is a stranger to himself", () => {
  expect(strangersIn(`${ANN} ${wrapped(ANN)}`, ANN)).toEqual([]);
  expect([...idsIn("nothing of the kind: zq1, cs1.AAAA")]).toEqual([]);
});
