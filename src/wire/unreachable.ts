/** Every way that a connection can fail, in a sentence: for a call that met it, and for the check that looks for it. Never the runtime's own message, which may hold the URL's secrets. */

export interface Unreachable {
  readonly fault: "tls" | "unreachable";
  /** Finishes "the provider could not be reached: …". */
  readonly words: string;
  /** A whole sentence. */
  readonly fix: string;
}

export function unreachable(error: unknown): Unreachable {
  const { code = "", name = "", message = "" } = error as { code?: string; name?: string; message?: string };
  const find = (rows: readonly Row[]): Row | undefined =>
    rows.find(([pattern]) => pattern.test(code) || pattern.test(message));
  const tls = find(TLS);
  if (tls) return { fault: "tls", words: tls[1], fix: tls[2] };
  const [, words, fix] = find(REACH) ?? [
    /./,
    `it cannot be reached (${code || name})`,
    "Check the address and the network.",
  ];
  return { fault: "unreachable", words, fix };
}

type Row = readonly [pattern: RegExp, words: string, fix: string];
const OWN_CA = "If it is your own authority, name its file in NODE_EXTRA_CA_CERTS and start again.";

/** OpenSSL's names for them, which the runtime hands on: https://docs.openssl.org/master/man3/X509_STORE_CTX_get_error/ */
const TLS: readonly Row[] = [
  [/CERT_HAS_EXPIRED/i, "its certificate has expired", "Renew it, or check this machine's clock."],
  [/CERT_NOT_YET_VALID/i, "its certificate is not valid yet", "Check this machine's clock."],
  [
    /ALTNAME|HOSTNAME_MISMATCH/i,
    "its certificate is for another host",
    "Use the name that the certificate was made for.",
  ],
  [/SELF_SIGNED/i, "its certificate is self-signed, which nothing here trusts", OWN_CA],
  [
    /UNABLE_TO_(VERIFY|GET)|UNKNOWN_ISSUER|UNTRUSTED|CERT_SIGNATURE/i,
    "nothing here knows who signed its certificate",
    OWN_CA,
  ],
  [/CERT_REVOKED/i, "its certificate has been revoked", "Renew it."],
  [
    /ERR_SSL|ERR_TLS|SSL|TLS|CERT/,
    "it does not speak TLS as it should",
    "Check whether the address should start with http:// instead, and the port.",
  ],
];

/** Something listens, and speaks another protocol. */
export const CLOSED = "it closed the connection without an answer";

const REACH: readonly Row[] = [
  [/ConnectionRefused|ECONNREFUSED/i, "nothing listens there", "Check host and port, and that the server runs."],
  [
    /ENOTFOUND|EAI_AGAIN|DNS|FailedToOpenSocket|getaddrinfo/i,
    "its host name is not found, or nothing answers at it",
    "Check the name for typing errors, the network and the DNS.",
  ],
  [/ConnectionClosed|ECONNRESET|EPIPE/i, CLOSED, "Check the port, and whether it wants https://."],
  [/EHOSTUNREACH|ENETUNREACH/i, "there is no way to its network", "Check the network, a VPN, or a firewall."],
  [/ERR_INVALID_URL|InvalidURL/i, "its address is no URL", "Correct it."],
];
