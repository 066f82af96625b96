"""Agents of LangChain, which are LangGraph's, over its models of OpenAI and Anthropic."""

from langchain.agents import create_agent
from langchain.agents.structured_output import ProviderStrategy, ToolStrategy
from langchain_anthropic import ChatAnthropic
from langchain_openai import ChatOpenAI
from tell import CLAUDE, KEY, OPENAI, PERSON, STORY, WEATHER, Person, get_weather, person, tell


def clients(url):
    openai = {"model": OPENAI, "base_url": f"{url}/v1", "api_key": KEY, "max_retries": 0}
    models = {
        "Chat": ChatOpenAI(**openai),
        "Responses": ChatOpenAI(**openai, use_responses_api=True, output_version="responses/v1", store=False, include=["reasoning.encrypted_content"]),
        "Messages": ChatAnthropic(model=CLAUDE, base_url=url, api_key=KEY, max_retries=0, max_tokens=8192),
    }

    def asks(model):
        def run(question, **how):
            return create_agent(model, **{"tools": [], **how}).invoke({"messages": [("user", question)]})

        return {
            "structured": lambda: person(model.with_structured_output(Person, method="json_schema").invoke(PERSON)),
            "structured, agent": lambda: person(run(PERSON, response_format=ProviderStrategy(Person))["structured_response"]),
            "structured by a tool": lambda: person(run(PERSON, response_format=ToolStrategy(Person))["structured_response"]),
            "loop": lambda: run(WEATHER, tools=[get_weather])["messages"][-1].text,
            "stream": lambda: "".join(chunk.text for chunk in model.stream(STORY)),
        }

    return {f"langchain, {name}": asks(model) for name, model in models.items()}


tell(clients)
