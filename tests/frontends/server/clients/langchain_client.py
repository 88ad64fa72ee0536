"""langchain's `with_structured_output` in both methods, and its Responses API."""

import os

from langchain_openai import ChatOpenAI
from pydantic import BaseModel


class Distance(BaseModel):
    """How far it is."""

    km: int


def model(**more):
    return ChatOpenAI(
        model=os.environ["MODEL"],
        base_url=os.environ["URL"],
        api_key=os.environ["TOKEN"],
        max_retries=0,
        **more,
    )


for method in ("function_calling", "json_schema"):
    structured = model().with_structured_output(Distance, method=method)
    print(structured.invoke("How far is the moon?").model_dump_json())
print(model(use_responses_api=True).invoke("Hello").text)
print("".join(chunk.text for chunk in model(use_responses_api=True).stream("Hello")))
