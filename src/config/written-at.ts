/** Where a value stands, as a person looks for it: `providers.azure.api_key (codeswitch.yaml:5, from AZURE_API_KEY)`. */
import { placeOf } from "./place.ts";
import { type Path, valueAt, type YamlFile } from "./yaml-file.ts";

export function writtenAt(yaml: YamlFile, path: Path): string {
  const { file, line, key } = placeOf(yaml, path);
  const place = line === undefined ? file : `${file}:${line}`;
  const variables = yaml.broughtBy(valueAt(yaml.value, path));
  return `${key} (${[place, ...(variables.length > 0 ? [`from ${variables.join(", ")}`] : [])].join(", ")})`;
}
