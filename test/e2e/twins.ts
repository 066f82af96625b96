/** Conversations that begin alike: what two vendors of one answer send, and what clients that drop reasoning send back. */
import type { Wire } from "./wires.ts";

type Fields = Readonly<Record<string, unknown>>;

/** One answer of a model. Its proof is made of its thought. */
export interface Said {
  readonly thought?: string;
  readonly calls?: readonly { readonly id: string; readonly args: Fields }[];
  readonly text?: string;
}
export type Vendor = "messages" | "kimi" | "responses";
export const VENDORS: readonly Vendor[] = ["messages", "kimi", "responses"];
export const MODEL: Readonly<Record<Vendor, string>> = {
  messages: "claude-sonnet-4-5",
  kimi: "kimi-k2-thinking",
  responses: "gpt-5",
};

export const proofOf = (thought: string): string =>
  `gAAAAAB${Buffer.from(`proof of ${thought}`).toString("base64url")}`;

/** Part of the stream, up to the point where a connection breaks: "after-call" has all but the end. */
export type Extent = "whole" | "after-call";

export const streamOf = (vendor: Vendor, said: Said, extent: Extent = "whole"): string => STREAMS[vendor](said, extent);

const data = (value: Fields): string => `data: ${JSON.stringify(value)}\n\n`;
const typed = (value: Fields): string => `event: ${String(value["type"])}\n${data(value)}`;

const STREAMS: Readonly<Record<Vendor, (said: Said, extent: Extent) => string>> = {
  messages: ({ thought, calls = [], text }, extent) => {
    const blocks: [Fields, Fields[]][] = [
      ...(thought === undefined
        ? []
        : [
            [
              { type: "thinking", thinking: "", signature: "" },
              [
                { type: "thinking_delta", thinking: thought },
                { type: "signature_delta", signature: proofOf(thought) },
              ],
            ] as [Fields, Fields[]],
          ]),
      ...(text === undefined
        ? []
        : [[{ type: "text", text: "" }, [{ type: "text_delta", text }]] as [Fields, Fields[]]]),
      ...calls.map(({ id, args }): [Fields, Fields[]] => [
        { type: "tool_use", id, name: "read", input: {} },
        [{ type: "input_json_delta", partial_json: JSON.stringify(args) }],
      ]),
    ];
    const usage = { input_tokens: 5, output_tokens: 2 };
    const message = { id: "msg_1", type: "message", role: "assistant", model: "m", content: [], usage };
    return [
      typed({ type: "message_start", message }),
      ...blocks.flatMap(([content_block, deltas], index) => [
        typed({ type: "content_block_start", index, content_block }),
        ...deltas.map((delta) => typed({ type: "content_block_delta", index, delta })),
        typed({ type: "content_block_stop", index }),
      ]),
      ...(extent === "whole"
        ? [
            typed({ type: "message_delta", delta: { stop_reason: calls.length > 0 ? "tool_use" : "end_turn" }, usage }),
            typed({ type: "message_stop" }),
          ]
        : []),
    ].join("");
  },
  kimi: ({ thought, calls = [], text }, extent) => {
    const chunk = (delta: Fields, finish_reason: string | null = null): string =>
      data({ id: "c", object: "chat.completion.chunk", choices: [{ index: 0, delta, finish_reason }] });
    return [
      chunk({ role: "assistant", content: "" }),
      ...(thought === undefined ? [] : [chunk({ reasoning_content: thought })]),
      ...(text === undefined ? [] : [chunk({ content: text })]),
      ...calls.map(({ id, args }, index) =>
        chunk({
          tool_calls: [{ index, id, type: "function", function: { name: "read", arguments: JSON.stringify(args) } }],
        }),
      ),
      ...(extent === "whole" ? [chunk({}, calls.length > 0 ? "tool_calls" : "stop"), "data: [DONE]\n\n"] : []),
    ].join("");
  },
  responses: ({ thought, calls = [], text }, extent) => {
    const items: Fields[] = [
      ...(thought === undefined
        ? []
        : [
            {
              id: "rs_1",
              type: "reasoning",
              summary: [{ type: "summary_text", text: thought }],
              encrypted_content: proofOf(thought),
            },
          ]),
      ...(text === undefined
        ? []
        : [
            {
              id: "msg_1",
              type: "message",
              role: "assistant",
              status: "completed",
              content: [{ type: "output_text", text, annotations: [] }],
            },
          ]),
      ...calls.map(({ id, args }, at) => ({
        id: `fc_${at}`,
        type: "function_call",
        call_id: id,
        name: "read",
        arguments: JSON.stringify(args),
        status: "completed",
      })),
    ];
    const response = (status: string, output: readonly Fields[]): Fields => ({
      id: "resp_1",
      object: "response",
      status,
      model: "m",
      output,
    });
    return [
      typed({ type: "response.created", response: response("in_progress", []) }),
      ...items.flatMap((item, output_index) => [
        typed({
          type: "response.output_item.added",
          output_index,
          item: { ...item, summary: [], content: [], arguments: "" },
        }),
        typed({ type: "response.output_item.done", output_index, item }),
      ]),
      ...(extent === "whole" ? [typed({ type: "response.completed", response: response("completed", items) })] : []),
    ].join("");
  },
};

/** What stands in a conversation: the user's words, an answer without its thought, and what became of its calls. */
export type Turn =
  | { readonly user: string }
  | { readonly said: Said }
  | { readonly results: readonly [string, string][] };

/** `thinks`: whether the client asks for it. */
export function bodyOf(client: Wire, model: string, turns: readonly Turn[], thinks: "asks" | "silent"): Fields {
  const schema = { type: "object", properties: { path: { type: "string" } } };
  const items = turns.flatMap((turn) => ITEMS[client](turn));
  if (client === "messages")
    return {
      model,
      stream: true,
      max_tokens: 4096,
      ...(thinks === "asks" && { thinking: { type: "enabled", budget_tokens: 2048 } }),
      messages: items,
      tools: [{ name: "read", input_schema: schema }],
    };
  if (client === "chat")
    return {
      model,
      stream: true,
      ...(thinks === "asks" && { reasoning_effort: "high" }),
      messages: items,
      tools: [{ type: "function", function: { name: "read", parameters: schema } }],
    };
  return {
    model,
    stream: true,
    ...(thinks === "asks" && { reasoning: { effort: "high", summary: "auto" } }),
    include: ["reasoning.encrypted_content"],
    input: items,
    tools: [{ type: "function", name: "read", parameters: schema, strict: false }],
  };
}

const ITEMS: Readonly<Record<Wire, (turn: Turn) => readonly Fields[]>> = {
  chat: (turn) => {
    if ("user" in turn) return [{ role: "user", content: turn.user }];
    if ("results" in turn) return turn.results.map(([id, content]) => ({ role: "tool", tool_call_id: id, content }));
    const { calls = [], text = null } = turn.said;
    const tool_calls = calls.map(({ id, args }) => ({
      id,
      type: "function",
      function: { name: "read", arguments: JSON.stringify(args) },
    }));
    return [{ role: "assistant", content: text, ...(calls.length > 0 && { tool_calls }) }];
  },
  messages: (turn) => {
    if ("user" in turn) return [{ role: "user", content: turn.user }];
    if ("results" in turn)
      return [
        {
          role: "user",
          content: turn.results.map(([id, content]) => ({ type: "tool_result", tool_use_id: id, content })),
        },
      ];
    const { calls = [], text } = turn.said;
    return [
      {
        role: "assistant",
        content: [
          ...(text === undefined ? [] : [{ type: "text", text }]),
          ...calls.map(({ id, args }) => ({ type: "tool_use", id, name: "read", input: args })),
        ],
      },
    ];
  },
  responses: (turn) => {
    if ("user" in turn) return [{ role: "user", content: turn.user }];
    if ("results" in turn)
      return turn.results.map(([call_id, output]) => ({ type: "function_call_output", call_id, output }));
    const { calls = [], text } = turn.said;
    return [
      ...(text === undefined
        ? []
        : [{ type: "message", role: "assistant", content: [{ type: "output_text", text, annotations: [] }] }]),
      ...calls.map(({ id, args }) => ({
        type: "function_call",
        call_id: id,
        name: "read",
        arguments: JSON.stringify(args),
      })),
    ];
  },
};
