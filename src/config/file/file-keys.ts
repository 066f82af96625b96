/** The callers' keys of the file: each fit to be one, and no two alike. */
import type { KeyConfig } from "../config.ts";
import { keyFault } from "../api-keys.ts";
import { ownerFault } from "../owner-key.ts";
import { settingFaults } from "../setting-faults.ts";
import { RESERVED_NAMES } from "../reserved-names.ts";
import type { FileReading } from "./reading.ts";
import type { Path } from "../yaml/place.ts";

export function checkKeys({ file: { auth }, yaml, refuse }: FileReading): void {
  checkOwner(auth, yaml, refuse);
  const firsts = { key: firstOf(auth.keys, "key"), name: firstOf(auth.keys, "name") };
  auth.keys.forEach((one, index) => {
    const { key, name } = one;
    const at = (field: string): Path => ["auth", "keys", index, field];
    const [variable] = yaml.missing(at("key"));
    const fault = keyFault(key);
    const set = `Set ${variable}, or remove this key. ${MAKE}`;
    if (variable !== undefined) refuse(at("key"), `needs the variable ${variable}, which is not set`, set);
    else if (fault !== undefined) refuse(at("key"), `is ${fault}, and is refused as a key`, MAKE);
    const twin = firsts.key.get(key) ?? index;
    if (twin < index && fault === undefined) refuse(at("key"), `is the same key as auth.keys[${twin}]`, OWN_KEY);
    const namesake = firsts.name.get(name.trim()) ?? index;
    if (namesake < index) refuse(at("name"), `is already the name of auth.keys[${namesake}]`, OTHER_NAME);
    if (RESERVED_NAMES.includes(name.trim()))
      refuse(at("name"), "is what callers without a key of theirs are called", OTHER_NAME);
    for (const { path, fault, fix } of settingFaults(one)) refuse(["auth", "keys", index, ...path], fault, fix);
  });
}

type Auth = FileReading["file"]["auth"];

function checkOwner({ ownerKey, keys }: Auth, yaml: FileReading["yaml"], refuse: FileReading["refuse"]): void {
  if (ownerKey === undefined) return;
  const path = ["auth", "owner_key"];
  const [variable] = yaml.missing(path);
  const wrong = ownerFault(ownerKey, keys);
  if (variable !== undefined)
    refuse(path, `needs the variable ${variable}, which is not set`, `Set ${variable}, or remove this line.`);
  else if (wrong) refuse(path, wrong.fault, wrong.fix);
}

const MAKE = "Make one: openssl rand -hex 32, or any password generator.";
const OWN_KEY = "Give every caller a key of its own, or remove one of the two.";
const OTHER_NAME = "Choose another: the log tells callers apart by it.";

/** The first place of each value. */
const firstOf = (keys: readonly KeyConfig[], field: "key" | "name"): ReadonlyMap<string, number> =>
  new Map(keys.map((key, index) => [key[field].trim(), index] as const).toReversed());
