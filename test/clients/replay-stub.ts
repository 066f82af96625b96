/** An upstream that answers with a recording, framed as its vendor frames it. The model's name says which. Knows nothing of the gateway. */
import type { Recording } from "./recordings.ts";

export interface ReplayStub {
  readonly url: string;
  /** What was asked, by the model's name: method, path and body. */
  readonly asked: Map<string, Readonly<Record<string, unknown>>>;
  stop(): Promise<void>;
}

export function replayStub(recordings: ReadonlyMap<string, Recording>): ReplayStub {
  const asked = new Map<string, Readonly<Record<string, unknown>>>();
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    idleTimeout: 30,
    fetch: async (request) => {
      const body = (await request.json()) as Record<string, unknown>;
      const model = String(body["model"]);
      const recording = recordings.get(model);
      if (!recording) return Response.json({ error: { message: `no recording ${model}` } }, { status: 404 });
      asked.set(model, body);
      return recording.streamed
        ? new Response(sseOf(recording), { headers: { "content-type": "text/event-stream" } })
        : new Response(recording.events[0], { headers: { "content-type": "application/json" } });
    },
  });
  return { url: `http://127.0.0.1:${server.port}`, asked, stop: () => server.stop(true) };
}

/** Chat: data only, and [DONE]. The others: an event line with the JSON's own type, and no [DONE]. */
function sseOf({ wire, events }: Recording): string {
  if (wire === "chat") return `${events.map((event) => `data: ${event}\n\n`).join("")}data: [DONE]\n\n`;
  const typed = (event: string): string => `event: ${(JSON.parse(event) as { type: string }).type}\ndata: ${event}\n\n`;
  return events.map(typed).join("");
}
