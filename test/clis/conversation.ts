/** What an upstream was sent, read without the gateway's own decoders: a bug there must not hide itself here. */
import type { SeenRequest } from "../../src/simulator/index.ts";
import { isList, isObject, type Json, type JsonObject } from "../../src/wire/json.ts";

export type Turn =
  | { readonly kind: "thought"; readonly text: string; readonly sealed: boolean }
  | { readonly kind: "call"; readonly id: string; readonly name: string }
  | { readonly kind: "result"; readonly id: string; readonly text: string }
  | { readonly kind: "said"; readonly role: string; readonly text: string };

/** In order, whatever the dialect. */
export function turnsOf({ dialect, body }: SeenRequest): readonly Turn[] {
  if (dialect === "openai-responses") return objects(body?.input).flatMap(itemTurns);
  const messages = objects(body?.messages);
  return messages.flatMap(dialect === "anthropic-messages" ? blockTurns : chatTurns);
}

const objects = (value: Json | undefined): readonly JsonObject[] =>
  isList(value) ? value.filter((one): one is JsonObject => isObject(one)) : [];
const text = (value: Json | undefined): string => (typeof value === "string" ? value : "");

/** A string, or the texts of parts; what is no text is told as JSON, so that an image can be found in it. */
const contentText = (value: Json | undefined): string =>
  typeof value === "string"
    ? value
    : objects(value)
        .map((part) => (typeof part.text === "string" ? part.text : JSON.stringify(part)))
        .join("\n");

function chatTurns(message: JsonObject): readonly Turn[] {
  if (message.role === "tool")
    return [{ kind: "result", id: text(message.tool_call_id), text: contentText(message.content) }];
  const thought = text(message.reasoning_content);
  const said = contentText(message.content);
  return [
    ...(thought === "" ? [] : [{ kind: "thought" as const, text: thought, sealed: false }]),
    ...(said === "" ? [] : [{ kind: "said" as const, role: text(message.role), text: said }]),
    ...objects(message.tool_calls).map((call) => {
      const called = isObject(call.function) ? call.function : isObject(call.custom) ? call.custom : {};
      return { kind: "call" as const, id: text(call.id), name: text(called.name) };
    }),
  ];
}

function blockTurns(message: JsonObject): readonly Turn[] {
  const role = text(message.role);
  if (typeof message.content === "string") return [{ kind: "said", role, text: message.content }];
  return objects(message.content).map((block): Turn => {
    switch (block.type) {
      case "thinking":
        return { kind: "thought", text: text(block.thinking), sealed: text(block.signature) !== "" };
      case "tool_use":
        return { kind: "call", id: text(block.id), name: text(block.name) };
      case "tool_result":
        return { kind: "result", id: text(block.tool_use_id), text: contentText(block.content) };
      default:
        return { kind: "said", role, text: contentText([block]) };
    }
  });
}

function itemTurns(item: JsonObject): readonly Turn[] {
  const type = text(item.type);
  if (type === "reasoning")
    return [
      {
        kind: "thought",
        text: objects(item.summary)
          .map((part) => text(part.text))
          .join("\n\n"),
        sealed: text(item.encrypted_content) !== "",
      },
    ];
  if (type.endsWith("_call")) return [{ kind: "call", id: text(item.call_id), name: text(item.name) || type }];
  if (type.endsWith("_output")) return [{ kind: "result", id: text(item.call_id), text: contentText(item.output) }];
  return type === "additional_tools" ? [] : [{ kind: "said", role: text(item.role), text: contentText(item.content) }];
}
