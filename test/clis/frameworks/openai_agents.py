"""OpenAI's Agents SDK, over Chat and Responses."""

from agents import Agent, ModelSettings, OpenAIChatCompletionsModel, OpenAIResponsesModel, Runner, function_tool
from openai import AsyncOpenAI
from tell import KEY, OPENAI, PERSON, STORY, WEATHER, Person, get_weather, person, tell


def clients(url):
    def asks(kind):
        def agent(**how):
            model = kind(model=OPENAI, openai_client=AsyncOpenAI(base_url=f"{url}/v1", api_key=KEY, max_retries=0))
            settings = ModelSettings(store=False, response_include=["reasoning.encrypted_content"])
            return Agent(name="asked", model=model, model_settings=settings, **how)

        async def structured():
            return person((await Runner.run(agent(output_type=Person), PERSON)).final_output)

        async def loop():
            return (await Runner.run(agent(tools=[function_tool(get_weather)]), WEATHER)).final_output

        async def stream():
            told = Runner.run_streamed(agent(), STORY)
            events = [event async for event in told.stream_events() if event.type == "raw_response_event"]
            return "".join(event.data.delta for event in events if event.data.type == "response.output_text.delta")

        return {"structured": structured, "loop": loop, "stream": stream}

    return {
        "openai-agents, Chat": asks(OpenAIChatCompletionsModel),
        "openai-agents, Responses": asks(OpenAIResponsesModel),
    }


tell(clients)
