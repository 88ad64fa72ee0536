"""What may be asked: the body of a request, checked when it is made.

Unknown fields are refused, so that a misspelt one does not silently do nothing, and
so that no caller can name an address or a key. Errors name fields, never values.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    PrivateAttr,
    Strict,
    Tag,
    ValidationError,
    ValidationInfo,
    create_model,
    field_validator,
)
from pydantic.alias_generators import to_camel

from nbchat.chat_service.older_messages import with_tool_calls
from nbchat.chat_service.wrong_request import LIST, TEXT, wrong_request
from nbchat.errors import BadCall
from nbchat.messages import File, Image, Message, Role, Tool, ToolCall
from nbchat.option_fields import option_field, option_type
from nbchat.option_values import MOST_STOPS, TOOL_CHOICES
from nbchat.options import OPTIONS
from nbchat.wrong_calls import tells_wrong_calls


class Body(BaseModel):
    """camelCase on the wire, snake_case in Python, both understood; a field too many is refused."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        populate_by_name=True,
        extra="forbid",
        strict=True,
        hide_input_in_errors=True,  # a request may hold a key by mistake
    )


def _check_base64(text: str) -> str:
    try:
        b64decode(text, validate=True)
    except ValueError:
        raise ValueError("should be base64") from None
    return text


Base64 = Annotated[str, AfterValidator(_check_base64)]


class TextPart(Body):
    """Words."""

    type: Literal["text"] = "text"
    text: str


class ImagePart(Body):
    """A picture, as base64."""

    type: Literal["image"] = "image"
    media_type: str = "image/png"
    data: Base64


class FilePart(Body):
    """A document, as base64."""

    type: Literal["file"] = "file"
    media_type: str = "application/pdf"
    name: str = "document.pdf"
    data: Base64


ChatPart = Annotated[TextPart | ImagePart | FilePart, Field(discriminator="type")]
# Which of the two is meant is decided first, so that errors speak of that one alone.
_TEXT_OR_LIST = Discriminator(lambda value: TEXT if isinstance(value, str) else LIST)


class ChatToolCall(Body):
    """A tool the model asked for earlier in the conversation."""

    id: str
    name: str
    arguments: dict[str, Any] = Field(default_factory=dict)


class ChatTool(Body):
    """A function the model may ask for; `parameters` is a JSON schema."""

    name: str = Field(min_length=1)
    description: str = ""
    parameters: dict[str, Any] = Field(default_factory=lambda: {"type": "object", "properties": {}})

    @classmethod
    def of(cls, tool: Any) -> Any:
        """An `nbchat.Tool` is as good as its fields."""
        if not isinstance(tool, Tool):
            return tool
        parameters = dict(tool.parameters)
        return cls(name=tool.name, description=tool.description, parameters=parameters)

    @property
    def tool(self) -> Tool:
        return Tool(self.name, self.description, self.parameters)


class ChatMessage(Body):
    """One message of the conversation."""

    role: Role
    content: Annotated[
        Annotated[str, Tag(TEXT)] | Annotated[list[ChatPart], Field(fail_fast=True), Tag(LIST)],
        _TEXT_OR_LIST,
    ] = ""
    thought: str = Field(
        default="", description="of an assistant message: the thinking that came with it"
    )
    tool_calls: Annotated[list[ChatToolCall], Field(fail_fast=True)] = Field(
        default_factory=list, description="of an assistant message"
    )
    tool_call_id: str = Field(default="", description="of a tool message: the call it answers")
    name: str = Field(default="", description="of a tool message: the tool's name")
    _original: Message | None = PrivateAttr(None)

    @classmethod
    def of(cls, message: Any) -> Any:
        """An `nbchat.Message` goes through as it is, with all that its provider wants back."""
        if not isinstance(message, Message):
            return message
        chat_message = cls(role=message.role, content=message.text)
        chat_message._original = message
        return chat_message

    @property
    def message(self) -> Message:
        if self._original is not None:
            return self._original
        content = self.content if isinstance(self.content, str) else list(map(_part, self.content))
        calls = [ToolCall(call.id, call.name, call.arguments) for call in self.tool_calls]
        return Message(self.role, content, self.thought, calls, self.tool_call_id, self.name)


def _part(part: TextPart | ImagePart | FilePart) -> str | Image | File:
    match part:
        case TextPart():
            return part.text
        case ImagePart():
            return Image(b64decode(part.data), part.media_type)
        case FilePart():
            return File(b64decode(part.data), part.media_type, part.name)


def _check_question(messages: list[ChatMessage]) -> list[ChatMessage]:
    if not any(message.role == "user" for message in messages):
        raise ValueError("should have a message of the user's: there is no question")
    return messages


_Messages = Annotated[
    list[Annotated[ChatMessage, BeforeValidator(ChatMessage.of)]],
    Field(fail_fast=True),  # a list of a million mistakes is told by its first
    Field(min_length=1),
    Strict(False),
    BeforeValidator(with_tool_calls),
    AfterValidator(_check_question),
]


class _Question(Body):
    model: str = Field(
        min_length=1,
        max_length=200,
        description="a name of the table (`GET /models`), or `provider:any-model-id`",
        examples=["demo", "kimi-k2-thinking", "openrouter:moonshotai/kimi-k2-thinking"],
    )
    messages: Annotated[
        Annotated[str, Tag(TEXT)] | Annotated[_Messages, Tag(LIST)], _TEXT_OR_LIST
    ] = Field(
        description="the conversation, oldest first; or just a question",
        examples=["Show me a table."],
    )


_StopText = Annotated[str, Field(min_length=1)]
_Stops = Annotated[
    list[_StopText], Field(fail_fast=True), Field(min_length=1, max_length=MOST_STOPS)
]

# Options whose JSON is not what Python takes: the type and the field by the option's name.
_OWN_FIELDS: dict[str, tuple[Any, Any]] = {
    "tools": (
        Annotated[list[Annotated[ChatTool, BeforeValidator(ChatTool.of)]], Field(fail_fast=True)],
        option_field("tools", default=[]),
    ),
    "stop": (
        Annotated[
            Annotated[_StopText | None, Tag(TEXT)] | Annotated[_Stops, Tag(LIST)],
            Discriminator(lambda value: LIST if isinstance(value, list) else TEXT),
        ],
        option_field("stop"),
    ),
    "schema": (dict[str, Any] | None, option_field("schema", alias="schema")),
}
_FIELD_OF = {  # the name `schema` is taken by pydantic
    name: "schema_" if name == "schema" else name for name, row in OPTIONS.items() if row.http
}
_fields: Any = {
    field: _OWN_FIELDS.get(name) or (option_type(name), option_field(name))
    for name, field in _FIELD_OF.items()
}
_WithOptions: Any = create_model("_WithOptions", __base__=_Question, **_fields)


def names_of(cls: type[BaseModel]) -> list[str]:
    """What its fields are called in Python."""
    fields = cls.model_fields.items()
    return [str(field.alias) if name.endswith("_") else name for name, field in fields]


class _TellsMistakes(type(BaseModel)):  # type: ignore[misc]  # pydantic's own is not public
    """Makes what is called with wrong fields a BadCall; what pydantic itself makes, it checks."""

    def __call__(cls, *given: Any, **fields: Any) -> Any:
        if given:
            line = 'ChatStreamRequest(model="demo", messages="Hello")'
            raise BadCall(f"the fields of a request are given by name. Write {line}.")
        try:
            return super().__call__(**fields)
        except ValidationError as error:
            wrong = wrong_request(error, names_of(cls))
        del fields  # a key may be among them, in the wrong place
        raise wrong


class ChatStreamRequest(  # made from the list of options
    _WithOptions,  # type: ignore[misc]
    metaclass=_TellsMistakes,
):
    """A question to a model, with the conversation that led to it.

    >>> ChatStreamRequest(model="demo", messages="Hello", maxTokens=100).max_tokens
    100
    """

    # The server's schema shows this in place of the docstring, whose example is Python.
    model_config = ConfigDict(
        json_schema_extra={"description": "A question, with the conversation that led to it."}
    )

    _extra: dict[str, Any] = PrivateAttr(default_factory=dict)

    @field_validator("tool_choice")
    @classmethod
    def _check_tool_choice(cls, choice: str | None, info: ValidationInfo) -> str | None:
        names = [tool.name for tool in info.data.get("tools", ())]
        choices = [None, *TOOL_CHOICES[:2], *names]
        if names:
            choices.append("required")
        if choice not in choices:
            raise ValueError(
                "should be auto or none; or required, or a tool's name, where there is one"
            )
        return choice

    @classmethod
    @tells_wrong_calls
    def of(cls, params: ChatStreamRequest | Mapping[str, Any]) -> ChatStreamRequest:
        """A request from a dict, in either spelling.

        Raises BadSettings, naming the fields but never their values.

        >>> ChatStreamRequest.of({"model": "demo", "messages": "Hello", "topP": 0.5}).top_p
        0.5
        """
        if isinstance(params, ChatStreamRequest):
            return params
        if not isinstance(params, Mapping):
            kinds = "a ChatStreamRequest or a dict with its fields"
            raise BadCall(f"a request is {kinds}, and not {type(params).__name__}.")
        try:
            request: ChatStreamRequest = cls.model_validate(dict(params))
        except ValidationError as error:
            raise wrong_request(error, names_of(cls)) from None
        return request

    @property
    def conversation(self) -> str | list[Message]:
        """The messages as the engine takes them."""
        if isinstance(self.messages, str):
            return self.messages
        return [message.message for message in self.messages]

    @property
    def options(self) -> dict[str, Any]:
        """All but the model and the messages, as the engine takes them."""
        options = {name: getattr(self, field) for name, field in _FIELD_OF.items()}
        tools = [tool.tool for tool in self.tools]
        return options | {"tools": tools, "extra": self._extra or None}

    def with_extra(self, extra: Mapping[str, Any]) -> ChatStreamRequest:
        """A copy with members for the provider's body, which no field can bring."""
        request: ChatStreamRequest = self.model_copy()
        request._extra = dict(extra)
        return request
