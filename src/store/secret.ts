/** The server's secret: what is kept on disk can be read only with it. CODESWITCH_SECRET, else a file of the data folder. */
import { createHmac, randomBytes } from "node:crypto";
import { chmodSync, existsSync, linkSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isObject } from "../wire/json.ts";
import { DataFault, privateFolder } from "./folder.ts";

export interface Secret {
  /** Names it without telling it. */
  readonly id: string;
  readonly value: string;
}
/** The one in use, then those that only read. */
export type Secrets = readonly [Secret, ...Secret[]];

export const SECRET_FILE = "secret";
const SECRET_LENGTH_MIN = 32;

/** `own`: the variable, NEW,OLD,… Throws what a person can put right: a secret that is too short, a file that holds none. */
export function openSecrets(dir: string, own: string | undefined, now: number): Secrets {
  const path = join(privateFolder(dir), SECRET_FILE);
  if (own === undefined) return secretsOf(readSecrets(path) ?? made(path, now));
  const [current = "", ...older] = valuesOf(own);
  const fault = secretFault(own);
  if (fault !== undefined) throw new DataFault(`CODESWITCH_SECRET ${fault}. ${SECRET_FIX}`);
  // What the file's secret sealed before the variable was set stays readable.
  const filed = (readSecrets(path) ?? []).map(({ value }) => value);
  return [secretOf(current), ...[...older, ...filed].map(secretOf)];
}

/** In words that finish "CODESWITCH_SECRET …"; undefined: it can seal. */
export function secretFault(own: string): string | undefined {
  const short = valuesOf(own).find((value) => value.length < SECRET_LENGTH_MIN);
  return short === undefined ? undefined : `has ${short.length} characters, and ${SECRET_LENGTH_MIN} are the least`;
}
export const SECRET_FIX = "Make one: openssl rand -hex 32";

const valuesOf = (own: string): string[] => own.split(",").map((value) => value.trim());

/** A new secret in the file. Those that it replaced longer ago than `keepsMs` are forgotten, unless something that does not expire needs them still: keys that were made under them, by the secret's id. */
export function rotateSecret(
  dir: string,
  now: number,
  keepsMs: number,
  needed: (id: string) => boolean = () => false,
): Secrets {
  const path = join(privateFolder(dir), SECRET_FILE);
  const before = readSecrets(path) ?? [];
  const fresh = { value: generated(), since: new Date(now).toISOString() };
  // Each was replaced when the one before it in the list began.
  const kept = before.filter(
    ({ value }, at) =>
      at === 0 || Date.parse(before[at - 1]?.since ?? "") > now - keepsMs || needed(secretOf(value).id),
  );
  const next: Stored = [fresh, ...kept];
  renameSync(written(path, next), path);
  return secretsOf(next);
}

interface StoredSecret {
  readonly value: string;
  /** ISO 8601. */
  readonly since: string;
}
type Stored = readonly [StoredSecret, ...StoredSecret[]];

const generated = (): string => randomBytes(32).toString("base64url");
const secretsOf = ([first, ...rest]: Stored): Secrets => [
  secretOf(first.value),
  ...rest.map(({ value }) => secretOf(value)),
];
const secretOf = (value: string): Secret => ({
  id: createHmac("sha256", value).update("codeswitch secret id").digest("hex").slice(0, 12),
  value,
});

/** Two gateways may start at once on a new folder: the file appears whole, and the first one counts. */
function made(path: string, now: number): Stored {
  const fresh: Stored = [{ value: generated(), since: new Date(now).toISOString() }];
  const draft = written(path, fresh);
  try {
    linkSync(draft, path);
  } catch {
    // Some file systems have no links.
    if (!existsSync(path)) renameSync(draft, path);
  }
  rmSync(draft, { force: true });
  return readSecrets(path) ?? fresh;
}

function written(path: string, secrets: Stored): string {
  const draft = `${path}.${process.pid}.${randomBytes(4).toString("hex")}`;
  writeFileSync(draft, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600, flag: "wx" });
  return draft;
}

/** undefined: there is no file. */
function readSecrets(path: string): Stored | undefined {
  if (!existsSync(path)) return undefined;
  const found = statSync(path).isFile() ? parsed(readFileSync(path, "utf8")) : undefined;
  if (!found)
    throw new DataFault(
      `${path} does not hold a secret. Restore it, or delete it: what was kept on disk is then forgotten.`,
    );
  chmodSync(path, 0o600);
  return found;
}

function parsed(text: string): Stored | undefined {
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch {
    return undefined;
  }
  return Array.isArray(list) && list.length > 0 && list.every(isStored) ? (list as unknown as Stored) : undefined;
}

const isStored = (value: unknown): boolean =>
  isObject(value) &&
  typeof value.value === "string" &&
  value.value.length >= SECRET_LENGTH_MIN &&
  typeof value.since === "string";
