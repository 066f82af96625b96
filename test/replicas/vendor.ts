/** A vendor of three wires that bills every call alike and fails as the call's words ask it to. */
import { bodyFor, stepsOf, WHOLE, type Wire, WIRES, PATH } from "../e2e/wires.ts";

/** What becomes of a call. */
export const FATES = ["well", "slowly", "refused", "failed", "cut", "left"] as const;
export type Fate = (typeof FATES)[number];

export interface ScriptedVendor {
  readonly url: string;
  /** Calls that it answered to their end, whose bill it so sent. */
  billed(): number;
  stop(): Promise<void>;
}

/** How long it is silent between two pieces of a slow answer. */
const PAUSE_MS = 40;

export function scriptedVendor(): ScriptedVendor {
  let billed = 0;
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    idleTimeout: 60,
    fetch: async (request) => {
      const text = await request.text();
      const wire = wireOf(new URL(request.url).pathname);
      const fate = FATES.find((one) => text.includes(`fate=${one}`)) ?? "well";
      if (fate === "refused")
        return Response.json({ error: { message: "no", type: "invalid_request_error" } }, { status: 400 });
      if (fate === "failed")
        return Response.json({ error: { message: "down", type: "server_error" } }, { status: 500 });
      if (!(JSON.parse(text) as { stream?: boolean }).stream) {
        if (fate !== "well") await Bun.sleep(PAUSE_MS);
        billed++;
        return Response.json(WHOLE[wire]);
      }
      return new Response(
        streamed(wire, fate, () => void billed++),
        { headers: { "content-type": "text/event-stream" } },
      );
    },
  });
  return { url: `http://127.0.0.1:${server.port}`, billed: () => billed, stop: () => server.stop(true) };
}

const wireOf = (path: string): Wire => WIRES.find((wire) => path.endsWith(PATH[wire].slice("/v1".length))) ?? "chat";

function streamed(wire: Wire, fate: Fate, sent: () => void): ReadableStream<Uint8Array> {
  const steps = stepsOf(wire);
  let at = 0;
  return new ReadableStream({
    pull: async (controller) => {
      if (fate !== "well") await Bun.sleep(fate === "slowly" ? 5 * PAUSE_MS : PAUSE_MS);
      if (fate === "cut" && at === 2) return controller.error(undefined);
      const step = steps[at++];
      if (step) controller.enqueue(new TextEncoder().encode(step.send));
      if (at < steps.length) return;
      sent();
      controller.close();
    },
  });
}

/** A call's body, which says its fate in its words. */
export const fated = (wire: Wire, model: string, fate: Fate, stream: boolean): object => ({
  ...bodyFor(wire, model, { stream }),
  [wire === "responses" ? "input" : "messages"]: [{ role: "user", content: `Go. fate=${fate}` }],
});
