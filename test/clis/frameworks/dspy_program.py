"""DSPy's programs. Its base URL is Anthropic's without /v1, so that it asks /messages. Its agents call tools in prose: no loop is asked."""

import asyncio

import dspy
from tell import CLAUDE, KEY, OPENAI, PERSON, STORY, Person, person, tell


class Who(dspy.Signature):
    question: str = dspy.InputField()
    person: Person = dspy.OutputField()


def clients(url):
    def asks(**to):
        lm = dspy.LM(api_key=KEY, cache=False, num_retries=0, **to)

        def structured(adapter):
            with dspy.context(lm=lm, adapter=adapter):
                return person(dspy.Predict(Who)(question=PERSON).person)

        async def stream():
            with dspy.context(lm=lm, adapter=dspy.ChatAdapter()):
                listener = dspy.streaming.StreamListener(signature_field_name="story")
                tell_story = dspy.streamify(dspy.Predict("question -> story"), stream_listeners=[listener])
                told = [part async for part in tell_story(question=STORY)]
            return told[-1].story

        return {
            "structured": lambda: structured(dspy.JSONAdapter()),
            "structured in prose": lambda: structured(dspy.ChatAdapter()),
            "stream": stream,
        }

    return {
        "dspy, Chat": asks(model=f"openai/{OPENAI}", api_base=f"{url}/v1", temperature=None, max_tokens=None),
        "dspy, Messages": asks(model=f"anthropic/{CLAUDE}", api_base=url, temperature=None, max_tokens=8192),
    }


tell(clients)
