"""The messages of chat completions, as nbchat has them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field, Tag

from nbchat.frontends.server.openai_fields import (
    AS_LIST,
    AS_OBJECT,
    AS_TEXT,
    ROLES,
    STOPS_AT_FIRST,
    TEXT_OR_LIST,
    TEXT_OR_OBJECT,
    TOLERANT,
    read_data_url,
)
from nbchat.messages import File, Image, Message, Part, Role, ToolCall
from nbchat.wire.tool_calls import arguments_of

ROLES_AND_RESULTS: dict[str, Role] = {**ROLES, "tool": "tool", "function": "tool"}


class ContentText(BaseModel):
    model_config = TOLERANT
    type: Literal["text", "refusal"]
    text: str = ""
    refusal: str = ""


class ImageUrl(BaseModel):
    model_config = TOLERANT
    url: str = Field(description="a data URL; this server fetches nothing")


class ContentImage(BaseModel):
    model_config = TOLERANT
    type: Literal["image_url"]
    image_url: Annotated[
        Annotated[str, Tag(AS_TEXT)] | Annotated[ImageUrl, Tag(AS_OBJECT)], TEXT_OR_OBJECT
    ]

    @property
    def url(self) -> str:
        return self.image_url if isinstance(self.image_url, str) else self.image_url.url


class FileData(BaseModel):
    model_config = TOLERANT
    file_data: str | None = Field(None, description="a data URL")
    filename: str | None = None


class ContentFile(BaseModel):
    model_config = TOLERANT
    type: Literal["file"]
    file: FileData


class CalledFunction(BaseModel):
    model_config = TOLERANT
    name: str
    arguments: str = ""


class CalledTool(BaseModel):
    model_config = TOLERANT
    id: str
    type: Literal["function"] = "function"
    function: CalledFunction

    @property
    def call(self) -> ToolCall:
        raw = self.function.arguments
        return ToolCall(self.id, self.function.name, arguments_of(raw), raw)


class CompletionMessage(BaseModel):
    """A message in OpenAI's shape.

    Members that only answers have are ignored, so that an answer can be sent back.
    """

    model_config = TOLERANT
    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: Annotated[
        Annotated[str | None, Tag(AS_TEXT)]
        | Annotated[
            list[Annotated[ContentText | ContentImage | ContentFile, Field(discriminator="type")]],
            STOPS_AT_FIRST,
            Tag(AS_LIST),
        ],
        TEXT_OR_LIST,
    ] = None
    reasoning_content: str | None = None
    tool_calls: Annotated[list[CalledTool], STOPS_AT_FIRST] | None = None
    function_call: CalledFunction | None = None  # what `tool_calls` was before 2023-11
    tool_call_id: str | None = None
    name: str | None = None

    def message(self, place: str) -> Message:
        """The same as nbchat has it. Raises Invalid, naming `place`, for what is no data URL."""
        content: str | list[Part] = ""
        if isinstance(self.content, list):
            content = [_part(part, place) for part in self.content]
        elif self.content:
            content = self.content
        calls = [tool.call for tool in self.tool_calls or ()]
        thought, call_id = self.reasoning_content or "", self.tool_call_id or ""
        if self.role == "function":
            call_id = f"call_{self.name}"
        if self.function_call and not calls:
            function = self.function_call
            calls = [CalledTool(id=f"call_{function.name}", function=function).call]
        return Message(
            ROLES_AND_RESULTS[self.role], content, thought, calls, call_id, self.name or ""
        )


def _part(part: ContentText | ContentImage | ContentFile, place: str) -> Part:
    match part:
        case ContentText():
            return part.text or part.refusal
        case ContentImage():
            return Image(*read_data_url(part.url, place))
        case ContentFile():
            data = read_data_url(part.file.file_data, place)
            return File(*data, part.file.filename or "document.pdf")
