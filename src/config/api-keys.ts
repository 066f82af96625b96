/** Which strings may be keys at all. Used for what the operator writes, and by access for what a caller presents. */

/** Why this must not be used as a key, in words that finish "the key is …"; undefined: nothing speaks against it. */
export function keyFault(key: string): string | undefined {
  if (key.trim() === "") return "empty";
  if (isSampleKey(key)) return "a sample value that everybody knows";
  return consumerToken(key);
}

/** Names a consumer log-in token, which no vendor lets a gateway use; undefined for everything else. */
export function consumerToken(key: string): string | undefined {
  const token = key.trim();
  // Claude subscription log-ins are sk-ant-oat… (access) and sk-ant-ort… (refresh); API keys are sk-ant-api….
  if (/^sk-ant-o[ar]t/i.test(token)) return "a Claude subscription log-in token (sk-ant-oat…)";
  // ChatGPT log-ins (Codex's auth.json) are JWTs: three base64url segments, the first a JSON object, hence "eyJ".
  if (/^eyJ[\w-]*\.[\w-]+\.[\w-]*$/.test(token)) return "a ChatGPT log-in token (a JWT, eyJ…)";
  return undefined;
}

/** A name that is rather a vendor's key in the wrong place: by how vendors begin theirs, or a run of letters and digits that no word is. */
export const looksLikeKey = (name: string): boolean =>
  KEY_BEGINNING.test(name.trim()) || name.split(/[^A-Za-z0-9]+/).some((run) => RANDOM.test(run));

const KEY_BEGINNING =
  /^(sk|pk|rk|gsk|xai|nvapi|hf|fw|r8|ghp|csk|tvly|pplx|bsa|aiza|eyj|bearer)([-_ ]|(?<=^(aiza|eyj))).{8}/i;
const RANDOM = /^(?=.*\d)(?=.*[A-Za-z]).{24,}$/;

/** Placeholders of this project's and the seeds' examples: `change-me`, `sk-1234567890`, `your-key`, `<key>`, `sk-...`. */
export const isSampleKey = (key: string): boolean => SAMPLES.some((sample) => sample.test(key.trim()));

const SAMPLES: readonly RegExp[] = [
  /^change[-_ ]?(me|it|this)$/i,
  /^(replace|insert|put|paste|enter)[-_ ](me|this|with|your|here|key)\b/i,
  /^<.*>$/,
  /^\[.*\]$/,
  /\.\.\.$|…$/,
  /^(sk-)?x{3,}$/i,
  /^sk-1234(5678(90?)?)?$/,
  /^(sk-)?your[-_ ].*(key|token|secret)([-_ ]here)?$/i,
  /^your[-_ ]?(key|token|secret)$/i,
  /^(my[-_ ])?api[-_ ]?key([-_ ]here)?$/i,
];
