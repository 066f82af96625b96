"""instructor, in the modes in which it asks OpenAI and Anthropic for an object."""

import anthropic
import instructor
import openai
from tell import CLAUDE, KEY, OPENAI, PERSON, Person, person, tell


def clients(url):
    chat = openai.OpenAI(base_url=f"{url}/v1", api_key=KEY, max_retries=0)
    claude = anthropic.Anthropic(base_url=url, api_key=KEY, max_retries=0)
    asked = {"messages": [{"role": "user", "content": PERSON}], "response_model": Person, "max_retries": 0}

    def openai_in(mode):
        return lambda: person(instructor.from_openai(chat, mode=mode).create(model=OPENAI, **asked))

    def anthropic_in(mode):
        return lambda: person(instructor.from_anthropic(claude, mode=mode).create(model=CLAUDE, max_tokens=4096, **asked))

    def stream():
        partial = instructor.from_openai(chat, mode=instructor.Mode.TOOLS).create_partial(model=OPENAI, **asked)
        return person(list(partial)[-1])

    return {
        "instructor, Chat": {
            "structured": openai_in(instructor.Mode.JSON_SCHEMA),
            "structured by a tool": openai_in(instructor.Mode.TOOLS),
            "structured by a strict tool": openai_in(instructor.Mode.TOOLS_STRICT),
            "structured, streamed": stream,
        },
        "instructor, Messages": {"structured by a tool": anthropic_in(instructor.Mode.ANTHROPIC_TOOLS)},
    }


tell(clients)
