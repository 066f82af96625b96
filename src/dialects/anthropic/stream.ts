/** Streams, both ways. */
import type { Dialect } from "../dialect.ts";
import { decoder } from "./decoder.ts";
import { encoder } from "./encoder.ts";

export const stream: Dialect["stream"] = { decoder, encoder };
