/** What can be wrong with a PostgreSQL server, in a sentence that says what to do. The password is in none. */
import { DataFault } from "./folder.ts";

const OLDEST_VERSION = 15;
/** No report takes longer, and one that does must not take the server down. */
export const REPORT_MS = 5_000;
/** How long whoever starts waits for another one that migrates. */
export const MIGRATION_WAIT_MS = 60_000;

/** undefined: nothing that the operator of this gateway could mend by the words alone. */
export function faultOf(error: unknown, url: string): DataFault | undefined {
  if (error instanceof DataFault) return error;
  const code = codeOf(error);
  const words = WORDS[code] ?? tlsWords(error) ?? (isUnreachable(code, error) ? UNREACHABLE : undefined);
  if (words === undefined) return undefined;
  const fault = new DataFault(`${words(addressOf(url))} It is set as storage.url.`);
  return Object.assign(fault, { code: code === "" ? "ECONNRESET" : code });
}

/** A server that is there and says nothing. */
export const silent = (url: string): DataFault =>
  Object.assign(new DataFault(`${UNREACHABLE(addressOf(url))} It is set as storage.url.`), { code: "ETIMEDOUT" });

/** `version`: its server_version_num, such as 150017. */
export function tooOld(version: number): DataFault | undefined {
  const major = Math.floor(version / 10_000);
  if (major >= OLDEST_VERSION) return undefined;
  return new DataFault(
    `storage.url leads to PostgreSQL ${major}, and ${OLDEST_VERSION} is the oldest that is used. Take a newer server.`,
  );
}

/** Two who waited for each other: the server ended one of them, and what it asked may be asked again. */
export const isInTheWay = (error: unknown): boolean => IN_THE_WAY.has(codeOf(error));
const IN_THE_WAY = new Set(["40001", "40P01"]);

/** The server is away, and may come back: nothing is wrong with what was asked. */
export const isAway = (error: unknown): boolean => isUnreachable(codeOf(error), error) || AWAY.has(codeOf(error));
/** Of a server that stops, or starts, or ended our connection: https://www.postgresql.org/docs/15/errcodes-appendix.html */
const AWAY = new Set(["57P01", "57P02", "57P03", "08000", "08003", "08006"]);

function codeOf(error: unknown): string {
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

/** pg tells some of these in words only. */
const isUnreachable = (code: string, error: unknown): boolean =>
  /^E[A-Z_]+$/.test(code) ||
  (error instanceof Error &&
    /Connection terminated|timeout exceeded when trying to connect|connection timeout/i.test(error.message));

/** What Node says of certificates, and pg of a server without TLS. */
function tlsWords(error: unknown): Words | undefined {
  const said = error instanceof Error ? `${codeOf(error)} ${error.message}` : "";
  if (/does not support SSL/i.test(said))
    return ({ place }) =>
      `PostgreSQL at ${place} speaks no TLS. Switch it on there (ssl = on), or leave sslmode out where nobody else hears the connection.`;
  if (/CERT|certificate|ALTNAME/.test(said))
    return ({ place }) =>
      `The certificate of PostgreSQL at ${place} is not trusted (${said.trim()}). Name the file of its authority: sslmode=verify-full&sslrootcert=FILE.`;
  return undefined;
}

const UNREACHABLE = ({ place }: Address): string =>
  `PostgreSQL does not answer at ${place}. Check that the server runs, and that host and port are right.`;

type Words = (address: Address) => string;
const PASSWORD: Words = ({ place, user }) =>
  `PostgreSQL at ${place} refuses the user ${user}: the password is wrong or missing, or the server lets this user in from elsewhere only.`;
const RIGHTS: Words = ({ database, user }) =>
  `The user ${user} may not make tables in the database ${database}. Let it: GRANT ALL ON DATABASE ${database} TO ${user}; and, in that database, GRANT ALL ON SCHEMA public TO ${user};`;

/** https://www.postgresql.org/docs/15/errcodes-appendix.html */
const WORDS: Readonly<Record<string, Words>> = {
  "28P01": PASSWORD,
  "28000": PASSWORD,
  "3D000": ({ database, place }) =>
    `PostgreSQL at ${place} has no database ${database}. Make it: CREATE DATABASE ${database};`,
  "42501": RIGHTS,
  "25006": ({ database, place }) =>
    `PostgreSQL at ${place} takes no writes into the database ${database}: it is a standby, or was set to read only. Name the primary, or set default_transaction_read_only = off.`,
  "53300": ({ place }) =>
    `PostgreSQL at ${place} has no connection left. Raise its max_connections, or start fewer replicas.`,
  "55P03": () =>
    `Another codeswitch has been changing the tables for ${MIGRATION_WAIT_MS / 1_000} seconds. Wait until it is done, or look in pg_stat_activity for what holds it.`,
  "57014": () =>
    `PostgreSQL took more than ${REPORT_MS / 1_000} seconds for a report, which was ended so that it holds up nobody else. Ask for a shorter span of time.`,
  "57P03": ({ place }) => `PostgreSQL at ${place} is starting or stopping. Start again when it is up.`,
};

interface Address {
  readonly place: string;
  readonly user: string;
  readonly database: string;
}

function addressOf(url: string): Address {
  try {
    const { hostname, port, username, pathname, searchParams } = new URL(url);
    const user = decodeURIComponent(username) || "of this process";
    const host = searchParams.get("host") ?? (hostname || "localhost");
    return { place: `${host}:${port || 5432}`, user, database: decodeURIComponent(pathname.slice(1)) || user };
  } catch {
    return { place: "the address", user: "named there", database: "named there" };
  }
}
