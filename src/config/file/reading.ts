/** A validated file on its way to a Config. */
import type { FileConfig } from "../schema/file-config.ts";
import type { VendorFacts } from "../vendor.ts";
import type { Path, YamlFile } from "../yaml/place.ts";

export interface FileReading {
  readonly file: FileConfig;
  readonly yaml: YamlFile;
  readonly vendors: readonly VendorFacts[];
  /** `words`: those that may be written there; a value that is nearly one of them is shown. */
  refuse(path: Path, fault: string, fix: string, words?: readonly string[]): void;
}
