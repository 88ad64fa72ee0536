"""What the extension may say to the kernel, checked: types, sizes, names, and nothing else.

Whatever runs in the notebook's page can send on a comm, so a message is looked at as one looks
at a request from the network. `types/messages.d.ts` says what each message means, and what the
kernel says in turn.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

LONGEST_SOURCE = 200_000  # characters of a cell in which names are looked for

Id = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[\w.-]+$")]


class LabMessage(BaseModel):
    """A request of the extension; `kind` tells which, and `request` comes back with the answer."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    request: Id


class Names(LabMessage):
    """Which names in this cell are those of values."""

    kind: Literal["names"]
    source: Annotated[str, Field(max_length=LONGEST_SOURCE)]


class Panel(LabMessage):
    """Which panel to show beside the notebook; `make` one where there is none."""

    kind: Literal["panel"]
    make: bool


class Wish(LabMessage):
    """What to do where the error of this cell is to be explained or mended, or an output to be
    asked about; `number` is the 3 of `Out[3]`.
    """

    kind: Literal["wish"]
    cell: Id
    wish: Literal["about", "explain", "fix"]
    number: Annotated[int, Field(ge=0, le=9_999_999)] | None = None


class Proposal(LabMessage):
    """Propose the next cell; `by_itself` where no person has asked for it."""

    kind: Literal["proposal"]
    by_itself: bool = False


class Leave(LabMessage):
    """Nobody wants the proposal any more."""

    kind: Literal["leave"]


class Language(LabMessage):
    """The language that the page would be in, such as zh-CN; the answer is that of the kernel."""

    kind: Literal["language"]
    language: Annotated[str, Field(max_length=35)]


AnsweredAtOnce: TypeAlias = Names | Panel | Wish | Leave | Language
Message: TypeAlias = AnsweredAtOnce | Proposal
_message: TypeAdapter[Message] = TypeAdapter(Annotated[Message, Field(discriminator="kind")])


def read_message(content: Any) -> Message | None:
    """The message, or None for anything that is not one.

    >>> read_message({"kind": "panel", "request": "1", "make": True})
    Panel(request='1', kind='panel', make=True)
    >>> read_message({"kind": "names", "request": "1"}) is None
    True
    """
    try:
        return _message.validate_python(content)
    except ValidationError:
        return None
