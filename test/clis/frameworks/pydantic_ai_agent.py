"""Agents of pydantic-ai, over its models of OpenAI. Its model of Anthropic does not start with the SDK of these days."""

from openai import AsyncOpenAI
from pydantic_ai import Agent
from pydantic_ai.models.openai import OpenAIChatModel, OpenAIResponsesModel
from pydantic_ai.output import NativeOutput, ToolOutput
from pydantic_ai.providers.openai import OpenAIProvider
from tell import KEY, OPENAI, PERSON, STORY, WEATHER, Person, get_weather, person, tell


def clients(url):
    def openai():
        return OpenAIProvider(openai_client=AsyncOpenAI(base_url=f"{url}/v1", api_key=KEY, max_retries=0))

    # A client belongs to the loop in which it first asks.
    models = {
        "Chat": lambda: OpenAIChatModel(OPENAI, provider=openai()),
        "Responses": lambda: OpenAIResponsesModel(OPENAI, provider=openai()),
    }

    def asks(model):
        async def structured():
            return person((await Agent(model(), output_type=NativeOutput(Person)).run(PERSON)).output)

        async def structured_by_tool():
            return person((await Agent(model(), output_type=ToolOutput(Person)).run(PERSON)).output)

        async def loop():
            return (await Agent(model(), tools=[get_weather]).run(WEATHER)).output

        async def stream():
            async with Agent(model()).run_stream(STORY) as run:
                return "".join([text async for text in run.stream_text(delta=True)])

        return {"structured": structured, "structured by a tool": structured_by_tool, "loop": loop, "stream": stream}

    return {f"pydantic-ai, {name}": asks(model) for name, model in models.items()}


tell(clients)
