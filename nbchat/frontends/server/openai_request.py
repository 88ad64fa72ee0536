"""OpenAI's chat completions as they come in, read into a ChatStreamRequest.

Facts: openai-python `types/chat/completion_create_params.py` (3.54.0). A parameter that
would change what the answer is, and that cannot be kept, is refused; one that only
colours it has no effect.
"""

from __future__ import annotations

from base64 import b64decode
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

from nbchat.chat_service.request import ChatStreamRequest, ChatTool
from nbchat.frontends.server.http_errors import Invalid
from nbchat.messages import File, Image, Message, Part, Role, ToolCall
from nbchat.option_fields import option_field
from nbchat.options import LEVELS, Thinking
from nbchat.wire.tool_calls import arguments_of

STRICT = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True)
# Answers are sent back as they came, with more members than a question has.
TOLERANT = ConfigDict(extra="ignore", strict=True, hide_input_in_errors=True)

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
    image_url: ImageUrl


class FileData(BaseModel):
    model_config = TOLERANT
    file_data: str = Field(description="a data URL")
    filename: str = "document.pdf"


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


_TEXT_OR_LIST = Discriminator(lambda value: "as list" if isinstance(value, list) else "as text")


class CompletionMessage(BaseModel):
    """A message in OpenAI's shape.

    Members that only answers have are ignored, so that an answer can be sent back.
    """

    model_config = TOLERANT
    role: Literal["system", "developer", "user", "assistant", "tool"]
    content: Annotated[
        Annotated[str | None, Tag("as text")]
        | Annotated[
            list[Annotated[ContentText | ContentImage | ContentFile, Field(discriminator="type")]],
            Tag("as list"),
        ],
        _TEXT_OR_LIST,
    ] = None
    reasoning_content: str | None = None
    tool_calls: list[CalledTool] | None = None
    tool_call_id: str | None = None
    name: str | None = None

    def message(self, place: str) -> Message:
        """The same as nbchat has it. Raises Invalid, naming `place`, for what is no data URL."""
        content: str | list[Part] = ""
        if isinstance(self.content, list):
            content = [_part(part, place) for part in self.content]
        elif self.content:
            content = self.content
        role: Role = "system" if self.role == "developer" else self.role
        calls = [tool.call for tool in self.tool_calls or ()]
        thought, call_id = self.reasoning_content or "", self.tool_call_id or ""
        return Message(role, content, thought, calls, call_id, self.name or "")


class Function(BaseModel):
    model_config = TOLERANT
    name: str = Field(min_length=1)
    description: str | None = None
    parameters: dict[str, Any] | None = None


class FunctionTool(BaseModel):
    model_config = TOLERANT
    type: Literal["function"]
    function: Function

    @property
    def tool(self) -> ChatTool:
        tool = ChatTool(name=self.function.name, description=self.function.description or "")
        if self.function.parameters:
            tool.parameters = self.function.parameters
        return tool


class ToolName(BaseModel):
    model_config = TOLERANT
    name: str = Field(min_length=1)


class NamedTool(BaseModel):
    model_config = TOLERANT
    type: Literal["function"]
    function: ToolName


class JsonSchema(BaseModel):
    model_config = TOLERANT
    name: str = ""
    schema_: dict[str, Any] = Field(alias="schema", default_factory=dict)


class ResponseFormat(BaseModel):
    model_config = TOLERANT
    type: Literal["text", "json_object", "json_schema"]
    json_schema: JsonSchema | None = None


StopWord = Annotated[str, Field(min_length=1, max_length=1000)]


class StreamOptions(BaseModel):
    model_config = TOLERANT
    include_usage: bool | None = None


class WebSearchOptions(BaseModel):
    """Whatever is in them, the provider's own search is what is asked for."""

    model_config = TOLERANT


class CompletionRequest(BaseModel):
    """A request of OpenAI's chat completions."""

    model_config = STRICT

    model: str = Field(
        min_length=1,
        max_length=200,
        description="an id of `GET /v1/models`, or `provider:any-model-id`",
    )
    messages: list[CompletionMessage] = Field(
        min_length=1, description="the conversation, oldest first"
    )
    stream: bool | None = Field(
        None, description="whether the answer comes as events while it is made"
    )
    stream_options: StreamOptions | None = None
    temperature: float | None = option_field("temperature")
    top_p: float | None = option_field("top_p")
    seed: int | None = option_field("seed")
    max_tokens: int | None = option_field(
        "max_tokens", description="the older name of `max_completion_tokens`"
    )
    max_completion_tokens: int | None = option_field("max_tokens")
    reasoning_effort: Effort | None = None
    tools: list[FunctionTool] | None = Field(
        None, description="functions the model may ask for; none is run here"
    )
    tool_choice: Annotated[
        Annotated[Literal["none", "auto", "required"] | None, Tag("as text")]
        | Annotated[NamedTool, Tag("as object")],
        Discriminator(lambda value: "as object" if isinstance(value, dict) else "as text"),
    ] = Field(None, description="whether a tool is called, or the one that is")
    response_format: ResponseFormat | None = None
    stop: Annotated[
        Annotated[StopWord | None, Tag("as text")]
        | Annotated[list[StopWord], Field(min_length=1, max_length=16), Tag("as list")],
        _TEXT_OR_LIST,
    ] = Field(None, description="up to 16 texts before which the answer ends")
    web_search_options: WebSearchOptions | None = Field(
        None, description="the provider searches the web, where it has a search of its own"
    )
    # Only one value can be had.
    n: Literal[1] | None = None
    logprobs: Literal[False] | None = None
    modalities: list[Literal["text"]] | None = None
    functions: None = None
    function_call: None = None
    top_logprobs: None = None
    # Without effect.
    frequency_penalty: float | None = Field(
        None, description="without effect here, like all the parameters below"
    )
    presence_penalty: float | None = None
    logit_bias: dict[str, float] | None = None
    parallel_tool_calls: bool | None = None
    user: str | None = None
    metadata: dict[str, str] | None = None
    store: bool | None = None
    service_tier: str | None = None
    verbosity: str | None = None
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

    def _tool_choice(self) -> str | None:
        """A tool's name, or that one must be called. Raises Invalid where there is none to call."""
        if self.tool_choice in (None, "none", "auto"):
            return None  # "auto" is what holds anyway, and for "none" no tools are sent
        names = [tool.function.name for tool in self.tools or ()]
        if isinstance(self.tool_choice, NamedTool):
            choice = self.tool_choice.function.name
            possible = choice in names
        else:
            choice = "required"
            possible = bool(names)
        if not possible:
            raise Invalid("tool_choice: there is no such tool in `tools`.", field="tool_choice")
        return choice

    @property
    def _schema(self) -> dict[str, Any] | None:
        form = self.response_format
        if form is None:
            return None
        if form.json_schema and form.json_schema.schema_:
            return form.json_schema.schema_
        return {"type": "object"} if form.type == "json_object" else None

    @property
    def _thinking(self) -> Thinking:
        return None if self.reasoning_effort is None else EFFORTS[self.reasoning_effort]

    def request(self) -> ChatStreamRequest:
        """The same in nbchat's words. Raises Invalid for what cannot be read."""
        messages = [m.message(f"messages.{n}.content") for n, m in enumerate(self.messages)]
        tools = [] if self.tool_choice == "none" else self.tools or []
        return ChatStreamRequest.of(
            {
                "model": self.model,
                "messages": messages,
                "temperature": self.temperature,
                "top_p": self.top_p,
                "seed": self.seed,
                "max_tokens": self.max_completion_tokens or self.max_tokens,
                "thinking": self._thinking,
                "tools": [tool.tool for tool in tools],
                "tool_choice": self._tool_choice(),
                "schema": self._schema,
                "search": self.web_search_options is not None,
            }
        )


def _part(part: ContentText | ContentImage | ContentFile, place: str) -> Part:
    match part:
        case ContentText():
            return part.text or part.refusal
        case ContentImage():
            return Image(*_data(part.image_url.url, place))
        case ContentFile():
            return File(*_data(part.file.file_data, place), part.file.filename)


def _data(url: str, place: str) -> tuple[bytes, str]:
    head, comma, data = url.partition(",")
    scheme, _, kind = head.partition(":")
    if scheme == "data" and comma and kind.endswith(";base64"):
        try:
            return b64decode(data, validate=True), kind.partition(";")[0]
        except ValueError:
            pass
    rule = "images and files are sent as data:…;base64,… URLs; this server fetches nothing."
    raise Invalid(f"{place}: {rule}", field=place)
