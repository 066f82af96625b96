"""Python's clients, each asked the same: a greeting whole and streamed, then a tool loop. One JSON line for each."""

import json
import sys

import anthropic
import litellm
import openai

url, backend = sys.argv[1:3]
KEY = "test-key"
SCHEMA = {"type": "object", "properties": {"path": {"type": "string"}}, "required": ["path"]}
FUNCTION = {"type": "function", "function": {"name": "read", "description": "Reads a file.", "parameters": SCHEMA}}
chat = openai.OpenAI(base_url=f"{url}/v1", api_key=KEY, max_retries=0)
claude = anthropic.Anthropic(base_url=url, api_key=KEY, max_retries=0)


def name(scenario):
    return f"{backend}-{scenario}"


def openai_hi(stream):
    messages = [{"role": "user", "content": "Say hi"}]
    answer = chat.chat.completions.create(model=name("sim-echo"), messages=messages, stream=stream)
    if not stream:
        return answer.choices[0].message.content
    return "".join(chunk.choices[0].delta.content or "" for chunk in answer if chunk.choices)


def openai_tool():
    messages = [{"role": "user", "content": f"openai {backend}"}]
    first = chat.chat.completions.create(model=name("sim-thinking-tool"), messages=messages, tools=[FUNCTION])
    said = first.choices[0].message
    results = [{"role": "tool", "tool_call_id": call.id, "content": "a.ts"} for call in said.tool_calls]
    messages += [said, *results]
    return chat.chat.completions.create(model=name("sim-thinking-tool"), messages=messages, tools=[FUNCTION]).choices[0].message.content


def responses_hi(stream):
    if not stream:
        return chat.responses.create(model=name("sim-echo"), input="Say hi").output_text
    with chat.responses.stream(model=name("sim-echo"), input="Say hi") as events:
        for _ in events:
            pass
        return events.get_final_response().output_text


def responses_tool():
    tools = [{"type": "function", "name": "read", "description": "", "parameters": SCHEMA, "strict": False}]
    asked = [{"role": "user", "content": f"responses {backend}"}]
    keep = {"store": False, "include": ["reasoning.encrypted_content"], "tools": tools, "model": name("sim-thinking-tool")}
    first = chat.responses.create(input=asked, **keep)
    calls = [item for item in first.output if item.type == "function_call"]
    results = [{"type": "function_call_output", "call_id": call.call_id, "output": "a.ts"} for call in calls]
    return chat.responses.create(input=[*asked, *first.output, *results], **keep).output_text


def anthropic_hi(stream):
    body = {"model": name("sim-echo"), "max_tokens": 1000, "messages": [{"role": "user", "content": "Say hi"}]}
    if not stream:
        return claude.messages.create(**body).content[0].text
    with claude.messages.stream(**body) as events:
        return "".join(events.text_stream)


def anthropic_tool():
    messages = [{"role": "user", "content": f"anthropic {backend}"}]
    body = {
        "model": name("sim-thinking-tool"),
        "max_tokens": 8192,
        "thinking": {"type": "enabled", "budget_tokens": 2048},
        "tools": [{"name": "read", "description": "Reads a file.", "input_schema": SCHEMA}],
    }
    first = claude.messages.create(messages=messages, **body)
    calls = [block for block in first.content if block.type == "tool_use"]
    results = [{"type": "tool_result", "tool_use_id": call.id, "content": "a.ts"} for call in calls]
    messages += [{"role": "assistant", "content": first.content}, {"role": "user", "content": results}]
    return "".join(block.text for block in claude.messages.create(messages=messages, **body).content if block.type == "text")


@anthropic.beta_tool
def read(path: str) -> str:
    """Reads a file."""
    return "a.ts"


def threads_hi(stream):
    thread = claude.beta.messages.thread(model=name("sim-echo"), max_tokens=1000)
    for words in ["First", "Say hi"]:
        message = {"role": "user", "content": words}
        if not stream:
            said = thread.send(message)
            continue
        with thread.stream(message) as events:
            said = events.get_final_message()
    return said.content[0].text


def threads_tool():
    asked = [{"role": "user", "content": f"threads {backend}"}]
    thinking = {"type": "enabled", "budget_tokens": 2048}
    runner = claude.beta.messages.tool_runner(model=name("sim-thinking-tool"), max_tokens=8192, thinking=thinking, tools=[read], messages=asked)
    return "".join(block.text for block in runner.until_done().content if block.type == "text")


def litellm_ask(model, messages, **more):
    return litellm.completion(model=f"openai/{model}", api_base=f"{url}/v1", api_key=KEY, messages=messages, num_retries=0, **more)


def litellm_hi(stream):
    answer = litellm_ask(name("sim-echo"), [{"role": "user", "content": "Say hi"}], stream=stream)
    if not stream:
        return answer.choices[0].message.content
    return "".join(chunk.choices[0].delta.content or "" for chunk in answer)


def litellm_tool():
    messages = [{"role": "user", "content": f"litellm {backend}"}]
    said = litellm_ask(name("sim-thinking-tool"), messages, tools=[FUNCTION]).choices[0].message
    results = [{"role": "tool", "tool_call_id": call.id, "content": "a.ts"} for call in said.tool_calls]
    return litellm_ask(name("sim-thinking-tool"), [*messages, said, *results], tools=[FUNCTION]).choices[0].message.content


CLIENTS = {
    "openai": (openai_hi, openai_tool),
    "openai responses": (responses_hi, responses_tool),
    "anthropic": (anthropic_hi, anthropic_tool),
    "anthropic threads": (threads_hi, threads_tool),
    "litellm": (litellm_hi, litellm_tool),
}
for client, (hi, tool) in CLIENTS.items():
    for what, ask in {"hi": lambda: hi(False), "hi streamed": lambda: hi(True), "tool": tool}.items():
        try:
            told = ask()
        except Exception as error:  # a line for the test, which judges it
            told = f"{type(error).__name__}: {error}"
        print(json.dumps({"client": client, "what": what, "told": told}), flush=True)
