"""An agent of smolagents, which calls tools and ends by a call of its own."""

from smolagents import OpenAIModel, ToolCallingAgent, tool
from tell import KEY, OPENAI, STORY, WEATHER, get_weather, tell


def clients(url):
    model = OpenAIModel(model_id=OPENAI, api_base=f"{url}/v1", api_key=KEY, client_kwargs={"max_retries": 0})
    story = [{"role": "user", "content": [{"type": "text", "text": STORY}]}]
    return {
        "smolagents, Chat": {
            "loop": lambda: ToolCallingAgent(tools=[tool(get_weather)], model=model, verbosity_level=0).run(WEATHER),
            "stream": lambda: "".join(part.content or "" for part in model.generate_stream(story)),
        }
    }


tell(clients)
