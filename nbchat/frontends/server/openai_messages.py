"""The messages of chat completions, as nbchat has them.

`reasoning` and `images` are members of OpenRouter's, which this server's answers have, too.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field, Tag

from nbchat.frontends.server.http_errors import Invalid
from nbchat.frontends.server.openai_fields import (
    AS_LIST,
    AS_OBJECT,
    AS_TEXT,
    ROLES,
    STOPS_AT_FIRST,
    TEXT_OR_LIST,
    TEXT_OR_OBJECT,
    TOLERANT,
    by_type,
    read_data_url,
)
from nbchat.frontends.server.told_answers import answer_of, words_of
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


class ContentThinking(BaseModel):
    """Thinking among the words, as Anthropic and Mistral have it."""

    model_config = TOLERANT
    type: Literal["thinking"]
    thinking: Annotated[
        Annotated[str, Tag(AS_TEXT)] | Annotated[list[ContentText], STOPS_AT_FIRST, Tag(AS_LIST)],
        TEXT_OR_LIST,
    ] = ""

    @property
    def text(self) -> str:
        if isinstance(self.thinking, str):
            return self.thinking
        return "".join(words.text for words in self.thinking)


ContentPart = Annotated[
    Annotated[ContentText, Tag("as words")]
    | Annotated[ContentThinking, Tag("as thinking")]
    | Annotated[ContentImage, Tag("as image")]
    | Annotated[ContentFile, Tag("as file")],
    by_type(
        {
            "text": "as words",
            "refusal": "as words",
            "thinking": "as thinking",
            "image_url": "as image",
            "file": "as file",
        },
        "an object whose type is 'text', 'image_url' or 'file'",
    ),
]


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
        | Annotated[list[ContentPart], STOPS_AT_FIRST, Tag(AS_LIST)],
        TEXT_OR_LIST,
    ] = None
    reasoning_content: str | None = None
    reasoning: str | None = None  # the same in the words of OpenRouter and of vLLM
    images: Annotated[list[ContentImage], STOPS_AT_FIRST] | None = None
    tool_calls: Annotated[list[CalledTool], STOPS_AT_FIRST] | None = None
    function_call: CalledFunction | None = None  # what `tool_calls` was before 2023-11
    tool_call_id: str | None = None
    name: str | None = None

    @property
    def _listed(self) -> list[ContentPart]:
        return self.content if isinstance(self.content, list) else []

    @property
    def _thought(self) -> str:
        among = [part.text for part in self._listed if isinstance(part, ContentThinking)]
        return self.reasoning_content or self.reasoning or "\n\n".join(among)

    @property
    def _calls(self) -> list[ToolCall]:
        if self.function_call and not self.tool_calls:
            function = self.function_call
            return [CalledTool(id=f"call_{function.name}", function=function).call]
        return [tool.call for tool in self.tool_calls or ()]

    def _call_id(self, place: str) -> str:
        """Of a result: the call that it answers."""
        if self.role == "function":
            return f"call_{self.name}"
        if self.role == "tool" and not self.tool_call_id:
            raise Invalid(f"{place}.tool_call_id is missing.", field=f"{place}.tool_call_id")
        return self.tool_call_id or ""

    def message(self, place: str) -> Message:
        """The same as nbchat has it. Raises Invalid, naming `place`, for what cannot be read."""
        within = f"{place}.content"
        content: str | list[Part] = self.content if isinstance(self.content, str) else ""
        if self._listed:
            content = [
                _part(part, within)
                for part in self._listed
                if not isinstance(part, ContentThinking)
            ]
        if self.role == "assistant" and self.images:
            pictures = [Image(*read_data_url(image.url, place)) for image in self.images]
            words = content if isinstance(content, str) else words_of(content)
            return answer_of(self._thought, words, pictures, self._calls)
        return Message(
            ROLES_AND_RESULTS[self.role],
            content,
            self._thought,
            self._calls,
            self._call_id(place),
            self.name or "",
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
