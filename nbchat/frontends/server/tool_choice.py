"""The choice among tools, in OpenAI's words and in others', and what is offered for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal, NamedTuple

from pydantic import BaseModel, Field, Tag, field_validator

from nbchat.chat_service.request import ChatTool
from nbchat.frontends.server.http_errors import Invalid
from nbchat.frontends.server.openai_fields import (
    AS_OBJECT,
    AS_TEXT,
    STOPS_AT_FIRST,
    TEXT_OR_OBJECT,
    TOLERANT,
)

SEARCH = "web_search"  # how the names of OpenAI's own search begin; others have a date
# `any` and `tool` are Anthropic's words.
KINDS = ("function", "tool", "auto", "any", "required", "none", "allowed_tools")
FREE_TO_SEARCH = "tool_choice: whether the web is searched is left to the model here."


class ToolName(BaseModel):
    model_config = TOLERANT
    name: str = Field(min_length=1)


class NamedTool(BaseModel):
    """A tool by its name: within `function`, as chat completions have it, or beside the type."""

    model_config = TOLERANT
    type: str = "function"
    function: ToolName | None = None
    name: str = ""

    @property
    def tool_name(self) -> str:
        return self.function.name if self.function else self.name

    @property
    def is_search(self) -> bool:
        return self.type.startswith(SEARCH)


class AllowedTools(BaseModel):
    model_config = TOLERANT
    mode: Literal["auto", "required"] = "auto"
    tools: Annotated[list[NamedTool], STOPS_AT_FIRST] = Field(default_factory=list)


class ChosenTool(NamedTool):
    """A tool that must be called, or those that may be."""

    type: str
    mode: Literal["auto", "required"] = "auto"
    tools: Annotated[list[NamedTool], STOPS_AT_FIRST] = Field(default_factory=list)
    allowed_tools: AllowedTools | None = None
    disable_parallel_tool_use: bool | None = None

    @field_validator("type")
    @classmethod
    def _is_known(cls, kind: str) -> str:
        if kind not in KINDS and not kind.startswith(SEARCH):
            raise ValueError(f"should be {', '.join(KINDS)} or {SEARCH}")
        return kind


ToolChoice = Annotated[
    Annotated[Literal["none", "auto", "required", "any"] | None, Tag(AS_TEXT)]
    | Annotated[ChosenTool, Tag(AS_OBJECT)],
    TEXT_OR_OBJECT,
]


class Offer(NamedTuple):
    """The tools that may be called, which of them must be, and whether the web is searched."""

    tools: list[ChatTool]
    choice: str | None
    search: bool
    warnings: list[str]


def offer(tools: Sequence[ChatTool], choice: str | ChosenTool | None, search: bool) -> Offer:
    """What is offered. `search` says that the provider's own search is among the tools.

    Raises Invalid where there is none to call.
    """
    word = choice.type if isinstance(choice, ChosenTool) else choice
    offered = list(tools)
    if isinstance(choice, ChosenTool) and word == "allowed_tools":
        allowed = choice.allowed_tools or AllowedTools(mode=choice.mode, tools=choice.tools)
        names = {tool.tool_name for tool in allowed.tools}
        offered = [tool for tool in tools if tool.name in names]
        search = search and any(tool.is_search for tool in allowed.tools)
        word = allowed.mode if offered or search else "required"  # of which there is none
    if word == "none":
        return Offer(offered, "none" if offered else None, False, [])
    if word in (None, "auto"):
        return Offer(offered, None, search, [])  # which is what holds anyway
    if isinstance(choice, ChosenTool) and choice.is_search:
        _check_choice(search)
        return Offer(offered, None, search, [FREE_TO_SEARCH])
    if word in ("required", "any"):
        _check_choice(bool(offered) or search)
        if not offered:
            return Offer(offered, None, search, [FREE_TO_SEARCH])
        return Offer(offered, "required", search, [])
    assert isinstance(choice, ChosenTool)
    _check_choice(choice.tool_name in [tool.name for tool in offered])
    return Offer(offered, choice.tool_name, search, [])


def wants_one_call(choice: str | ChosenTool | None) -> bool:
    """Whether an answer may call one tool alone, in Anthropic's words."""
    return isinstance(choice, ChosenTool) and choice.disable_parallel_tool_use is True


def _check_choice(is_possible: bool) -> None:
    if not is_possible:
        raise Invalid("tool_choice: there is no such tool in `tools`.", field="tool_choice")
