"""OpenAI's chat completions as they come in, read into a Question.

Facts: openai-python `types/chat/completion_create_params.py` (3.54.0). A parameter that
would change what the answer is, and that cannot be kept, is refused; one that only
colours it has no effect.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, Field, Tag, model_validator

from nbchat.chat_service.request import ChatTool
from nbchat.frontends.server.openai_fields import (
    AS_LIST,
    AS_TEXT,
    NO_LOGPROBS,
    OPEN,
    STOPS_AT_FIRST,
    TEXT_OR_LIST,
    TOLERANT,
    Effort,
    NoLogprobs,
    NothingIfEmpty,
    Seed,
    Whole,
    is_number,
    only,
)
from nbchat.frontends.server.openai_messages import CompletionMessage
from nbchat.frontends.server.question import Question
from nbchat.frontends.server.tool_choice import ToolChoice, wants_one_call
from nbchat.option_fields import option_field


class Function(BaseModel):
    model_config = TOLERANT
    name: str = Field(min_length=1)
    description: str | None = None
    parameters: dict[str, Any] | None = None


class FunctionTool(BaseModel):
    model_config = TOLERANT
    type: Literal["function"] = "function"
    function: Function

    @property
    def tool(self) -> ChatTool:
        tool = ChatTool(name=self.function.name, description=self.function.description or "")
        if self.function.parameters:
            tool.parameters = self.function.parameters
        return tool


class JsonSchema(BaseModel):
    model_config = TOLERANT
    name: str = ""
    schema_: dict[str, Any] = Field(alias="schema", default_factory=dict)


class ResponseFormat(BaseModel):
    """A schema is within `json_schema`; at llama.cpp and Together it is beside the type."""

    model_config = TOLERANT
    type: Literal["text", "json_object", "json_schema"]
    json_schema: JsonSchema | None = None
    schema_: dict[str, Any] | None = Field(None, alias="schema")

    @model_validator(mode="after")
    def _has_a_schema(self) -> Self:
        if self.type == "json_schema" and self.json_schema is None and self.schema_ is None:
            raise ValueError("should have a json_schema")
        return self

    @property
    def asked(self) -> dict[str, Any] | None:
        """The schema that is asked for; None where any words will do."""
        if self.type == "text":
            return None
        named = self.json_schema.schema_ if self.json_schema else {}
        return named or self.schema_ or {"type": "object"}


OLD_TOOLS = "should be left out: `tools` and `tool_choice` have taken its place"


def _is_one(value: Any) -> bool:
    return is_number(value) and value == 1


Modality = Literal["text", "image"]
StopWord = Annotated[str, Field(min_length=1, max_length=1000)]


class StreamOptions(BaseModel):
    model_config = TOLERANT
    include_usage: bool | None = None


class WebSearchOptions(BaseModel):
    """Whatever is in them, the provider's own search is what is asked for."""

    model_config = TOLERANT


class CompletionRequest(BaseModel):
    """A request of OpenAI's chat completions. Members of other vendors are understood, too."""

    model_config = OPEN

    model: str = Field(
        min_length=1,
        max_length=200,
        description="an id of `GET /v1/models`, or `provider:any-model-id`",
    )
    messages: Annotated[list[CompletionMessage], STOPS_AT_FIRST] = Field(
        min_length=1, description="the conversation, oldest first"
    )
    stream: bool | None = Field(
        None, description="whether the answer comes as events while it is made"
    )
    stream_options: StreamOptions | None = None
    temperature: float | None = option_field("temperature")
    top_p: float | None = option_field("top_p")
    seed: Seed | None = option_field("seed")
    max_tokens: Whole | None = option_field(
        "max_tokens", description="the older name of `max_completion_tokens`"
    )
    max_completion_tokens: Whole | None = option_field("max_tokens")
    reasoning_effort: Effort | None = None
    tools: Annotated[list[FunctionTool], STOPS_AT_FIRST] | None = Field(
        None, description="functions the model may ask for; none is run here"
    )
    tool_choice: ToolChoice = Field(
        None, description="whether a tool is called, or the one that is"
    )
    parallel_tool_calls: bool | None = Field(
        None, description="with `false` one call at most is in the answer"
    )
    response_format: ResponseFormat | None = None
    stop: Annotated[
        Annotated[
            Annotated[StopWord | None, Tag(AS_TEXT)]
            | Annotated[list[StopWord], STOPS_AT_FIRST, Field(max_length=16), Tag(AS_LIST)],
            TEXT_OR_LIST,
        ],
        NothingIfEmpty,
    ] = Field(None, description="up to 16 texts before which the answer ends")
    web_search_options: WebSearchOptions | None = Field(
        None, description="the provider searches the web, where it has a search of its own"
    )
    # Only one value can be had.
    n: Annotated[int | None, only(_is_one, "should be 1: a question gets one answer here")] = None
    logprobs: Annotated[bool | None, only(lambda value: value is False, NO_LOGPROBS)] = None
    top_logprobs: Annotated[int | None, NoLogprobs] = None
    functions: Annotated[None, only(lambda value: value in ([], {}), OLD_TOOLS)] = None
    function_call: Annotated[
        str | None, only(lambda value: value in ("none", "auto"), OLD_TOOLS)
    ] = None
    modalities: Annotated[list[Modality], STOPS_AT_FIRST] | None = Field(
        None, description="`image` asks for pictures, where the provider is told so"
    )
    # Passed on where the provider has it, as many a vendor's member that is not listed here.
    frequency_penalty: float | None = Field(None, ge=-2, le=2)
    presence_penalty: float | None = Field(None, ge=-2, le=2)
    logit_bias: dict[str, Any] | None = None
    verbosity: str | None = None
    # Without effect.
    user: str | None = Field(None, description="without effect here, like all the parameters below")
    metadata: dict[str, Any] | None = None
    store: bool | None = None
    service_tier: str | None = None
    safety_identifier: str | None = None
    prompt_cache_key: str | None = None
    prompt_cache_retention: str | None = None
    prompt_cache_options: dict[str, Any] | None = None
    prediction: dict[str, Any] | None = None

    @property
    def stops(self) -> list[str]:
        """The texts before which the answer ends."""
        if isinstance(self.stop, str):
            return [self.stop]
        return self.stop or []

    @property
    def wants_usage(self) -> bool:
        """Whether an event with the usage is to come before the end."""
        return self.stream_options is not None and bool(self.stream_options.include_usage)

    def question(self) -> Question:
        """The same in nbchat's words. Raises Invalid for what cannot be read."""
        return Question(
            model=self.model,
            messages=[m.message(f"messages.{n}") for n, m in enumerate(self.messages)],
            options={
                "temperature": self.temperature,
                "top_p": self.top_p,
                "seed": self.seed,
                "max_tokens": self.max_completion_tokens or self.max_tokens,
                "schema": self.response_format.asked if self.response_format else None,
                "search": self.web_search_options is not None,
            },
            tools=[tool.tool for tool in self.tools or ()],
            tool_choice=self.tool_choice,
            effort=self.reasoning_effort,
            one_call=self.parallel_tool_calls is False or wants_one_call(self.tool_choice),
            stops=self.stops,
            members={
                "modalities": self.modalities if "image" in (self.modalities or ()) else None,
                "frequency_penalty": self.frequency_penalty,
                "presence_penalty": self.presence_penalty,
                "logit_bias": self.logit_bias,
                "verbosity": self.verbosity,
                **(self.model_extra or {}),
            },
        )
