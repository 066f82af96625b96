/** `server.cors_origins`: which pages may call, written as a browser sends it. */
import { isLocalOrigin } from "../../wire/host.ts";

/** Why no page has this origin, in words that finish "the origin …"; undefined: one may. */
export function originFault(origin: string): string | undefined {
  if (origin === "*") return "would open the gateway to every web page, and does nothing";
  // Pages of editors and extensions have schemes of their own, whose origin `URL` does not tell.
  const sent = /^https?:/i.test(origin) ? URL.parse(origin)?.origin : origin;
  return sent === origin && ORIGIN.test(origin) ? undefined : "is not what a browser sends as an origin";
}

/** As pasted from an address bar. */
export const withoutSlash = (origin: string): string => origin.replace(/\/+$/, "");

export const ORIGIN_FIX = "Name each page by scheme, host and port alone, in small letters: https://chat.example.com.";

const ORIGIN = /^[a-z][a-z0-9+.-]*:\/\/[^/?#@*\s]+$/;

/** The door of a gateway without keys is shut to pages of elsewhere, whatever stands in the list. */
export const originWarnings = (origins: readonly string[], keys: readonly unknown[]): string[] =>
  keys.length > 0 || origins.every(isLocalOrigin)
    ? []
    : [
        "server.cors_origins names pages of other machines, and they are answered only where there is a key. Add one (auth.keys).",
      ];
