"""The items of a Responses request, and the conversation that they tell."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Discriminator, Field, Tag, TypeAdapter, ValidationError

from nbchat.frontends.server.http_errors import Invalid
from nbchat.frontends.server.item_memory import ItemMemory
from nbchat.frontends.server.openai_fields import (
    AS_LIST,
    AS_TEXT,
    ROLES,
    STOPS_AT_FIRST,
    TEXT_OR_LIST,
    TOLERANT,
    by_type,
    read_data_url,
)
from nbchat.frontends.server.told_answers import answer_of, words_of
from nbchat.messages import File, Image, Message, Part, ToolCall
from nbchat.wire.tool_calls import arguments_of


class Words(BaseModel):
    model_config = TOLERANT
    type: str
    text: str = ""
    refusal: str = ""


class InputImage(BaseModel):
    model_config = TOLERANT
    type: Literal["input_image"]
    image_url: str | None = Field(None, description="a data URL; this server fetches nothing")


class InputFile(BaseModel):
    model_config = TOLERANT
    type: Literal["input_file"]
    file_data: str | None = Field(None, description="a data URL")
    filename: str | None = None


WORDS = ("input_text", "output_text", "text", "refusal", "summary_text", "reasoning_text")
ContentPart = Annotated[
    Annotated[Words, Tag("as words")]
    | Annotated[InputImage, Tag("as image")]
    | Annotated[InputFile, Tag("as file")],
    by_type(
        {**dict.fromkeys(WORDS, "as words"), "input_image": "as image", "input_file": "as file"},
        "an object whose type is 'input_text', 'output_text', 'input_image' or 'input_file'",
    ),
]
Content = Annotated[
    Annotated[str | None, Tag(AS_TEXT)]
    | Annotated[list[ContentPart], STOPS_AT_FIRST, Tag(AS_LIST)],
    TEXT_OR_LIST,
]


class MessageItem(BaseModel):
    model_config = TOLERANT
    type: Literal["message"] | None = "message"
    role: Literal["system", "developer", "user", "assistant"]
    content: Content = None


class CallItem(BaseModel):
    model_config = TOLERANT
    type: Literal["function_call"]
    call_id: str
    name: str = Field(min_length=1)
    arguments: str = ""


class ResultItem(BaseModel):
    model_config = TOLERANT
    type: Literal["function_call_output"]
    call_id: str
    output: Content = None


class ReasoningItem(BaseModel):
    model_config = TOLERANT
    type: Literal["reasoning"]
    summary: Annotated[list[Words], STOPS_AT_FIRST] = Field(default_factory=list)
    content: Annotated[list[Words], STOPS_AT_FIRST] | None = None

    @property
    def text(self) -> str:
        return "\n\n".join(words.text for words in self.summary or self.content or ())


class PictureItem(BaseModel):
    """A picture that a model made."""

    model_config = TOLERANT
    type: Literal["image_generation_call"]
    result: str | None = None


class SearchItem(BaseModel):
    """The provider's own search of an earlier answer, of which nothing goes back."""

    model_config = TOLERANT
    type: Literal["web_search_call"]
    status: str


class ReferenceItem(BaseModel):
    """An item of an earlier answer, by its id alone."""

    model_config = TOLERANT
    type: Literal["item_reference"]
    id: str


def _kind_of(item: Any) -> str:
    kind = item.get("type") if isinstance(item, dict) else None
    if kind == "web_search_call" and "status" not in item:  # which those of answers have
        return "as nothing"
    return f"as {kind or 'message'}"


Item = Annotated[
    Annotated[MessageItem, Tag("as message")]
    | Annotated[CallItem, Tag("as function_call")]
    | Annotated[ResultItem, Tag("as function_call_output")]
    | Annotated[ReasoningItem, Tag("as reasoning")]
    | Annotated[PictureItem, Tag("as image_generation_call")]
    | Annotated[SearchItem, Tag("as web_search_call")]
    | Annotated[ReferenceItem, Tag("as item_reference")],
    Discriminator(
        _kind_of,
        custom_error_type="item",
        custom_error_message="Input should be a message, a reasoning, a function_call "
        "or a function_call_output",
    ),
]
_item: TypeAdapter[Any] = TypeAdapter(Item)


class Conversation:
    """Items put together: an assistant's words, thinking and calls in a row are one message."""

    def __init__(self, memory: ItemMemory) -> None:
        self.messages: list[Message] = []
        self._memory = memory
        self._thoughts: list[str] = []
        self._words: list[Part] = []
        self._pictures: list[Image] = []
        self._calls: list[ToolCall] = []

    def add_all(self, items: Iterable[Any]) -> list[Message]:
        """The messages. Raises Invalid, naming the place, for what cannot be read."""
        for number, item in enumerate(items):
            place = f"input.{number}"
            self._add(self._looked_up(item, place), place)
        self._end_answer()
        return self.messages

    def _looked_up(self, item: Any, place: str) -> Any:
        if not isinstance(item, ReferenceItem):
            return item
        found = self._memory.find(item.id)
        if found is None:
            raise Invalid(
                f"{place}: no item of that id is kept here. Send the item itself "
                "(in the AI SDK with `store: false`).",
                field=place,
            )
        try:
            return _item.validate_python(found)
        except ValidationError:  # pragma: no cover
            raise Invalid(f"{place}: that item cannot be sent back.", field=place) from None

    def _add(self, item: Any, place: str) -> None:
        match item:
            case ReasoningItem():
                self._thoughts.append(item.text)
            case PictureItem() if item.result:
                data_url = f"data:;base64,{item.result}"
                self._pictures.append(Image(*read_data_url(data_url, place)))
            case CallItem():
                arguments = arguments_of(item.arguments)
                self._calls.append(ToolCall(item.call_id, item.name, arguments, item.arguments))
            case MessageItem(role="assistant"):
                if self._calls:
                    self._end_answer()
                self._words += _parts(item.content, place)
            case MessageItem():
                self._end_answer()
                self.messages.append(Message(ROLES[item.role], _content(item.content, place)))
            case ResultItem():
                self._end_answer()
                content = _content(item.output, place)
                self.messages.append(Message("tool", content, tool_call_id=item.call_id))

    def _end_answer(self) -> None:
        if self._words or self._pictures or self._calls:
            thought = "\n\n".join(filter(None, self._thoughts))
            words = words_of(self._words)
            self.messages.append(answer_of(thought, words, self._pictures, self._calls))
        self._thoughts, self._words, self._pictures, self._calls = [], [], [], []


def _content(content: Any, place: str) -> str | list[Part]:
    if content is None or isinstance(content, str):
        return content or ""
    return _parts(content, place)


def _parts(content: Any, place: str) -> list[Part]:
    if content is None or isinstance(content, str):
        return [content or ""]
    return [_part(part, f"{place}.content") for part in content]


def _part(part: Words | InputImage | InputFile, place: str) -> Part:
    match part:
        case Words():
            return part.text or part.refusal
        case InputImage():
            return Image(*read_data_url(part.image_url, place))
        case InputFile():
            return File(*read_data_url(part.file_data, place), part.filename or "document.pdf")
