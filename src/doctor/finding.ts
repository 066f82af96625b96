/** What doctor says: one sentence about one thing, with the fix in it where there is something to fix. */
export interface Finding {
  /** provider azure, model gpt-high, client codex, this machine. */
  readonly about: string;
  readonly check: string;
  /** ok: it was asked, and answered well. noted: read here, and nobody was asked. warning: it works, and may not tomorrow. */
  readonly state: "ok" | "noted" | "warning" | "fault";
  readonly says: string;
}

const finding =
  (state: Finding["state"]) =>
  (about: string, check: string, says: string): Finding => ({ about, check, state, says });

export const ok = finding("ok");
export const noted = finding("noted");
export const warning = finding("warning");
export const fault = finding("fault");
