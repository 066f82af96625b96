"""Agents of LlamaIndex, over its models of OpenAI and of hosts that are alike."""

from llama_index.core.agent.workflow import FunctionAgent
from llama_index.core.llms import ChatMessage
from llama_index.llms.openai import OpenAIResponses
from llama_index.llms.openai_like import OpenAILike
from tell import KEY, OPENAI, PERSON, STORY, WEATHER, Person, get_weather, person, tell


def clients(url):
    to = {"model": OPENAI, "api_base": f"{url}/v1", "api_key": KEY, "max_retries": 0}
    models = {
        "Chat": OpenAILike(**to, is_chat_model=True, is_function_calling_model=True, context_window=100_000),
        "Responses": OpenAIResponses(**to, context_window=100_000),
    }

    def asks(model):
        async def loop():
            return str(await FunctionAgent(tools=[get_weather], llm=model).run(WEATHER))

        return {
            "structured": lambda: person(model.as_structured_llm(Person).chat([ChatMessage(PERSON)]).raw),
            "loop": loop,
            "stream": lambda: "".join(part.delta or "" for part in model.stream_chat([ChatMessage(STORY)])),
        }

    return {f"llama-index, {name}": asks(model) for name, model in models.items()}


tell(clients)
