declare module "../../ir/dialect-id.ts" {
  interface DialectIds {
    readonly "openai-responses": true;
  }
}

export const OPENAI_RESPONSES = "openai-responses" as const;
