/** Who made a seal that a client presents bare: remembered by its hash, in memory and bounded. */
import type { Entry } from "../ir/request.ts";
import type { Seal, SealReader } from "../ir/seal.ts";
import { canRead } from "../ir/seal.ts";
import { LIMITS } from "../wire/limits.ts";

export interface Provenance {
  /** A seal that went out to a client. */
  note(seal: Seal): void;
  /** A seal that another process on the same port sent out. */
  learn(made: Made): void;
  /** The same entries for a reader: with the issuers that are known in place of "". What a foreign thought led to loses its item id with it, for a vendor asks for the thought of every id. */
  named(entries: readonly Entry[], reader: SealReader): readonly Entry[];
  /** True when one of the entries carries a seal that is known to be somebody else's. */
  holdsForeign(entries: readonly Entry[], reader: SealReader): boolean;
  /** False while all the seals of this dialect came from `reader`: then no body needs to be looked at. */
  isMixed(reader: SealReader): boolean;
}

/** Whose a seal is, without the seal. */
export interface Made extends Pick<Seal, "dialect" | "issuer" | "family"> {
  readonly hash: string;
}

type Origin = Pick<Seal, "issuer" | "family">;

/** `noted`: called with what was noted here. */
export function provenance(noted: (made: Made) => void = () => {}): Provenance {
  const origins = new Map<bigint, Origin>();
  /** By dialect: a few rows, one for each deployment and family. */
  const makers = new Map<string, Set<string>>();
  const named = (entry: Entry): Entry => {
    if (!("seal" in entry) || entry.seal?.issuer !== "") return entry;
    const origin = origins.get(hashOf(entry.seal));
    return origin ? { ...entry, seal: { ...entry.seal, ...origin } } : entry;
  };
  const keep = (hash: bigint, dialect: string, { issuer, family }: Origin): void => {
    origins.delete(hash);
    origins.set(hash, { issuer, family });
    const [oldest] = origins.keys();
    if (origins.size > LIMITS.provenanceMax && oldest !== undefined) origins.delete(oldest);
    let known = makers.get(dialect);
    if (!known) makers.set(dialect, (known = new Set()));
    known.add(makerOf({ issuer, family }));
  };
  return {
    note: (seal) => {
      if (seal.issuer === "" || seal.value === "") return;
      const { dialect, issuer, family } = seal;
      const hash = hashOf(seal);
      keep(hash, dialect, seal);
      noted({ hash: hash.toString(), dialect, issuer, family });
    },
    learn: ({ hash, ...made }) => keep(BigInt(hash), made.dialect, made),
    named: (entries, reader) => {
      let isForeign = false;
      return entries.map((entry) => {
        const known = named(entry);
        if (known.kind === "reasoning") isForeign = isForeignTo(reader, known.seal);
        else if (known.kind !== "call" && !(known.kind === "message" && known.role === "assistant")) isForeign = false;
        return isForeign ? withoutId(known) : known;
      });
    },
    holdsForeign: (entries, reader) =>
      entries.some((entry) => {
        const known = named(entry);
        return "seal" in known && isForeignTo(reader, known.seal);
      }),
    isMixed: (reader) => {
      const known = makers.get(reader.dialect);
      return known !== undefined && (known.size > 1 || !known.has(makerOf(reader)));
    },
  };
}

const isForeignTo = (reader: SealReader, seal: Seal | undefined): boolean =>
  seal !== undefined && seal.issuer !== "" && !canRead(reader, seal);

function withoutId(entry: Entry): Entry {
  if (!("id" in entry)) return entry;
  const { id: _id, ...rest } = entry;
  return rest as Entry;
}

const makerOf = ({ issuer, family }: Origin): string => JSON.stringify([issuer, family]);
const hashOf = ({ dialect, value }: Seal): bigint => Bun.hash.xxHash64(`${dialect} ${value}`);
