/** The seam of `codeswitch setup`: what one client reads, and what it must hold to call this gateway. Pure; apply.ts touches the disk. */
import type { DialectId } from "../ir/dialect-id.ts";
import type { JsonObject } from "../wire/json.ts";

/** Where a client looks for its configuration. */
export interface Place {
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The gateway as a client must know it. */
export interface Connection {
  /** Without /v1 and without a slash at its end. */
  readonly url: string;
  readonly key: string;
  /** What the client asks for by default. */
  readonly model: string;
  /** What it may offer: the default first, then what /v1/models lists. */
  readonly models: readonly string[];
  /** Headers that say of each call what it is for. Absent: none. */
  readonly labels?: Readonly<Record<string, string>>;
  /** What Codex wants to know of each of them, and Claude Code of the window. Absent: the gateway does not tell. */
  readonly catalogue?: readonly JsonObject[];
}

/** A file's text before and after. `before` undefined: there is none. */
export interface Change {
  readonly path: string;
  readonly before?: string;
  readonly after: string;
  /** A key is written into it: from then on its owner alone may read it. */
  readonly isPrivate?: true;
  /** What stands in a new file that nobody would read through. */
  readonly brief?: string;
}

/** Reads a file; undefined: there is none. */
export type Read = (path: string) => string | undefined;

/** One line of what a person may paste: where, and what. */
export type Value = readonly [where: string, value: string];

/** How the real program is asked something without a terminal. */
export interface Program {
  /** Its command, looked for in PATH. */
  readonly command: string;
  /** How it gets there. */
  readonly install: string;
  readonly args: (prompt: string, connection: Connection) => readonly string[];
  /** Beside HOME and PATH; keeps it from calling anybody but us, and from trying for minutes. */
  readonly env?: (connection: Connection) => Readonly<Record<string, string>>;
}

interface Shown {
  readonly id: string;
  readonly title: string;
  /** For --print: what a person sets by hand. */
  readonly values: (connection: Connection) => readonly Value[];
  /** Sentences that a person should know: limits, what to do next. */
  readonly notes: readonly string[];
}

/** A client that is configured by files of its own. */
export interface Setup extends Shown {
  readonly kind: "files";
  /** What it speaks with us. */
  readonly dialect: DialectId;
  /** It sends headers that its files name. */
  readonly takesLabels?: true;
  /** Throws SetupRefused when a file cannot be edited without doing harm. */
  readonly plan: (read: Read, place: Place, connection: Connection) => readonly Change[];
  readonly program?: Program;
  /** Variables of the person's own that win over the files, or confuse the client beside them. */
  readonly rivals: readonly string[];
}

/** A client that cannot be configured from outside: we print what to paste. */
export interface Printed extends Shown {
  readonly kind: "printed";
  /** It calls from its maker's servers, which reach public HTTPS addresses only. */
  readonly needsPublicUrl: boolean;
}

/** A client whose protocol this gateway does not speak yet. */
export interface Unsupported {
  readonly kind: "unsupported";
  readonly id: string;
  readonly title: string;
  readonly reason: string;
}

export type AnySetup = Setup | Printed | Unsupported;

/** The person can put it right: a sentence with the file, what is in the way, and what to do. */
export class SetupRefused extends Error {}
