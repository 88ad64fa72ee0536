"""pydantic-ai with a tool and an `output_type`, over chat completions and over Responses."""

from openai import AsyncOpenAI
from pydantic import BaseModel
from pydantic_ai import Agent
from pydantic_ai.models.openai import OpenAIChatModel, OpenAIResponsesModel
from pydantic_ai.providers.openai import OpenAIProvider


class Distance(BaseModel):
    km: int


def agents(url, token, model, **more):
    for kind in (OpenAIChatModel, OpenAIResponsesModel):
        client = AsyncOpenAI(base_url=url, api_key=token, max_retries=0)
        asked = kind(model, provider=OpenAIProvider(openai_client=client))
        yield Agent(asked, instructions="Be brief.", **more)


def scripted(url, token, model):
    answers = []
    for agent in agents(url, token, model, output_type=Distance):

        @agent.tool_plain
        def miles() -> int:
            """How many miles it is."""
            return 238855

        @agent.tool_plain
        def feet() -> int:
            """How many feet it is."""
            return 1261154855

        answers.append(agent.run_sync("How far is the moon?").output.model_dump_json())
    return answers


def plain(url, token, model):
    return [agent.run_sync("Hello").output for agent in agents(url, token, model)]
