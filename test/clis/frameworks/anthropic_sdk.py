"""The runner and the parser of Anthropic's SDK. The runner holds its conversation at the vendor where the vendor lets it."""

import anthropic
from tell import CLAUDE, KEY, PERSON, STORY, WEATHER, Person, get_weather, person, tell

TOKENS = 8192


def clients(url):
    client = anthropic.Anthropic(base_url=url, api_key=KEY, max_retries=0)
    weather = anthropic.beta_tool(get_weather)

    def structured():
        asked = [{"role": "user", "content": PERSON}]
        return person(client.messages.parse(model=CLAUDE, max_tokens=TOKENS, messages=asked, output_format=Person).parsed_output)

    def loop():
        asked = [{"role": "user", "content": WEATHER}]
        runner = client.beta.messages.tool_runner(model=CLAUDE, max_tokens=TOKENS, messages=asked, tools=[weather])
        return "".join(block.text for block in runner.until_done().content if block.type == "text")

    def stream():
        asked = [{"role": "user", "content": STORY}]
        with client.messages.stream(model=CLAUDE, max_tokens=TOKENS, messages=asked) as events:
            return "".join(events.text_stream)

    return {"anthropic": {"structured": structured, "loop": loop, "stream": stream}}


tell(clients)
