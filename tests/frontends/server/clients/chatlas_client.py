"""chatlas' ChatOpenAI, which speaks Responses: streamed, with a tool, and structured."""

import os

from chatlas import ChatOpenAI
from pydantic import BaseModel


class Distance(BaseModel):
    """How far it is."""

    km: int


def miles() -> int:
    """How many miles it is."""
    return 238855


chat = ChatOpenAI(
    model=os.environ["MODEL"], base_url=os.environ["URL"], api_key=os.environ["TOKEN"]
)
print("".join(chat.stream("Hello", echo="none")))
chat.register_tool(miles)
print(str(chat.chat("How far is the moon?", echo="none")))
print(chat.chat_structured("And in km?", data_model=Distance).model_dump_json())
