"""instructor in its default mode, which names the tool that must be called."""

import instructor
from openai import OpenAI
from pydantic import BaseModel

HELLO = [{"role": "user", "content": "How far is the moon?"}]


class Distance(BaseModel):
    km: int


def scripted(url, token, model):
    client = instructor.from_openai(OpenAI(base_url=url, api_key=token, max_retries=0))
    create = client.chat.completions.create
    whole = create(model=model, response_model=Distance, messages=HELLO, max_retries=0)
    parts = client.chat.completions.create_partial(
        model=model, response_model=Distance, messages=HELLO, max_retries=0
    )
    *_, last = parts
    return [whole.model_dump_json(), last.model_dump_json()]


def plain(url, token, model):
    client = instructor.from_openai(OpenAI(base_url=url, api_key=token, max_retries=0))
    answer = client.chat.completions.create(model=model, response_model=None, messages=HELLO)
    return [answer.choices[0].message.content]
