import { expect, test } from "bun:test";
import { addressFault } from "../config/addresses.ts";
import { addressesOf } from "./addresses.ts";

test("a network holds its addresses, in IPv4, in IPv6, and IPv4 as IPv6 writes it", () => {
  const list = addressesOf(["10.0.0.0/8", "2001:db8::/32", "192.168.1.7", "::1"]);
  for (const address of ["10.0.0.0", "10.255.255.255", "::ffff:10.1.2.3", "2001:db8::1", "192.168.1.7", "::1"])
    expect(`${address} ${list.has(address)}`).toBe(`${address} true`);
  for (const address of [
    "11.0.0.1",
    "9.255.255.255",
    "::ffff:11.1.2.3",
    "2001:db9::1",
    "192.168.1.8",
    "::2",
    "unknown",
    "",
  ])
    expect(`${address} ${list.has(address)}`).toBe(`${address} false`);
  expect(addressesOf(["fe80::/10"]).has("fe80::1%eth0")).toBe(true);
  expect(addressesOf(["0.0.0.0/0"]).has("203.0.113.9")).toBe(true);
});

test("what is no address and no network is named so", () => {
  for (const fine of ["10.0.0.0/8", " 10.0.0.7", "::1", "2001:db8::/32", "0.0.0.0/0"])
    expect(addressFault(fine)).toBeUndefined();
  for (const wrong of ["10.0.0/8", "localhost", "", "10.0.0.0/8/9", "fe80::1%eth0"])
    expect(addressFault(wrong)).toBe("is no address and no network");
  expect(addressFault("10.0.0.0/33")).toBe("has no number of bits from 0 to 32 behind /");
  expect(addressFault("::/129")).toBe("has no number of bits from 0 to 128 behind /");
  expect(addressFault("10.0.0.0/")).toBe("has no number of bits from 0 to 32 behind /");
});
