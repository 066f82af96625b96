/** https://platform.openai.com/docs/api-reference/responses/create */
import type { Traits } from "../traits.ts";
import { OPENAI_TRAITS } from "../openai-traits.ts";

// Azure refuses call ids of more than 64 characters.
export const traits: Traits = { ...OPENAI_TRAITS, imageResults: true, callIdLengthMax: 64, stop: false };
