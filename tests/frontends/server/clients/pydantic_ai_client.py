"""pydantic-ai with a tool and an `output_type`, over chat completions and over Responses."""

import os

from openai import AsyncOpenAI
from pydantic import BaseModel
from pydantic_ai import Agent
from pydantic_ai.models.openai import OpenAIChatModel, OpenAIResponsesModel
from pydantic_ai.providers.openai import OpenAIProvider


class Distance(BaseModel):
    km: int


for kind in (OpenAIChatModel, OpenAIResponsesModel):
    client = AsyncOpenAI(base_url=os.environ["URL"], api_key=os.environ["TOKEN"], max_retries=0)
    model = kind(os.environ["MODEL"], provider=OpenAIProvider(openai_client=client))
    agent = Agent(model, output_type=Distance, instructions="Be brief.")

    @agent.tool_plain
    def miles() -> int:
        """How many miles it is."""
        return 238855

    print(agent.run_sync("How far is the moon?").output.model_dump_json())
