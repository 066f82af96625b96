/** A resource that knows its deployments, its key and its versions, and refuses in the vendor's own words. */
import { type Upstream, upstream } from "./upstream.ts";
import { WHOLE } from "./wires.ts";

export interface AzureStub extends Upstream {
  /** Who is there. Others are DeploymentNotFound. */
  deployments: string[];
  /** The deployments that were asked for a word, in order. */
  readonly generated: () => string[];
}

export const AZURE_KEY = "azure-key-0123456789";

const refusal = (status: number, code: string, message: string): Response =>
  Response.json({ error: { code, message } }, { status });
// https://learn.microsoft.com/azure/ai-foundry/openai/how-to/troubleshooting: as it writes them.
const WRONG_KEY =
  "Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key for an active subscription and use a correct regional API endpoint for your resource.";
const NO_DEPLOYMENT =
  "The API deployment for this resource does not exist. If you created the deployment within the last 5 minutes, please wait a moment and try again.";

export function azureStub(deployments: readonly string[]): AzureStub {
  const generated: string[] = [];
  const server = upstream(({ method, path, headers, body }) => {
    if ((headers.get("api-key") ?? headers.get("x-api-key")) !== AZURE_KEY) return refusal(401, "401", WRONG_KEY);
    if (path.includes("api-version=2020")) return refusal(400, "BadRequest", "API version not supported");
    if (method === "GET") return Response.json({ object: "list", data: [{ id: "gpt-5" }, { id: "gpt-4o" }] });
    const deployment = decodeURIComponent(/\/deployments\/([^/]+)\//.exec(path)?.[1] ?? String(body["model"]));
    generated.push(deployment);
    if (!stub.deployments.includes(deployment)) return refusal(404, "DeploymentNotFound", NO_DEPLOYMENT);
    const wire = path.includes("/messages") ? "messages" : path.includes("/responses") ? "responses" : "chat";
    return Response.json(WHOLE[wire]);
  });
  const stub = { ...server, deployments: [...deployments], generated: () => [...generated] };
  return stub;
}
