"""The parse and stream helpers of OpenAI's SDK, in Chat and in Responses; the parsed message goes back as it is."""

import json

import openai
from tell import KEY, OPENAI, PERSON, STORY, WEATHER, Person, get_weather, person, tell

SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"], "additionalProperties": False}
FUNCTION = {"name": "get_weather", "description": "How warm it is in a city.", "parameters": SCHEMA, "strict": True}
WEATHER_STEPS = 3


def clients(url):
    client = openai.OpenAI(base_url=f"{url}/v1", api_key=KEY, max_retries=0)

    def chat_structured():
        said = client.chat.completions.parse(model=OPENAI, messages=[{"role": "user", "content": PERSON}], response_format=Person)
        return person(said.choices[0].message.parsed)

    def chat_stream():
        messages = [{"role": "user", "content": STORY}]
        with client.chat.completions.stream(model=OPENAI, messages=messages) as events:
            return "".join(event.delta for event in events if event.type == "content.delta")

    def chat_loop():
        messages = [{"role": "user", "content": WEATHER}]
        tools = [{"type": "function", "function": FUNCTION}]
        for _ in range(WEATHER_STEPS):
            message = client.chat.completions.parse(model=OPENAI, messages=messages, tools=tools).choices[0].message
            if not message.tool_calls:
                return message.content
            results = [(call.id, get_weather(**json.loads(call.function.arguments))) for call in message.tool_calls]
            messages += [message, *({"role": "tool", "tool_call_id": id, "content": text} for id, text in results)]

    def responses_structured():
        return person(client.responses.parse(model=OPENAI, input=PERSON, text_format=Person).output_parsed)

    def responses_stream():
        with client.responses.stream(model=OPENAI, input=STORY) as events:
            return "".join(event.delta for event in events if event.type == "response.output_text.delta")

    def responses_loop():
        asked = [{"role": "user", "content": WEATHER}]
        keep = {"store": False, "include": ["reasoning.encrypted_content"], "tools": [{"type": "function", **FUNCTION}]}
        for _ in range(WEATHER_STEPS):
            answer = client.responses.create(model=OPENAI, input=asked, **keep)
            calls = [item for item in answer.output if item.type == "function_call"]
            if not calls:
                return answer.output_text
            results = [(call.call_id, get_weather(**json.loads(call.arguments))) for call in calls]
            outputs = [{"type": "function_call_output", "call_id": id, "output": text} for id, text in results]
            asked = [*asked, *answer.output, *outputs]

    return {
        "openai, Chat": {"structured": chat_structured, "loop": chat_loop, "stream": chat_stream},
        "openai, Responses": {"structured": responses_structured, "loop": responses_loop, "stream": responses_stream},
    }


tell(clients)
