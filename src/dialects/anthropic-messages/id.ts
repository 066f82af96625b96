declare module "../../ir/dialect-id.ts" {
  interface DialectIds {
    readonly "anthropic-messages": true;
  }
}

export const ANTHROPIC_MESSAGES = "anthropic-messages" as const;
