/** A provider of the file: its key, its URL, its version. */
import { BASE_URL_FIX, type BaseUrl, doubtsOf, normaliseBaseUrl, versionFor } from "../base-url.ts";
import type { Config, ProviderConfig } from "../config.ts";
import { consumerToken } from "../api-keys.ts";
import { didYouMean } from "../nearest.ts";
import { placeOf, writtenAt, type Path } from "../yaml/place.ts";
import type { FileReading } from "./reading.ts";
import type { FileProvider } from "../schema/file-config.ts";

export function readProvider(name: string, written: FileProvider, reading: FileReading): ProviderConfig {
  const { refuse, yaml } = reading;
  const at = (key: string): Path => ["providers", name, key];
  const consumer = consumerToken(written.apiKey ?? "");
  if (consumer !== undefined)
    refuse(
      at("api_key"),
      `is ${consumer}, which belongs to a person's subscription and is never forwarded`,
      "Use an API key from the vendor's console.",
    );
  const base = readBase(name, written, reading);
  const apiVersion = versionFor(written.kind, base, written.apiVersion, (key, ...why) => refuse(at(key), ...why));
  if (written.vendor !== undefined) checkVendor(at("vendor"), written.vendor, reading);
  return {
    ...written,
    name,
    baseUrl: base.baseUrl,
    apiVersion,
    writtenAt: { apiKey: writtenAt(yaml, at("api_key")), apiVersion: writtenAt(yaml, at("api_version")) },
  };
}

export function warningsOf({ file, yaml }: FileReading, providers: Config["providers"]): string[] {
  return Object.values(providers).flatMap(({ name, kind, baseUrl }) => {
    const doubts = doubtsOf(kind, baseUrl, file.providers[name]?.apiVersion);
    return Object.entries(doubts).flatMap(([key, doubt]) => {
      const place = placeOf(yaml, ["providers", name, key]);
      return doubt === undefined ? [] : [`${place.file}:${place.line}: ${place.key} ${doubt}`];
    });
  });
}

function checkVendor(path: Path, name: string, { refuse, vendors }: FileReading): void {
  const known = vendors.filter(({ kind }) => kind === "openai-compatible").map(({ id }) => id);
  if (known.includes(name)) return;
  const fix = `${didYouMean(name, known)}One of: ${known.join(", ")}; or leave it out.`;
  refuse(path, "is not a vendor that we know", fix, known);
}

function readBase(name: string, written: FileProvider, { refuse, yaml, vendors }: FileReading): BaseUrl {
  const path = ["providers", name, "base_url"];
  if (yaml.missing(path).length > 0) return { baseUrl: "" };
  const vendor = vendors.find(({ id, kind }) =>
    written.kind === "openai-compatible" ? id === written.vendor : kind === written.kind,
  );
  // The simulator without a URL runs inside the gateway.
  const url = written.baseUrl || (written.kind === "simulator" ? "" : vendor?.baseUrl);
  if (url === "") return { baseUrl: "" };
  if (url === undefined) {
    refuse(["providers", name], "has no base_url, and its kind has no host of its own", BASE_URL_FIX);
    return { baseUrl: "" };
  }
  const base = normaliseBaseUrl(written.kind, url);
  if (typeof base !== "string") return base;
  refuse(path, base, BASE_URL_FIX);
  return { baseUrl: "" };
}
