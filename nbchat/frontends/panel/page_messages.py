"""What the page may say to the kernel, checked: types, sizes, names, and nothing else.

Whatever runs in the notebook's page can send on a widget's channel, so a message
is looked at as one looks at a request from the network. `page/messages.d.ts` says what
each message means, and what Python says in turn.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal, Self, TypeAlias

from pydantic import (
    Field,
    TypeAdapter,
    ValidationError,
    create_model,
    model_validator,
)

from nbchat.context.pictures import LARGEST_PICTURE
from nbchat.frontends.panel.page_fields import (
    LONGEST_TEXT,
    Along,
    Id,
    Label,
    Name,
    PageMessage,
    ReadyTool,
    Text,
    Thing,
)
from nbchat.media_types import picture_type
from nbchat.messages import Image
from nbchat.option_fields import ThinkingWord, option_field, option_type
from nbchat.options import OPTIONS
from nbchat.tools import READY

MOST_IMAGES = 8  # in a question
MOST_ALONG = 20  # excerpts of the notebook in a question


class Sync(PageMessage):
    """A view is there and has nothing; `language` is its reader's, such as zh-CN."""

    kind: Literal["sync"]
    view: Id
    language: Annotated[str, Field(max_length=35)] = ""


class Bye(PageMessage):
    """A view is gone."""

    kind: Literal["bye"]
    view: Id


class Want(PageMessage):
    """A view lacks these turns, or lost a piece of one."""

    kind: Literal["want"]
    ids: Annotated[list[Id], Field(max_length=50)]


class Send(PageMessage):
    """A question. `request_id` makes a message that is sent twice harmless."""

    kind: Literal["send"]
    request_id: Id
    text: Text
    conversation: Label = ""  # that it was typed in
    variables: Annotated[list[Name], Field(max_length=20, default_factory=list)]
    along: Annotated[list[Along], Field(max_length=MOST_ALONG, default_factory=list)]
    images: Annotated[list[Label], Field(max_length=MOST_IMAGES, default_factory=list)]
    run: bool = False  # the code in it, with the person's consent


class Stop(PageMessage):
    """Stop what is being answered."""

    kind: Literal["stop"]


class Decide(PageMessage):
    """The answer to a question for consent: with `code` that is what runs, as it was edited."""

    kind: Literal["decide"]
    view: Id
    id: Id
    how: Literal["run", "refuse"]
    reason: Annotated[str, Field(max_length=2_000)] = ""
    code: Annotated[str, Field(max_length=LONGEST_TEXT, pattern=r"\S")] | None = None
    rest: bool = False

    @model_validator(mode="after")
    def _is_one_answer(self) -> Self:
        if self.reason and self.how == "run":
            raise ValueError("a reason is that of a refusal")
        if (self.rest or self.code is not None) and self.how == "refuse":
            raise ValueError("nothing runs")
        return self


class Again(PageMessage):
    """Ask this turn's question again, as another branch; with `text`, ask that in its place."""

    kind: Literal["again"]
    request_id: Id
    id: Id
    text: Text | None = None


class Unqueue(PageMessage):
    """Give the waiting question back."""

    kind: Literal["unqueue"]


class Branch(PageMessage):
    """Show the `number`th of the turns that were asked in this one's place."""

    kind: Literal["branch"]
    id: Id
    number: Annotated[int, Field(ge=0, le=100_000)]


# The numbers that the panel's settings offer, by name.
NUMBERS = {name: option for name, option in OPTIONS.items() if option.panel}
_FIELDS: dict[str, Any] = {name: (option_type(name), option_field(name)) for name in NUMBERS}
_Numbers = create_model("_Numbers", __base__=PageMessage, **_FIELDS)


class Choose(_Numbers):  # type: ignore[misc, valid-type]  # made from the list of options
    """Settings of the next questions; what is left out stays, None is the model's own."""

    kind: Literal["choose"]
    model: Annotated[str, Field(min_length=1, max_length=200, pattern=r"^\S+$")] | None = None
    thinking: ThinkingWord = ""
    search: bool = False
    tools: Annotated[list[ReadyTool], Field(max_length=len(READY), default_factory=list)]
    plan: bool = False
    system: Text | None = None
    title: Label = ""


class Talks(PageMessage):
    """The conversations there are."""

    kind: Literal["talks"]


class Talk(PageMessage):
    """Show another conversation, by its name or its id on disk; without both, begin one."""

    kind: Literal["talk"]
    name: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    id: Id | None = None


class Move(PageMessage):
    """Take back the last turn, bring it back, start over, or remove the conversation for good."""

    kind: Literal["move"]
    how: Literal["undo", "redo", "reset", "delete"]


class Models(PageMessage):
    """The models there are."""

    kind: Literal["models"]


class Names(PageMessage):
    """The variables that begin so."""

    kind: Literal["names"]
    text: Label


class Cells(PageMessage):
    """The cells that have run and contain the words."""

    kind: Literal["cells"]
    text: Label


class Files(PageMessage):
    """The files below the notebook's folder whose path contains the words."""

    kind: Literal["files"]
    text: Label


class Peek(Thing):
    """What would be sent of something."""

    kind: Literal["peek"]


class Whole(Thing):
    """All that would be sent of it."""

    kind: Literal["whole"]


class Value(PageMessage):
    """All of what was attached to a turn's question."""

    kind: Literal["value"]
    id: Id
    number: Annotated[int, Field(ge=0, le=100)]


class Snapshot(PageMessage):
    """The notebook's copy of the transcript; the page puts it there where an update was lost."""

    kind: Literal["snapshot"]


class Picture(PageMessage):
    """The bytes of an image in a question, or behind these of a picture in its answer."""

    kind: Literal["picture"]
    id: Id
    number: Annotated[int, Field(ge=0, le=100)]


class Export(PageMessage):
    """The conversation as a file."""

    kind: Literal["export"]
    format: Literal["md", "json", "html", "ipynb"]


Message: TypeAlias = (
    Sync
    | Bye
    | Want
    | Send
    | Stop
    | Decide
    | Again
    | Unqueue
    | Branch
    | Choose
    | Talks
    | Talk
    | Move
    | Models
    | Names
    | Cells
    | Files
    | Peek
    | Whole
    | Value
    | Snapshot
    | Picture
    | Export
)
_message: TypeAdapter[Message] = TypeAdapter(Annotated[Message, Field(discriminator="kind")])


def read_message(content: Any) -> Message | None:
    """The message, or None for anything that is not one.

    >>> read_message({"kind": "stop"})
    Stop(kind='stop')
    >>> read_message({"kind": "want", "ids": "all"}) is None
    True
    """
    try:
        return _message.validate_python(content)
    except ValidationError:
        return None


def images(buffers: Sequence[Any]) -> list[Image]:
    """The images that came with a message; what is too large or not an image is left out."""
    pictures = []
    for buffer in buffers[:MOST_IMAGES]:
        data = bytes(buffer)
        kind = picture_type(data)
        if kind and len(data) <= LARGEST_PICTURE:
            pictures.append(Image(data, kind))
    return pictures
