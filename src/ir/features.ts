/** Every thing that can be lost, under one name in all dialects. docs/LOSSES.md prints this list. */

export const FEATURES = {
  // The conversation.
  "mid-system": "A system turn in mid-conversation, where the upstream knows one prompt at the beginning.",
  "turn-effort": "A reasoning effort that one turn sets for itself.",
  "participant-name": "The name of a participant beside a role.",
  "message-phase": "The mark of a commentary or a final answer on an earlier message.",
  "first-user-turn": "A conversation that the model began: a user turn of one dot stands in front of it.",
  "last-user-turn":
    "A conversation that ends with the model, for one that does not go on with its own words: a user turn of one dot stands behind it.",
  "empty-turn": "A turn of nothing but reasoning, or without a word, which the upstream would refuse.",
  "text-after-call": "Text behind a call of the same answer, where the upstream has one text in front of all calls.",
  "orphan-result": "The result of a call that is not in the conversation: it is told as user text.",
  "billing-header": "A client's attribution in front of the prompt: it is for the bill of its own vendor.",
  "foreign-item": "An item, block or part that only its own dialect understands.",
  "unknown-field":
    "A field that the gateway does not read: within one dialect it passes. Its weight is `meaning` where it shows the model something else or asks for another answer (`logit_bias`, `mcp_servers`), and where nobody knows what its words, list or object say.",

  // Media.
  image: "An image that the model does not take, or not in this form.",
  document: "A document that the model does not take in this form.",
  "document-text": "A document of plain text, sent as text.",
  "document-context":
    "What the caller says about a document, its title or context: it stands beside the document as text.",
  audio: "Sound that the model does not take.",
  video: "Video that the model does not take.",
  "file-id": "A file that is stored at another vendor.",
  "image-detail": "The resolution of an image.",
  "assistant-media": "Media in an earlier answer of the model.",
  "result-media": "Media in a tool result: they follow in a user message.",
  citations: "Citations of an answer or of an earlier one, and the switch that asks for them.",

  // Tools and calls.
  "custom-tool": "A freeform tool: it is declared as a function with one string.",
  "tool-grammar": "The grammar of a freeform tool: it is told in words, and nothing enforces it.",
  "builtin-tool":
    "A tool that the client runs by another vendor's definition: it is declared as a function, or not at all.",
  "hosted-tool": "A tool that another vendor runs.",
  "web-search": "Another vendor's web search: the upstream's own answers instead.",
  "strict-tool":
    "That arguments are held to the tool's schema, or to all of it: rules that the vendor does not enforce stand in descriptions.",
  "tool-schema":
    "Alternatives at the top of a tool's schema, and other rules that the vendor refuses there: all properties are offered together.",
  "deferred-tool": "A tool that waits until the conversation names it.",
  "additional-tools": "Tools declared among the messages: they are declared at the top.",
  "tool-reference": "A tool loaded by name: that is told in words.",
  "tool-choice": "A choice of a tool that the upstream cannot be held to.",
  "allowed-tools": "A choice among some of the tools: only those are declared.",
  "parallel-switch": "One call at a time, where the upstream cannot be told.",
  "call-input": "Arguments that are no JSON object: they are sent as text inside of one.",
  "call-caller": "Who made a programmatic call.",
  "result-error": "That a call failed: it is told in the text of its result.",
  "computer-screenshot": "A computer call that was answered without a screenshot.",
  "hosted-call": "In an answer: a call of a tool that its vendor ran itself.",

  // Reasoning.
  "reasoning-effort": "How much to think: clamped to what the model takes.",
  "reasoning-budget": "A budget of thinking tokens: told as an effort, or not at all.",
  "reasoning-off": "That the model shall not think, where it cannot be switched off.",
  "reasoning-summary": "Which summary of the reasoning is shown.",
  "reasoning-replay":
    "Reasoning of an earlier turn that this vendor does not take: nobody's, another's, or none at all.",
  // A hint: the request means the same, only the way to its answer is poorer. Clients drop reasoning so often that a
  // strict caller would otherwise be refused in every second tool loop.
  "reasoning-missing":
    "Reasoning that the vendor demands back and nobody has any more: this one answer is given without thinking, or a blank or the vendor's own word for a lost signature stands in its place. A hint, since the request still means the same.",
  seal: "A signature or encrypted reasoning where the dialect has no field for one; the gateway keeps it in its vault.",

  // The answer's shape and sampling.
  // A hint where the shape is enforced and its caller had asked for no more.
  "output-schema":
    "A JSON schema of the answer, or some of its rules: they are told in words or sent as a wish, and nothing enforces them. A hint where nobody had been promised more.",
  "json-object": "Any JSON object as the answer: it is asked for in words, and nothing enforces it.",
  verbosity: "How long the answer shall be.",
  "max-tokens": "The output limit: moved within what the model takes.",
  temperature: "A temperature that the model does not take.",
  "top-p": "A top_p that the model does not take.",
  "top-k": "A top_k that the model or dialect does not take.",
  penalties: "Frequency and presence penalties.",
  seed: "A seed of the sampling.",
  "stop-sequences": "Stop sequences: without them the answer goes on.",
  "several-choices": "Several answers to one request.",
  logprobs: "Probabilities of tokens.",
  include: "What `include` asks for beside the answer.",

  // State, cache and the caller.
  store: "That the vendor shall keep the answer.",
  thread: "That the vendor shall hold the conversation: the answer says that the next call must bring it whole.",
  container: "A container that stands at another vendor.",
  truncation: "That the vendor shall shorten a conversation that is too long.",
  "cache-key": "The key of a prompt cache.",
  "cache-retention": "How long a prompt cache is kept.",
  "cache-breakpoint":
    "A breakpoint of the prompt cache: the upstream caches prefixes by itself, or takes no more of them.",
  user: "An id of the end user.",
  "safety-identifier": "An id of the end user for the vendor's safety checks.",
  metadata: "Metadata for another vendor.",
  "service-tier": "A service tier that the upstream does not have.",
  "unsupported-parameter": "A field of the dialect that this one vendor answers with a 400.",

  // Answers.
  refusal: "A refusal: it is told as text.",
  "vendor-notice": "A remark of the vendor beside the answer, such as content filter results.",
  // Meaning: the client takes for finished, or for cut, what its vendor would go on with. The nearest words differ by
  // dialect, so that each client does the least harm: Chat has only `stop`, Responses says `incomplete`.
  pause:
    "The vendor's own tools paused the turn and would go on if asked. Chat can only say `stop`, Responses says `incomplete`; both are a loss of meaning.",
  "context-full": "That the context is full, where the dialect can only say that the answer was cut.",
  "stop-details": "Why exactly the answer ended.",
  "carried-state": "What the next request of the vendor's own dialect would name: a container, edits of the context.",

  // Money.
  budget: "What a budget that is nearly spent changes: a lower effort, a cheaper model.",

  // The record of a call.
  "more-losses": "At the end of a record's list: how many more losses there were than it shows.",
} as const;

export type Feature = keyof typeof FEATURES;
