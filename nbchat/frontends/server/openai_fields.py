"""What OpenAI's two formats share: numbers, efforts, data URLs, tools and the choice among them."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag

from nbchat.chat_service.request import ChatTool
from nbchat.frontends.server.http_errors import Invalid
from nbchat.messages import Role
from nbchat.options import LEVELS, Thinking

# Members that are not known are looked at one by one, in `vendor_members`.
OPEN = ConfigDict(extra="allow", strict=True, hide_input_in_errors=True)
# Answers are sent back as they came, with more members than a question has.
TOLERANT = ConfigDict(extra="ignore", strict=True, hide_input_in_errors=True)

AS_TEXT, AS_LIST, AS_OBJECT = "as text", "as list", "as object"  # which errors do not name
TEXT_OR_LIST = Discriminator(lambda value: AS_LIST if isinstance(value, list) else AS_TEXT)
TEXT_OR_OBJECT = Discriminator(lambda value: AS_OBJECT if isinstance(value, dict) else AS_TEXT)
STOPS_AT_FIRST: Any = Field(fail_fast=True)  # a list of a million mistakes is told by its first


def _as_whole(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _nothing_if_empty(value: Any) -> Any:
    return None if value in ([], {}) else value


Whole = Annotated[int, BeforeValidator(_as_whole)]  # 100.0 is one: JavaScript knows no difference
NothingIfEmpty = BeforeValidator(_nothing_if_empty)

ROLES: dict[str, Role] = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "assistant": "assistant",
}
EFFORTS: dict[str, Thinking] = {
    "none": False,
    "minimal": "low",
    **{level: level for level in LEVELS},
    "xhigh": "max",
}
if TYPE_CHECKING:
    Effort = str
else:
    Effort = Literal[tuple(EFFORTS)]


# --- pictures and files ---------------------------------------------------------------------------


def read_data_url(url: str | None, place: str) -> tuple[bytes, str]:
    """The bytes and the media type. Raises Invalid, naming `place`, for what is no data URL."""
    head, comma, data = (url or "").partition(",")
    scheme, _, kind = head.partition(":")
    if scheme.lower() == "data" and comma and kind.endswith(";base64"):
        try:
            return b64decode(data, validate=True), kind.partition(";")[0]
        except ValueError:
            pass
    rule = "images and files are sent as data:…;base64,… URLs; this server fetches nothing."
    raise Invalid(f"{place}: {rule}", field=place)


# --- tools and the choice among them --------------------------------------------------------------


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


class AllowedTools(BaseModel):
    model_config = TOLERANT
    mode: Literal["auto", "required"] = "auto"
    tools: Annotated[list[NamedTool], STOPS_AT_FIRST] = Field(default_factory=list)


class ChosenTool(NamedTool):
    """A tool that must be called, or those that may be; `any` and `tool` are Anthropic's words."""

    type: Literal["function", "tool", "auto", "any", "required", "none", "allowed_tools"]
    mode: Literal["auto", "required"] = "auto"
    tools: Annotated[list[NamedTool], STOPS_AT_FIRST] = Field(default_factory=list)
    allowed_tools: AllowedTools | None = None


ToolChoice = Annotated[
    Annotated[Literal["none", "auto", "required", "any"] | None, Tag(AS_TEXT)]
    | Annotated[ChosenTool, Tag(AS_OBJECT)],
    TEXT_OR_OBJECT,
]


def offer(
    tools: Sequence[ChatTool], choice: str | ChosenTool | None
) -> tuple[list[ChatTool], str | None]:
    """The tools that may be called, and which of them must be.

    Raises Invalid where there is none to call.
    """
    word = choice.type if isinstance(choice, ChosenTool) else choice
    offered = list(tools)
    if isinstance(choice, ChosenTool) and word == "allowed_tools":
        allowed = choice.allowed_tools or AllowedTools(mode=choice.mode, tools=choice.tools)
        names = {tool.tool_name for tool in allowed.tools}
        offered = [tool for tool in tools if tool.name in names]
        word = allowed.mode if offered else "required"  # of which there is none
    if word == "none":
        return [], None  # a model that has none calls none
    if word in (None, "auto"):
        return offered, None  # which is what holds anyway
    if word in ("required", "any"):
        _check_choice(bool(offered))
        return offered, "required"
    assert isinstance(choice, ChosenTool)
    _check_choice(choice.tool_name in [tool.name for tool in offered])
    return offered, choice.tool_name


def _check_choice(is_possible: bool) -> None:
    if not is_possible:
        raise Invalid("tool_choice: there is no such tool in `tools`.", field="tool_choice")
