"""LiteLLM's library, as `openai/…` and `anthropic/…`."""

import json

import litellm
from tell import CLAUDE, KEY, OPENAI, PERSON, STORY, WEATHER, Person, get_weather, person, tell

SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
TOOL = {"type": "function", "function": {"name": "get_weather", "description": "How warm it is.", "parameters": SCHEMA}}


def clients(url):
    def asks(**to):
        def ask(messages, **how):
            return litellm.completion(messages=messages, api_key=KEY, num_retries=0, max_tokens=8192, **to, **how)

        def structured():
            said = ask([{"role": "user", "content": PERSON}], response_format=Person)
            return person(json.loads(said.choices[0].message.content))

        def loop():
            messages = [{"role": "user", "content": WEATHER}]
            while True:
                said = ask(messages, tools=[TOOL]).choices[0].message
                if not said.tool_calls:
                    return said.content
                results = [(call.id, get_weather(**json.loads(call.function.arguments))) for call in said.tool_calls]
                messages += [said, *({"role": "tool", "tool_call_id": id, "content": text} for id, text in results)]

        def stream():
            return "".join(chunk.choices[0].delta.content or "" for chunk in ask([{"role": "user", "content": STORY}], stream=True))

        return {"structured": structured, "loop": loop, "stream": stream}

    return {
        "litellm, Chat": asks(model=f"openai/{OPENAI}", api_base=f"{url}/v1"),
        "litellm, Messages": asks(model=f"anthropic/{CLAUDE}", api_base=url),
    }


tell(clients)
