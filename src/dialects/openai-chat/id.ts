declare module "../../ir/dialect-id.ts" {
  interface DialectIds {
    readonly "openai-chat": true;
  }
}

export const OPENAI_CHAT = "openai-chat" as const;
