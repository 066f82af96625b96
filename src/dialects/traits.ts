/** What a deployment takes of its dialect. Each dialect has its usual ones (its traits.ts), each vendor what differs (providers/catalog.ts). */
import type { ToolRules } from "../ir/tool-schema.ts";

export interface Traits {
  /** Chat: role `developer` is known; else `system`. */
  readonly developerRole: boolean;
  /** Chat: system turns after the first message are accepted. Anthropic: `role: "system"` inside messages is. */
  readonly midSystem: boolean;
  /** Freeform (grammar) tools exist. Else they are lowered to `{input: string}`. */
  readonly customTools: boolean;
  /** Chat's name of the output limit. */
  readonly maxTokensField: "max_tokens" | "max_completion_tokens";
  /** Chat: where reasoning of earlier turns is sent back. reasoning_details: sealed, and text without a seal as `reasoning`. none: it is not accepted. */
  readonly reasoningReplay: "reasoning_content" | "reasoning" | "reasoning_details" | "none";
  /** Chat: who makes the seals that this model reads, as it stands in the `format` of each. Absent: nobody knows. */
  readonly sealMaker?: string;
  /** Chat: `extra_content` is known, in which seals stand on messages and calls. */
  readonly extraContent?: true;
  /** Chat: a turn whose first call comes back without its seal is refused. */
  readonly signedCalls?: true;
  /** Chat: `cache_control` on the body, on text parts and on tools is known. */
  readonly cacheMarks?: true;
  /** Tool turns without their reasoning are refused (Kimi, DeepSeek thinking models). */
  readonly reasoningRequired: boolean;
  /** Images inside a tool result; else they follow in a user message. */
  readonly imageResults: boolean;
  readonly images: boolean;
  /** Chat, Responses: `strict` means what OpenAI means by it. Anthropic: the model knows it. */
  readonly strictTools: boolean;
  readonly toolSchemas: ToolRules;
  readonly parallelSwitch: boolean;
  /** Chat: `stream_options.include_usage` is known. */
  readonly usageChunk: boolean;
  /** Chat: how an effort is said. reasoning: `reasoning:{effort}` or `reasoning:{max_tokens}`. thinking: `thinking:{type}` on or off only. none: not at all. */
  readonly effortField: "reasoning_effort" | "reasoning" | "thinking" | "none";
  /** Chat: `response_format` json_schema; else json_object; else none. */
  readonly jsonSchema: "json_schema" | "json_object" | "none";
  readonly cacheKey: boolean;
  /** Call ids the vendor accepts. Mistral: 9 alphanumerics. */
  readonly callIdLengthMax: number;
  readonly callIdPattern: RegExp;
  readonly stop: boolean;
  /** Messages: false where a conversation must end with the user. Absent: the model goes on with its own last words. */
  readonly prefill?: boolean;
  /** Messages: the vendor holds conversations (`thread`). Absent: it does not. */
  readonly threads?: boolean;
  /** Responses: false where the model does not reason and refuses to seal: "Encrypted content is not supported with this model." Absent: it can. */
  readonly sealedReasoning?: boolean;
}

/** What a request of the dialect can say at all, whatever its model and its deployment take. */
export interface Range {
  /** Its way to say how much a model shall think. */
  readonly thinking: "effort" | "budget";
  /** The summaries of thinking that it can ask for, of those that the model makes. */
  summaries(ofModel: readonly string[]): readonly string[];
  readonly verbosity: boolean;
  readonly truncation: boolean;
  /** Reasoning of earlier turns goes back as plain text, as `Traits.reasoningReplay` has it. */
  readonly replaysReasoning: boolean;
  /** Tokens; a smaller limit is refused. */
  readonly outputMin?: number;
  /** Tokens: a request must name a limit, this one where neither caller nor configuration does. */
  readonly outputDefault?: number;
  readonly temperatureMax?: number;
}
