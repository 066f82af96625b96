/** A file that the schema has taken, in our own spelling. */
import type { z } from "zod";
import type { FileSchema } from "./schema.ts";
import type { InCamel } from "./spelling.ts";

export type FileConfig = InCamel<z.output<typeof FileSchema>>;
export type FileProvider = FileConfig["providers"][string];
export type FileModel = FileConfig["models"][string];
export type FileTarget = FileModel["targets"][number];
export type FileSearch = NonNullable<FileConfig["search"]>;
