/** The port that workers share. Each of them may join it, and so may anybody of the same user: so it is asked for alone first, as a single gateway would. */

/** Throws what Bun throws where somebody has it. The port that was found, where 0 was asked for. */
export async function freePort(hostname: string, port: number): Promise<number> {
  const server = Bun.serve({ hostname, port, fetch: () => new Response(null, { status: 503 }) });
  const found = server.port ?? port;
  await server.stop(true);
  return found;
}
