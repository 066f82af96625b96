/** Azure's shape of OpenAI's paths, which names the deployment; its name may hold slashes, plain or encoded. */
import { namedIn, type PathPattern } from "../wire/path.ts";

export const deploymentPath = (operation: string): PathPattern => ({
  before: "/openai/deployments/",
  after: operation,
});

/** Cursor posts bodies of either dialect to either path. */
export const deploymentIn = (path: string): string | undefined =>
  namedIn(path, deploymentPath("/chat/completions")) ?? namedIn(path, deploymentPath("/responses"));
