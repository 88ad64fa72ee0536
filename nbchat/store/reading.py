"""A turn from its JSON, checked: it may come from anyone. Imported when something is read.

An object first becomes what it stands for, and then each of its members is checked
against its type there. Members and kinds of parts that only a newer nbchat knows are kept.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, fields
from typing import Annotated, Any, TypeAlias, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    ValidationError,
)

from nbchat.errors import BadSettings, InvalidAnswer
from nbchat.events import Answer, Stop, Usage, Valued
from nbchat.messages import (
    File,
    Image,
    Message,
    Source,
    Text,
    Thought,
    ToolCall,
    ToolResult,
    UnknownPart,
)
from nbchat.provider_state import ProviderState
from nbchat.store.old_rows import renewed
from nbchat.store.stored_turn import KINDS
from nbchat.turns import Turn
from nbchat.values.plain import value_in

DEEPEST = 64  # levels of a stored JSON value
LONGEST_NAME = 300  # characters
NAMES = ("id", "name", "provider", "wire", "title")  # members of parts that are so short
_MEDIA_TYPE = re.compile(r"[a-z]+/[\w.+-]{1,100}")

T = TypeVar("T")


# --- parts ------------------------------------------------------------------------------------


def _part(value: Any) -> Any:
    """What an object with a `kind` stands for; its members are not checked yet."""
    if not isinstance(value, dict):
        return value
    members = dict(value)
    word = members.pop("kind", None)
    if not isinstance(word, str):
        raise ValueError("a part lacks its kind")
    kind = KINDS.get(word)
    if kind is None:
        return UnknownPart(word, members)
    return _object(kind, members)


def _object(kind: type[T], members: Mapping[str, Any]) -> T:
    """An object of that kind. What it has no member for stays in its `others`, if it has these."""
    names = {field.name for field in fields(kind)} - {"others"}  # type: ignore[arg-type]
    known = {name: _member(kind, name, members[name]) for name in members if name in names}
    for field in fields(kind):  # type: ignore[arg-type]
        is_needed = field.default is MISSING and field.default_factory is MISSING
        if is_needed and field.name not in known:
            raise ValueError(f"{field.name} is missing")
    others = {name: value for name, value in members.items() if name not in names}
    if others and "others" in kind.__slots__:  # type: ignore[attr-defined]
        known["others"] = others
    return kind(**known)


def _member(kind: type, name: str, value: Any) -> Any:
    if name in NAMES and isinstance(value, str) and len(value) > LONGEST_NAME:
        raise ValueError(f"{name} is longer than {LONGEST_NAME} characters")
    if name == "state" and isinstance(value, dict):
        return _object(ProviderState, value)
    if name == "content" and isinstance(value, list):
        return list(map(_part, value))
    if kind not in (Image, File) or not isinstance(value, str):
        return value
    if name == "media_type" and not _MEDIA_TYPE.fullmatch(value):
        raise ValueError("media_type is not the name of a kind of data, such as image/png")
    return _bytes(value) if name == "data" else value


def _bytes(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except NotBase64:
        raise ValueError("an image or file in it is not base64") from None


def _type(value: Any) -> str:
    return type(value).__name__


def _one_of(expected: str) -> Discriminator:
    """Check each value as what it is, so that one fault is named, not one of each possible type."""
    return Discriminator(
        _type, custom_error_type="kind", custom_error_message=f"Input should be {expected}"
    )


Piece: TypeAlias = Annotated[
    Annotated[str, Tag("str")] | Annotated[Image, Tag("Image")] | Annotated[File, Tag("File")],
    _one_of("a text, an image or a file"),
    BeforeValidator(_part),
]
Asked: TypeAlias = Annotated[
    Annotated[str, Tag("str")]
    | Annotated[Annotated[list[Piece], Field(max_length=1000)], Tag("list")],
    _one_of("a text, or a list of texts, images and files"),
]
Part: TypeAlias = Annotated[
    Annotated[Text, Tag("Text")]
    | Annotated[Thought, Tag("Thought")]
    | Annotated[ToolCall, Tag("ToolCall")]
    | Annotated[ToolResult, Tag("ToolResult")]
    | Annotated[Image, Tag("Image")]
    | Annotated[Source, Tag("Source")]
    | Annotated[UnknownPart, Tag("UnknownPart")],
    _one_of("a part of an answer"),
    BeforeValidator(_part),
]


# --- a turn -----------------------------------------------------------------------------------


def _stop(value: Any) -> Any:
    return _object(Stop, value) if isinstance(value, dict) else value


def _valued(value: Any) -> Any:
    if value is None:
        return None
    if not isinstance(value, dict):
        raise ValueError("it is no object")
    if isinstance(value.get("error"), str):
        return Valued(error=InvalidAnswer(value["error"]))
    text = value.get("json")
    if not isinstance(text, str):
        raise ValueError("it has neither JSON nor an error")
    try:
        return Valued(value_in(text))
    except ValueError:
        return Valued(error=InvalidAnswer("the value of this answer could not be kept."))


Word = Annotated[str, Field(max_length=LONGEST_NAME)]
Count = Annotated[int, Field(ge=0, le=10**12)]
Amount = Annotated[float, Field(ge=0, le=1e9)]


def _with_whole_counts(usage: dict[str, Any]) -> dict[str, Any]:
    for name, value in usage.items():
        if name != "cost" and isinstance(value, float):
            raise ValueError(f"{name[:100]} is a whole number")
    return usage


Counts = Annotated[dict[str, Count | Amount | None], AfterValidator(_with_whole_counts)]


class TurnRow(BaseModel):
    """One turn, checked."""

    model_config = ConfigDict(
        strict=True,
        extra="allow",
        hide_input_in_errors=True,
        allow_inf_nan=False,
        revalidate_instances="always",
    )

    question: Asked
    asked_at: Annotated[float, Field(ge=0, le=1e11)] = 0.0
    cell: str | None = None
    execution: str | None = None
    inserted: list[str] = []
    typed: str = ""
    data: Word = ""
    sent: dict[str, str] = {}
    model: Word = ""
    provider: Word = ""
    host: Word = ""
    given_url: Word = ""
    parts: list[Part] = []
    usage: Counts = {}
    lost: list[Counts] = []
    filled: Count | None = None
    notices: list[str] = []
    stop: Annotated[Stop, BeforeValidator(_stop)] = Stop("end")
    seconds: Annotated[float, Field(ge=0)] = 0.0
    left_out: Count = 0
    by_default: bool = False
    waiting: list[str] = []
    valued: Annotated[Any, BeforeValidator(_valued)] = None

    def turn(self, parent: Turn | None, others: Mapping[str, Any], id: str | None) -> Turn:
        """The turn that this row is of; without an id it is a new one."""
        usage = _usage(self.usage)
        answer = Answer(self.model, self.provider, usage, list(self.notices), self.stop)
        answer.host = self.host
        answer.given_url = self.given_url
        answer.filled = self.filled
        answer.lost = list(map(_usage, self.lost))
        answer.valued = self.valued
        answer.parts = self.parts
        answer = answer.ended()
        turn = Turn(Message("user", self.question), answer, parent, self.cell, self.seconds)
        turn.id = id or turn.id
        turn.asked_at, turn.left_out = self.asked_at, self.left_out
        turn.inserted, turn.waiting = tuple(self.inserted), tuple(self.waiting)
        turn.by_default, turn.data = self.by_default, self.data
        turn.execution, turn.sent, turn.typed = self.execution, dict(self.sent), self.typed
        turn.others = {**others, **(self.model_extra or {})}
        return turn


def _usage(counts: Mapping[str, Any]) -> Usage:
    return Usage(**{name: counts[name] for name in Usage.__slots__ if name in counts})


def read_turn(value: Any, number: int, parent: Turn | None, id: str | None = None) -> Turn:
    """The turn of one row. Raises BadSettings that names its number and the field that is wrong."""
    try:
        row, others = _without_unknown(renewed(value))
        return TurnRow.model_validate(row).turn(parent, others, id)
    except ValidationError as error:
        raise BadSettings(f"turn {number}: {wrong_field(error)}") from None
    except BadSettings as error:
        raise BadSettings(f"turn {number}: {error}") from None


def _without_unknown(row: Any) -> tuple[Any, dict[str, Any]]:
    """The row, and what stands in its usage and its stop that is not known here."""
    if not isinstance(row, dict):
        return row, {}
    row, others = dict(row), {}
    for name, kind in (("usage", Usage), ("stop", Stop)):
        members = row.get(name)
        if isinstance(members, dict) and not members.keys() <= set(kind.__slots__):
            row[name] = {n: value for n, value in members.items() if n in kind.__slots__}
            others[name] = {n: value for n, value in members.items() if n not in kind.__slots__}
    return row, others


# --- JSON -------------------------------------------------------------------------------------


def read_json(text: str | bytes) -> Any:
    """Parse strict JSON. Raises BadSettings: not JSON, NaN or Infinity, or nested too deeply."""
    try:
        value = json.loads(text, parse_constant=_refuse)
    except RecursionError:
        raise BadSettings("it is nested too deeply") from None
    except ValueError as error:
        raise BadSettings(f"it is not JSON ({error})") from None
    if _deeper_than(value, DEEPEST):
        raise BadSettings("it is nested too deeply")
    return value


def wrong_field(error: ValidationError) -> str:
    """The field that is wrong, the innermost of several, and how; without its value."""
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
