"""A turn from its JSON, checked: it may come from anyone. Imported when something is read."""

from __future__ import annotations

import json
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from nbchat.errors import BadSettings
from nbchat.events import Answer, Notice, Stop, Usage
from nbchat.messages import File, Image, KeptBy, Message, Part, Text, Thought, ToolCall
from nbchat.turns import Turn

DEEPEST = 64  # levels of a stored JSON value


class _Row(BaseModel):
    model_config = ConfigDict(
        strict=True, extra="forbid", hide_input_in_errors=True, allow_inf_nan=False
    )


Word = Annotated[str, Field(max_length=300)]
MediaType = Annotated[str, Field(pattern=r"^[a-z]+/[\w.+-]{1,100}$")]
Count = Annotated[int, Field(ge=0, le=10**12)]


class _Image(_Row):
    image: str
    media_type: MediaType


class _File(_Row):
    file: str
    media_type: MediaType
    name: Word


class _Call(_Row):
    id: Word
    name: Word
    arguments: dict[str, Any] | None
    raw: str


class _Usage(_Row):
    input: Count | None = None
    output: Count | None = None
    cached: Count | None = None
    reasoning: Count | None = None


class _Stop(_Row):
    reason: Literal["end", "length", "tool_calls", "filter", "interrupted", "broken"]
    detail: str = ""


class _Kept(_Row):
    provider: Word
    wire: Word
    data: Any


class TurnRow(_Row):
    """One turn, checked."""

    question: str | Annotated[list[str | _Image | _File], Field(max_length=1000)]
    asked_at: Annotated[float, Field(ge=0, le=1e11)] = 0.0
    cell: str | None = None
    inserted: list[str] = []
    model: Word = ""
    provider: Word = ""
    answer: str = ""
    thought: str = ""
    tool_calls: list[_Call] = []
    usage: _Usage = _Usage()
    notices: list[str] = []
    stop: _Stop = _Stop(reason="end")
    seconds: Annotated[float, Field(ge=0)] = 0.0
    left_out: Count = 0
    kept: _Kept | None = None

    def turn(self, parent: Turn | None, id: str | None = None) -> Turn:
        """The turn that this row is of; without an id it is a new one."""
        content = (
            self.question
            if isinstance(self.question, str)
            else [_part_of(part) for part in self.question]
        )
        answer = Answer(model=self.model, provider=self.provider)
        if self.thought:
            answer.add(Thought(self.thought))
        if self.answer:
            answer.add(Text(self.answer))
        answer.tool_calls = [
            ToolCall(call.id, call.name, call.arguments, call.raw) for call in self.tool_calls
        ]
        answer.usage = Usage(**self.usage.model_dump())
        for notice in self.notices:
            answer.add(Notice(notice))
        answer.add(Stop(self.stop.reason, self.stop.detail))
        answer.kept = KeptBy(**self.kept.model_dump()) if self.kept else None
        turn = Turn(
            Message("user", content), answer, parent, self.cell, self.seconds, tuple(self.inserted)
        )
        turn.id = id or turn.id
        turn.asked_at, turn.left_out = self.asked_at, self.left_out
        return turn


def _part_of(part: str | _Image | _File) -> Part:
    if isinstance(part, str):
        return part
    if isinstance(part, _Image):
        return Image(b64decode(part.image, validate=True), part.media_type)
    return File(b64decode(part.file, validate=True), part.media_type, part.name)


def read_json(text: str | bytes) -> Any:
    """Parse strict JSON. Raises BadSettings: not JSON, NaN or Infinity in it, or nested too deeply."""
    try:
        value = json.loads(text, parse_constant=_refuse)
    except RecursionError:
        raise BadSettings("it is nested too deeply") from None
    except ValueError as error:
        raise BadSettings(f"it is not JSON ({error})") from None
    if _deeper_than(value, DEEPEST):
        raise BadSettings("it is nested too deeply")
    return value


def read_turn(value: Any, number: int, parent: Turn | None, id: str | None = None) -> Turn:
    """The turn of one row. Raises BadSettings that names its number and the field that is wrong."""
    try:
        return TurnRow.model_validate(value).turn(parent, id)
    except ValidationError as error:
        raise BadSettings(f"turn {number}: {wrong_field(error)}") from None
    except NotBase64:
        raise BadSettings(f"turn {number}: an image or file in it is not base64") from None


def wrong_field(error: ValidationError) -> str:
    """The field that is wrong, the innermost where there are several, and how; without its value."""
    errors = error.errors(include_url=False, include_input=False, include_context=False)
    worst = max(errors, key=lambda one: len(one["loc"]))
    field = ".".join(str(part) for part in worst["loc"]) or "it"
    return f"{field[:100]}: {worst['msg']}"


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def _deeper_than(value: Any, levels: int) -> bool:
    layer: Sequence[Any] = [value]
    for _ in range(levels):
        layer = [
            inner
            for outer in layer
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
        if not layer:
            return False
    return True
