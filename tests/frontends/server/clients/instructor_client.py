"""instructor in its default mode, which names the tool that must be called."""

import os

import instructor
from openai import OpenAI
from pydantic import BaseModel


class Distance(BaseModel):
    km: int


client = instructor.from_openai(
    OpenAI(base_url=os.environ["URL"], api_key=os.environ["TOKEN"], max_retries=0)
)
answer = client.chat.completions.create(
    model=os.environ["MODEL"],
    response_model=Distance,
    messages=[{"role": "user", "content": "How far is the moon?"}],
    max_retries=1,
)
print(answer.model_dump_json())
