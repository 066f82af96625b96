"""outlines: an object of a type, and words as they come."""

import json
from typing import Optional

import openai
import outlines
from tell import KEY, OPENAI, PERSON, STORY, Person, person, tell


class Complete(Person):
    """It sends `strict: true` whatever the type, and OpenAI then refuses a field that may be missing."""

    nick: Optional[str]


def clients(url):
    model = outlines.from_openai(openai.OpenAI(base_url=f"{url}/v1", api_key=KEY, max_retries=0), OPENAI)
    return {
        "outlines, Chat": {
            "structured": lambda: person(json.loads(model(PERSON, Complete))),
            "stream": lambda: "".join(model.stream(STORY)),
        }
    }


tell(clients)
