/**
 * Token counts for models whose vendor has no counter: counted here, then corrected by what the vendor billed for earlier
 * calls of the same model. Kept in memory; nothing is counted before a client asks for a count.
 */
import type { ModelRequest } from "../ir/request.ts";
import { countLocally } from "./tokens.ts";

export interface MeteredModel {
  readonly provider: string;
  readonly model: string;
}

export interface Sample {
  /** Worked out when it is counted, not when the call ends. */
  request(): ModelRequest;
  /** Of the body, to bound what is held. */
  readonly bytes: number;
  /** Input tokens as the vendor billed them, read from a cache or not. */
  readonly billed: number;
}

export interface TokenMeter {
  /** Asked once for each call: whether this one, of so many bytes, shall teach. Most need not, and then nothing is held. */
  wants(of: MeteredModel, bytes: number): boolean;
  learn(of: MeteredModel, sample: Sample): void;
  count(of: MeteredModel, request: ModelRequest): Promise<number>;
  /** By the length of the body alone, for those who cannot wait for a count: what is held of a budget before the call. */
  roughly(of: MeteredModel, bytes: number): number;
  /** What a body of so many bytes came to. */
  weighed(of: MeteredModel, bytes: number, billed: number): void;
}

/** The first calls of a model suffice; then one in so many follows a change of tokenizer. */
const FIRST_CALLS = 5;
const THEN_ONE_IN = 16;
const MODELS_MAX = 64;
const BYTES_MAX = 512 * 1024;
const WAITING_BYTES_MAX = 16 * 1024 * 1024;
/** Of a JSON body, until the model's own bills say better. */
const BYTES_PER_TOKEN = 3.5;
/** What an older sample weighs beside the one after it. */
const FADING = 0.8;
/** A count that is too low makes a client overrun the model's window; one that is a little too high costs nothing. */
const MARGIN = 1.01;
/** Beyond these it is not the tokenizer that differs. */
const [FACTOR_MIN, FACTOR_MAX] = [0.5, 4];

interface Known {
  calls: number;
  waiting: Sample[];
  /** Sums, so that long prompts weigh more than short ones. */
  local: number;
  billed: number;
  working: Promise<void>;
  /** Sums over all calls, of their bodies' bytes and the tokens that these came to. */
  bytes: number;
  tokens: number;
}

const NEW = { bytes: 0, tokens: 0, working: Promise.resolve() };

export function tokenMeter(countText: (request: ModelRequest) => Promise<number> = countLocally): TokenMeter {
  const models = new Map<string, Known>();
  /** Asked for several times in one call. */
  let newest: { readonly key: string; readonly known: Known | undefined } = { key: "", known: undefined };
  let waitingBytes = 0;

  const knownOf = ({ provider, model }: MeteredModel): Known => {
    // No name of a provider has a line break.
    const key = `${provider}\n${model}`;
    if (newest.known && key === newest.key) return newest.known;
    const found = models.get(key) ?? { calls: 0, waiting: [], local: 0, billed: 0, ...NEW };
    models.delete(key);
    models.set(key, found);
    for (const [oldest, { waiting }] of models) {
      if (models.size <= MODELS_MAX) break;
      waiting.forEach(release);
      models.delete(oldest);
    }
    newest = { key, known: found };
    return found;
  };
  const release = ({ bytes }: Sample): void => void (waitingBytes -= bytes);

  /** One after the other: counts that come together wait for the same work. */
  const catchUp = (known: Known): Promise<void> => {
    const samples = known.waiting.splice(0);
    samples.forEach(release);
    known.working = samples.reduce((before, sample) => before.then(() => weigh(known, sample)), known.working);
    return known.working;
  };
  const weigh = async (known: Known, sample: Sample): Promise<void> => {
    const request = sample.request();
    // Another call may take its place.
    if (!tellsTokens(request)) return void known.calls--;
    const local = await countText(request);
    known.local = known.local * FADING + local;
    known.billed = known.billed * FADING + sample.billed;
  };

  return {
    wants: (of, bytes) => {
      if (bytes > BYTES_MAX) return false;
      const known = knownOf(of);
      return known.calls++ < FIRST_CALLS || known.calls % THEN_ONE_IN === 0;
    },
    learn: (of, sample) => {
      if (sample.billed <= 0 || sample.bytes > BYTES_MAX || waitingBytes + sample.bytes > WAITING_BYTES_MAX) return;
      const known = knownOf(of);
      waitingBytes += sample.bytes;
      known.waiting.push(sample);
      for (const oldest of known.waiting.splice(0, known.waiting.length - FIRST_CALLS)) release(oldest);
    },
    count: async (of, request) => {
      const known = knownOf(of);
      await catchUp(known);
      return Math.ceil((await countText(request)) * factorOf(known));
    },
    roughly: (of, bytes) => {
      const { bytes: weighed, tokens } = knownOf(of);
      return weighed === 0 ? bytes / BYTES_PER_TOKEN : (bytes * tokens) / weighed;
    },
    weighed: (of, bytes, billed) => {
      if (bytes <= 0 || billed <= 0) return;
      const known = knownOf(of);
      known.bytes = known.bytes * FADING + bytes;
      known.tokens = known.tokens * FADING + billed;
    },
  };
}

const factorOf = ({ local, billed }: Known): number =>
  local === 0 ? 1 : Math.min(FACTOR_MAX, Math.max(FACTOR_MIN, (billed / local) * MARGIN));

/** Whether a bill says something about the tokenizer: pictures and sealed thoughts are billed by measures of their own. */
const tellsTokens = (request: ModelRequest): boolean =>
  request.tools.every((tool) => tool.kind !== "hosted") &&
  request.entries.every((entry) => {
    if (entry.kind === "opaque") return false;
    if (entry.kind === "reasoning") return entry.seal === undefined;
    const content = "content" in entry ? entry.content : "";
    return typeof content === "string" || "tools" in content || content.every((part) => part.kind !== "media");
  });
