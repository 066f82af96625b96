"""What every script asks, and how it tells what came: one JSON line for each backend, client and question."""

import asyncio
import inspect
import json
import sys
from typing import Annotated, Optional

from pydantic import BaseModel, Field

KEY = "test-key-of-the-gateway"
OPENAI = "gpt-5.5"
CLAUDE = "claude-sonnet-5"
PERSON = "Who is Ada? Answer with the person."
WEATHER = "How warm is it in Rome, Oslo and Bergen?"
STORY = "Tell me a story."


class Person(BaseModel):
    """A person, as people write schemas: with bounds and a field that may be missing."""

    name: Annotated[str, Field(min_length=1, max_length=80)]
    age: Annotated[int, Field(ge=0, le=150, description="In years.")]
    nick: Optional[str] = None


def get_weather(city: str) -> str:
    """How warm it is in a city.

    Args:
        city: The city's name.
    """
    return f"{city}: {len(city)} degrees"


def person(value):
    """The parsed person, whichever way a framework holds it."""
    return json.dumps(value if isinstance(value, dict) else value.model_dump(), sort_keys=True)


def tell(clients):
    """`clients(url)`: what each client of the framework answers to its questions, as functions."""
    for backend, url in json.loads(sys.argv[1]).items():
        for client, asks in clients(url).items():
            for what, ask in asks.items():
                try:
                    told = ask()
                    told = asyncio.run(told) if inspect.iscoroutine(told) else told
                except Exception as error:  # a line for the test, which judges it
                    told = f"{type(error).__name__}: {error}"
                print(json.dumps({"backend": backend, "client": client, "what": what, "told": str(told)}), flush=True)
