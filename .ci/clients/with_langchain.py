"""langchain's `with_structured_output` in both methods, tools, and its Responses API."""

from langchain_core.messages import HumanMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from pydantic import BaseModel


class Distance(BaseModel):
    """How far it is."""

    km: int


@tool
def miles() -> int:
    """How many miles it is."""
    return 238855


@tool
def feet() -> int:
    """How many feet it is."""
    return 1261154855


TOOLS = {"miles": miles, "feet": feet}


def chat(url, token, model, **more):
    return ChatOpenAI(model=model, base_url=url, api_key=token, max_retries=0, **more)


def scripted(url, token, model):
    answers = []
    for method in ("function_calling", "json_schema"):
        structured = chat(url, token, model).with_structured_output(Distance, method=method)
        answers.append(structured.invoke("How far is the moon?").model_dump_json())
    for responses in (False, True):
        answers += two_tools(chat(url, token, model, use_responses_api=responses))
    search = chat(url, token, model, use_responses_api=True).bind_tools([{"type": "web_search"}])
    said = search.invoke("How far is the moon?").content
    answers += [one["url"] for part in said for one in part.get("annotations", ())]
    return answers


def two_tools(asked):
    """Both called in one streamed answer; what is said with their results."""
    bound = asked.bind_tools(list(TOOLS.values()))
    messages = [HumanMessage("How far is the moon?")]
    first, *rest = bound.stream(messages)
    for piece in rest:
        first += piece
    results = [TOOLS[call["name"]].invoke(call) for call in first.tool_calls]
    last = bound.invoke([*messages, first, *results])
    return [" ".join(call["name"] for call in first.tool_calls), last.text]


def plain(url, token, model):
    answers = []
    for responses in (False, True):
        asked = chat(url, token, model, use_responses_api=responses)
        answers.append(asked.invoke("Hello").text)
        answers.append("".join(piece.text for piece in asked.stream("Hello")))
    return answers
