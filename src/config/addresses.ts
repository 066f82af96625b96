/** Addresses and networks as an operator writes them. */
import { isIP } from "node:net";

/** In words that finish "10.0.0.0/33 …"; undefined: it is an address or a network. */
export function addressFault(written: string): string | undefined {
  const [address = "", bits, ...more] = written.trim().split("/");
  const version = isIP(address);
  if (version === 0 || address.includes("%") || more.length > 0) return "is no address and no network";
  if (bits === undefined) return undefined;
  const most = version === 4 ? 32 : 128;
  return /^\d{1,3}$/.test(bits) && Number(bits) <= most
    ? undefined
    : `has no number of bits from 0 to ${most} behind /`;
}
export const ADDRESS_FIX = "Write an address or a network: 10.0.0.7, 10.0.0.0/8, 2001:db8::/32.";
