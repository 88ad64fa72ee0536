"""langchain's `with_structured_output` in both methods, and its Responses API."""

from langchain_openai import ChatOpenAI
from pydantic import BaseModel


class Distance(BaseModel):
    """How far it is."""

    km: int


def chat(url, token, model, **more):
    return ChatOpenAI(model=model, base_url=url, api_key=token, max_retries=0, **more)


def scripted(url, token, model):
    answers = []
    for method in ("function_calling", "json_schema"):
        structured = chat(url, token, model).with_structured_output(Distance, method=method)
        answers.append(structured.invoke("How far is the moon?").model_dump_json())
    return answers


def plain(url, token, model):
    answers = []
    for responses in (False, True):
        asked = chat(url, token, model, use_responses_api=responses)
        answers.append(asked.invoke("Hello").text)
        answers.append("".join(piece.text for piece in asked.stream("Hello")))
    return answers
