/** What doctor says: one sentence about one thing, with the fix in it where there is something to fix. */
export interface Finding {
  /** provider azure, model gpt-high, client codex, this machine. */
  readonly about: string;
  readonly check: string;
  /** ok: it was asked, and answered well. noted: read here, and nobody was asked. warning: it works, and may not tomorrow. */
  readonly state: "ok" | "noted" | "warning" | "fault";
  readonly says: string;
}

export const ok = (about: string, check: string, says: string): Finding => ({ about, check, state: "ok", says });
export const noted = (about: string, check: string, says: string): Finding => ({ about, check, state: "noted", says });
export const warning = (about: string, check: string, says: string): Finding => ({
  about,
  check,
  state: "warning",
  says,
});
export const fault = (about: string, check: string, says: string): Finding => ({ about, check, state: "fault", says });
