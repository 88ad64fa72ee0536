"""OpenAI's Responses as they come in, read into a Question.

Facts: openai-python `types/responses/response_create_params.py` (3.54.0). Nothing is kept
at this server, so what names an earlier answer is refused with a sentence.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Discriminator, Field, Tag, ValidationInfo, field_validator

from nbchat.chat_service.request import ChatTool
from nbchat.frontends.server.item_memory import ItemMemory
from nbchat.frontends.server.openai_fields import (
    AS_LIST,
    AS_TEXT,
    OPEN,
    STOPS_AT_FIRST,
    TEXT_OR_LIST,
    TOLERANT,
    Effort,
    NoLogprobs,
    Whole,
    only,
)
from nbchat.frontends.server.question import Question
from nbchat.frontends.server.responses_items import Conversation, Item
from nbchat.frontends.server.tool_choice import SEARCH, ChosenTool, ToolChoice, wants_one_call
from nbchat.messages import Message
from nbchat.option_fields import option_field

STATELESS = "nothing is kept here; the whole conversation is sent as `input`"
AT_ONCE = "should be left out: an answer is given at once here, and not kept"
NO_TOOLS = "should be a function, or web_search: this server runs no tools of its own"


class FlatTool(BaseModel):
    """A function, described beside its type."""

    model_config = TOLERANT
    type: str
    name: str = Field("", max_length=200, validate_default=True)
    description: str | None = None
    parameters: dict[str, Any] | None = None
    strict: bool | None = None

    @field_validator("type")
    @classmethod
    def _is_function(cls, kind: str) -> str:
        if kind != "function":
            raise ValueError(NO_TOOLS)
        return kind

    @field_validator("name")
    @classmethod
    def _has_name(cls, name: str, info: ValidationInfo) -> str:
        if not name and info.data.get("type") == "function":
            raise ValueError("should be the name of a function")
        return name

    def echo(self) -> dict[str, Any]:
        return {"strict": False, **self.model_dump(exclude_none=True)}

    @property
    def tool(self) -> ChatTool:
        tool = ChatTool(name=self.name, description=self.description or "")
        if self.parameters:
            tool.parameters = self.parameters
        return tool


class WebSearchTool(BaseModel):
    """Whatever is in it, the provider's own search is what is asked for."""

    model_config = TOLERANT
    type: str = Field(description="web_search, or one of its dated names")

    def echo(self) -> dict[str, Any]:
        return self.model_dump()


def _kind_of_tool(tool: Any) -> str:
    kind = tool.get("type") if isinstance(tool, dict) else None
    is_search = isinstance(kind, str) and kind.startswith(SEARCH)
    return "as search" if is_search else "as function"


OfferedTool = Annotated[
    Annotated[FlatTool, Tag("as function")] | Annotated[WebSearchTool, Tag("as search")],
    Discriminator(_kind_of_tool),
]


class TextFormat(BaseModel):
    model_config = TOLERANT
    type: Literal["text", "json_object", "json_schema"] = "text"
    name: str | None = None
    schema_: dict[str, Any] | None = Field(None, alias="schema")
    strict: bool | None = None


class TextOptions(BaseModel):
    model_config = TOLERANT
    format: TextFormat | None = None
    verbosity: str | None = None


class Reasoning(BaseModel):
    """How much is thought; `enabled` and `max_tokens` are OpenRouter's words."""

    model_config = TOLERANT
    effort: Effort | None = None
    summary: str | None = None
    enabled: bool | None = None
    max_tokens: Annotated[Whole, Field(ge=0)] | None = None


class ResponsesRequest(BaseModel):
    """A request of OpenAI's Responses. Members of other vendors are understood, too."""

    model_config = OPEN

    model: str = Field(
        min_length=1,
        max_length=200,
        description="an id of `GET /v1/models`, or `provider:any-model-id`",
    )
    input: Annotated[
        Annotated[str, Tag(AS_TEXT)]
        | Annotated[list[Item], STOPS_AT_FIRST, Field(min_length=1), Tag(AS_LIST)],
        TEXT_OR_LIST,
    ] = Field(description="a question, or the items of a conversation, oldest first")
    instructions: str | None = Field(None, description="a text that goes before the conversation")
    stream: bool | None = Field(
        None, description="whether the answer comes as events while it is made"
    )
    temperature: float | None = option_field("temperature")
    top_p: float | None = option_field("top_p")
    max_output_tokens: Whole | None = option_field("max_tokens")
    reasoning: Reasoning | None = None
    text: TextOptions | None = None
    tools: Annotated[list[OfferedTool], STOPS_AT_FIRST] | None = Field(
        None,
        description="functions the model may ask for, none of which is run here, "
        "and the provider's own web search",
    )
    tool_choice: ToolChoice = Field(
        None, description="whether a tool is called, or the one that is"
    )
    parallel_tool_calls: bool | None = Field(
        None, description="with `false` one call at most is in the answer"
    )
    # Only one value can be had.
    previous_response_id: str | None = Field(None, description=STATELESS)
    conversation: Any = Field(None, description=STATELESS)
    prompt: Any = Field(None, description="no prompts are kept here")
    background: Annotated[bool | None, only(lambda value: value is False, AT_ONCE)] = None
    top_logprobs: Annotated[int | None, NoLogprobs] = None
    # Without effect.
    include: Annotated[list[str], STOPS_AT_FIRST] | None = Field(
        None, description="without effect here, like all the parameters below"
    )
    store: bool | None = None
    stream_options: dict[str, Any] | None = None
    truncation: Literal["auto", "disabled"] | None = None
    user: str | None = None
    metadata: dict[str, Any] | None = None
    service_tier: str | None = None
    safety_identifier: str | None = None
    prompt_cache_key: str | None = None
    prompt_cache_retention: str | None = None
    prompt_cache_options: dict[str, Any] | None = None

    @field_validator("previous_response_id", "conversation")
    @classmethod
    def _keeps_nothing(cls, value: Any) -> Any:
        if value:
            raise ValueError(f"should be left out, because {STATELESS}")
        return None

    @field_validator("include")
    @classmethod
    def _has_no_logprobs(cls, value: list[str] | None) -> list[str] | None:
        if value and "message.output_text.logprobs" in value:
            raise ValueError("should not have logprobs: none can be had here")
        return value

    @field_validator("prompt")
    @classmethod
    def _has_no_prompts(cls, value: Any) -> Any:
        if value:
            raise ValueError("should be left out, because no prompts are kept here")
        return None

    def question(self, memory: ItemMemory) -> Question:
        """The same in nbchat's words. Raises Invalid for what cannot be read."""
        messages = [Message("system", self.instructions)] if self.instructions else []
        if isinstance(self.input, str):
            messages.append(Message("user", self.input))
        else:
            messages += Conversation(memory).add_all(self.input)
        return Question(
            model=self.model,
            messages=messages,
            place="input",
            options={
                "temperature": self.temperature,
                "top_p": self.top_p,
                "max_tokens": self.max_output_tokens,
                "schema": self._schema,
                "search": any(isinstance(tool, WebSearchTool) for tool in self.tools or ()),
            },
            tools=[tool.tool for tool in self.tools or () if isinstance(tool, FlatTool)],
            tool_choice=self.tool_choice,
            effort=self.reasoning.effort if self.reasoning else None,
            one_call=self.parallel_tool_calls is False or wants_one_call(self.tool_choice),
            members={
                "reasoning": self.reasoning.model_dump() if self.reasoning else None,
                "verbosity": self.text.verbosity if self.text else None,
                **(self.model_extra or {}),
            },
        )

    @property
    def _schema(self) -> dict[str, Any] | None:
        form = self.text.format if self.text else None
        if form is None or form.type == "text":
            return None
        return form.schema_ or {"type": "object"}

    def echo(self) -> dict[str, Any]:
        """What a response repeats of its request."""
        choice: Any = self.tool_choice or "auto"
        if isinstance(choice, ChosenTool):
            named = {"name": choice.tool_name} if choice.tool_name else {}
            choice = {"type": choice.type, **named}
        tools = [tool.echo() for tool in self.tools or ()]
        form = self.text.format if self.text else None
        written = form.model_dump(by_alias=True, exclude_none=True) if form else {"type": "text"}
        reasoning = self.reasoning or Reasoning()
        return {
            "model": self.model,
            "instructions": self.instructions,
            "max_output_tokens": self.max_output_tokens,
            "temperature": self.temperature,
            "top_p": self.top_p,
            "tools": tools,
            "tool_choice": choice,
            "parallel_tool_calls": self.parallel_tool_calls is not False,
            "text": {"format": written},
            "reasoning": {"effort": reasoning.effort, "summary": reasoning.summary},
            "truncation": "disabled",
            "metadata": self.metadata or {},
            "user": self.user,
            "previous_response_id": None,
            "store": False,
            "background": False,
        }
