"""Prints what genai-prices says, as JSON, without installing what it needs: python3 genai_prices_dump.py PATH/genai_prices/data.py"""

import datetime
import json
import re
import sys
from decimal import Decimal


def recorder(name):
    return lambda *args, **fields: {"_": name, **({"args": list(args)} if args else {}), **fields}


class Recorders(dict):
    def __missing__(self, name):
        if not re.match(r"^[A-Z]", name):
            raise KeyError(name)
        return recorder(name)


def plain(value):
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, (datetime.date, datetime.time, datetime.datetime)):
        return value.isoformat()
    raise TypeError(type(value))


source = open(sys.argv[1]).read().replace("from .types import *", "").replace("providers: list[Provider]", "providers")
names = Recorders()
exec(source, names)
models = {
    f"{provider['id']}/{model['id']}": model["prices"]
    for provider in names["providers"]
    for model in provider["models"]
    if provider["id"] in ("openai", "azure", "anthropic", "moonshotai", "deepseek", "groq", "mistral", "x-ai", "google")
}
json.dump(models, sys.stdout, default=plain)
