"""Simon Willison's llm, by a model of its own configuration."""

import json

import llm
from llm.default_plugins.openai_models import Chat
from tell import KEY, OPENAI, PERSON, STORY, WEATHER, Person, get_weather, person, tell


def clients(url):
    model = Chat(OPENAI, api_base=f"{url}/v1", supports_schema=True, supports_tools=True)
    model.key = KEY
    return {
        "llm, Chat": {
            "structured": lambda: person(json.loads(model.prompt(PERSON, schema=Person, stream=False).text())),
            "loop": lambda: model.chain(WEATHER, tools=[get_weather]).text(),
            "stream": lambda: "".join(model.prompt(STORY, stream=True)),
        }
    }


tell(clients)
