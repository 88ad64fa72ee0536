"""Objects of the kinds that notebooks hold, and that answer oddly when they are asked.

`ASKED` has what they were asked for, but for their text.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import AsyncMock, MagicMock, Mock, NonCallableMagicMock
from xmlrpc.client import ServerProxy

import pandas as pd

ASKED: list[str] = []
NAMES = (
    *("savefig", "figure", "get_figure", "data", "shape", "head", "to_csv", "write_csv"),
    *("_repr_png_", "_repr_html_", "_repr_markdown_", "_repr_latex_", "_repr_mimebundle_"),
    *("to_image", "dtype", "columns", "__array__", "__dataframe__", "_ipython_display_"),
)


class Fatal(BaseException):
    """No Exception, as SystemExit is none."""


class AnswersToAnyName:
    """As a database or a remote object does: each name is another such object."""

    def __getattr__(self, name: str) -> Any:
        ASKED.append(name)
        return AnswersToAnyName()

    def __call__(self, *given: Any, **named: Any) -> Any:
        raise TypeError("'Collection' object is not callable")

    def __str__(self) -> str:
        return "any name"


class ActsWhenAsked:
    def __getattribute__(self, name: str) -> Any:
        ASKED.append(name)
        return print

    def __str__(self) -> str:
        return "acts"


class FailsWhenAsked:
    def __getattribute__(self, name: str) -> Any:
        ASKED.append(name)
        raise Fatal(name)

    def __str__(self) -> str:
        return "fails"


class BlocksWhenAsked:
    def __getattr__(self, name: str) -> Any:
        ASKED.append(name)
        while True:
            pass

    def __str__(self) -> str:
        return "blocks"


def _acting_property(name: str) -> property:
    def act(self: object) -> Any:
        ASKED.append(name)
        raise Fatal(name)

    return property(act)


ActsByProperty = type(
    "ActsByProperty",
    (),
    {name: _acting_property(name) for name in (*NAMES, "__class__", "__dict__")}
    | {"__str__": lambda self: "property"},
)


class OnTheInstance:
    """What an instance holds is no method of its class."""

    def __init__(self) -> None:
        for name in NAMES:
            vars(self)[name] = lambda *_, name=name, **__: ASKED.append(name) or b"GIF89a"

    def __str__(self) -> str:
        return "instance"


class LooksLikeATable:
    """Has what tables have, and does something else with it."""

    shape = (3, 2)

    def head(self, count: int) -> Any:
        ASKED.append("head")
        return self

    def to_csv(self) -> str:
        ASKED.append("to_csv")
        return "deleted"

    def __str__(self) -> str:
        return "like a table"


class LooksLikeAFigure:
    def savefig(self, file: Any, **_: Any) -> None:
        ASKED.append("savefig")

    @property
    def figure(self) -> Any:
        ASKED.append("figure")
        return self

    def __str__(self) -> str:
        return "like a figure"


class OddError(Exception):
    """An error that acts when it is asked what it says."""

    def __str__(self) -> str:
        raise Fatal("error")

    @property
    def args(self) -> Any:  # type: ignore[override]
        ASKED.append("args")
        raise Fatal("args")


class Meta(type):
    def __getattribute__(cls, name: str) -> Any:
        ASKED.append(f"class.{name}")
        raise Fatal(name)

    def __eq__(cls, other: object) -> bool:
        ASKED.append("class.__eq__")
        raise Fatal("==")

    def __hash__(cls) -> int:
        return 7

    def __instancecheck__(cls, other: object) -> bool:
        ASKED.append("class.__instancecheck__")
        raise Fatal("isinstance")


def of_an_odd_class() -> Any:
    """Its class is no global of this module, which pytest would ask."""
    return Meta("Odd", (), {"__str__": lambda self: "odd class"})()


class OddText(str):
    """A text whose own methods lie."""

    __slots__ = ()

    def __str__(self) -> str:
        return self

    def __getitem__(self, index: Any) -> str:
        ASKED.append("text[]")
        raise Fatal("text")

    def __len__(self) -> int:
        ASKED.append("len(text)")
        return 10**12

    def encode(self, *_: Any, **__: Any) -> bytes:
        ASKED.append("text.encode")
        raise Fatal("encode")


class OnlyRepr:
    def __repr__(self) -> str:
        return "<only repr>"


class Picture:
    """An honest object that IPython draws, too."""

    def _repr_png_(self) -> bytes:
        return b"\x89PNG\r\n\x1a\n"


class FailsToDraw:
    def _repr_png_(self) -> bytes:
        raise ValueError("nothing to draw")

    def __str__(self) -> str:
        return "not drawn"


def with_text(behave: Callable[[], Any]) -> Any:
    """An object whose text comes of `behave`."""
    return type("Odd", (), {"__str__": lambda self: behave()})()


def _raise(error: BaseException) -> Any:
    raise error


def _recurse() -> str:
    return str(with_text(_recurse))


class ActingError(Exception):
    """An error whose class has odd ideas of all that an error has."""

    __traceback__ = _acting_property("__traceback__")  # type: ignore[assignment]
    __cause__ = _acting_property("__cause__")  # type: ignore[assignment]
    __context__ = _acting_property("__context__")  # type: ignore[assignment]
    __notes__ = _acting_property("__notes__")  # type: ignore[assignment]
    args = _acting_property("args")  # type: ignore[assignment]

    def __str__(self) -> str:
        return "acting"


class ActingPath(type(Path())):  # type: ignore[misc]
    """A path whose own methods act."""

    def _act(self, *_: Any, **__: Any) -> Any:
        ASKED.append("path")
        raise Fatal("path")

    exists = read_bytes = read_text = open = stat = is_dir = is_file = iterdir = _act
    __str__ = __fspath__ = _act
    name = suffix = parent = property(_act)


class ActingList(list):  # type: ignore[type-arg]
    """A list that tells its length and its items otherwise than they are stored."""

    def __len__(self) -> int:
        ASKED.append("len(list)")
        return 10**12

    def __iter__(self) -> Any:
        ASKED.append("iter(list)")
        raise Fatal("list")

    __getitem__ = __iter__


class ActingFields(SimpleNamespace):
    def __getattribute__(self, name: str) -> Any:
        ASKED.append(name)
        raise Fatal(name)


def _decorated() -> Any:
    def decorated() -> int:
        return 7

    decorated.__wrapped__ = ActsWhenAsked()  # type: ignore[attr-defined]
    return decorated


class InMarkdown:
    def _repr_markdown_(self) -> str:
        return "**bold**"


SHOWN: dict[str, tuple[Any, str]] = {  # by name: the object, and what stands in its block
    "acting_error": (ActingError("no"), "ActingError: acting"),
    "fatal_error": (OddError(), "OddError: (its message raises Fatal)"),
    "acting_path": (ActingPath(__file__), "class ActingPath"),
    "acting_list": (ActingList([1, 2]), "ActingList([1, 2])"),
    "acting_fields": (ActingFields(a=1), "ActingFields(a=1)"),
    "decorated": (_decorated(), "return 7"),
    "odd_metaclass": (Meta("Odd", (), {}), "class Odd"),
    "markdown": (InMarkdown(), "**bold**"),
    "table": (pd.DataFrame({"shape": [1]}), ""),
}
SAYS: dict[str, tuple[Any, str]] = {  # by name: the object and its text
    "any_name": (AnswersToAnyName(), "any name"),
    "acts": (ActsWhenAsked(), "acts"),
    "fails": (FailsWhenAsked(), "fails"),
    "blocks": (BlocksWhenAsked(), "blocks"),
    "by_property": (ActsByProperty(), "property"),
    "on_instance": (OnTheInstance(), "instance"),
    "like_table": (LooksLikeATable(), "like a table"),
    "like_figure": (LooksLikeAFigure(), "like a figure"),
    "odd_class": (of_an_odd_class(), "odd class"),
    "odd_text": (OddText("odd"), "odd"),
    "says_odd_text": (with_text(lambda: OddText("odd")), "odd"),
    "only_repr": (OnlyRepr(), "<only repr>"),
    "not_drawn": (FailsToDraw(), "not drawn"),
    "proxy": (ServerProxy("http://127.0.0.1:1/"), "<ServerProxy for 127.0.0.1:1/>"),
    "mock": (MagicMock(name="db"), "<MagicMock name='db'"),
    "plain_mock": (Mock(name="db"), "<Mock name='db'"),
    "async_mock": (AsyncMock(name="db"), "<AsyncMock name='db'"),
    "mock_of_table": (NonCallableMagicMock(spec=pd.DataFrame), "<NonCallableMagicMock spec='Data"),
}
REFUSES: dict[str, tuple[Any, str]] = {  # by name: the object, and what its text raises
    "error": (with_text(lambda: _raise(ZeroDivisionError("division by zero"))), "ZeroDivision"),
    "fatal": (with_text(lambda: _raise(Fatal())), "Fatal"),
    "exits": (with_text(lambda: _raise(SystemExit(3))), "SystemExit"),
    "generator_exit": (with_text(lambda: _raise(GeneratorExit())), "GeneratorExit"),
    "odd_error": (with_text(lambda: _raise(OddError())), "OddError"),
    "long": (with_text(lambda: _raise(ValueError("no\n\x1b[31mtext " * 999))), "ValueError: no"),
    "recursion": (with_text(_recurse), "RecursionError"),
    "no_text": (with_text(lambda: 3), "TypeError"),
    "bytes": (with_text(lambda: b"text"), "TypeError"),
}
