/** The addresses that a key may be used from. */
import { BlockList, isIP } from "node:net";

/** A list that was read. An IPv4 network holds the same addresses as IPv6 writes them (::ffff:10.0.0.1). */
export interface Addresses {
  has(address: string): boolean;
}

export function addressesOf(written: readonly string[]): Addresses {
  const list = new BlockList();
  for (const one of written) {
    const [address = "", bits] = one.trim().split("/");
    const family = isIP(address) === 6 ? "ipv6" : "ipv4";
    list.addSubnet(address, bits === undefined ? FULL[family] : Number(bits), family);
  }
  return {
    has: (address) => {
      // What a link-local address is behind the % is this machine's own name of a card.
      const [bare = ""] = address.split("%");
      const version = isIP(bare);
      return version !== 0 && list.check(bare, version === 6 ? "ipv6" : "ipv4");
    },
  };
}

const FULL = { ipv4: 32, ipv6: 128 } as const;
