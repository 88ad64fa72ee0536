"""chatlas' ChatOpenAI, which speaks Responses: streamed, with a tool, and structured."""

from chatlas import ChatOpenAI
from pydantic import BaseModel


class Distance(BaseModel):
    """How far it is."""

    km: int


def miles() -> int:
    """How many miles it is."""
    return 238855


def scripted(url, token, model):
    chat = ChatOpenAI(model=model, base_url=url, api_key=token)
    chat.register_tool(miles)
    answers = [str(chat.chat("How far is the moon?", echo="none"))]
    answers.append(chat.chat_structured("In km?", data_model=Distance).model_dump_json())
    return answers


def plain(url, token, model):
    chat = ChatOpenAI(model=model, base_url=url, api_key=token)
    return ["".join(chat.stream("Hello", echo="none")), str(chat.chat("Hello", echo="none"))]
