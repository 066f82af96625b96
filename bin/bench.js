#!/usr/bin/env node
/**
 * `npm run bench`: the gateway against nginx, in one run, before the same upstream, beside the last results and the aims.
 *
 *   -- --write          rewrites bench/RESULTS.md, and results.json, which the next run is compared with
 *   -- --quick          takes a look with a tenth of the requests
 *   -- --only whole,large   runs some loads (bench/loads.ts)
 *   -- --smoke          a minute for CI: fails when three tries agree that a lane takes 40 % more of nginx's CPU than at the last --write
 *   -- --features       what the memory of calls, limits and budgets cost over each store, and two workers; --write makes bench/FEATURES.md, --calls N says over how many memory is watched
 *   -- --peer NAME=URL  another gateway in the same run; may be repeated
 *   -- --upstream-port PORT   where the upstream listens, for a peer that must know it before
 *
 * A peer is started by you, before the bench. It answers on URL + /v1/chat/completions and /v1/messages over plain HTTP. At the
 * start the bench prints the models that it asks for, and the upstream's address that each must lead to: an OpenAI-compatible
 * base URL for each way of sending (whole, eight, each, paced), any key, any model name. So with --upstream-port 9100 the model
 * bench-whole-openai-chat goes to http://127.0.0.1:9100/whole/v1 by /chat/completions, and bench-whole-openai-responses there by /responses.
 *
 * Behind the URL may follow, each after a comma: pid=123, whose CPU and memory are read, with all processes below it (without
 * it there are only latency and calls a second); key=KEY, sent as a bearer token instead of the bench's own; and model=openai/{model},
 * where {model} stands for the names above. A load that a peer answers with errors alone is shown as failed.
 */
import { helpIfAsked } from "./help.js";
import { BUN_FLAGS, ROOT, runBun } from "./runtime.js";

helpIfAsked(import.meta.url);
runBun([...BUN_FLAGS, "bench/run.ts", ...process.argv.slice(2)], { cwd: ROOT });
