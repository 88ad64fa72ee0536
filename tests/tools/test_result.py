"""What a call gave, as the model is told it."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib
import numpy
import pandas
import pytest
from PIL import Image as Pillow
from pydantic import BaseModel

from nbchat.context.cells import Output
from nbchat.messages import Content, File, Image
from nbchat.settings_values import Data
from nbchat.tools.result import error_content, own_content, result_content

matplotlib.use("agg")
KEY = "sk-4dG7hQ2xW9pLr5Tz"


@dataclass
class Point:
    x: int
    y: int


class Person(BaseModel):
    name: str


class Silent:
    """Says nothing of itself."""


class Hostile:
    def __repr__(self) -> str:
        raise SystemExit("no")


class Named(str):
    def __str__(self) -> str:
        raise ValueError("no text")

    def __len__(self) -> int:
        return -1


def png(colour: str = "red") -> bytes:
    file = io.BytesIO()
    Pillow.new("RGB", (4, 4), colour).save(file, "PNG")
    return file.getvalue()


def told(value: object, *outputs: Output, longest: int = 8_000, data: Data = "brief") -> Content:
    return result_content(value, outputs, longest, data)


def text_of(content: Content) -> str:
    assert isinstance(content, str)
    return content


def words_of(content: Content) -> str:
    parts: Sequence[Any] = [content] if isinstance(content, str) else content
    return "\n".join(part for part in parts if isinstance(part, str))


VALUES: dict[str, tuple[Any, str]] = {
    "a text": ("three\n words", "three\n words"),
    "an empty text": ("", "it returned an empty text"),
    "nothing": (None, "it returned nothing"),
    "a number": (3, "3"),
    "a truth": (False, "False"),
    "a list": ([1, 2], "list, 2 items:\n[1, 2]"),
    "a dict": ({"a": [1]}, "dict, 1 item:\n{'a': [1]}"),
    "a dataclass": (Point(1, 2), "Point, 2 fields:\nPoint(x=1, y=2)"),
    "a model": (Person(name="Ada"), "Person, 1 field:\nPerson(name='Ada')"),
    "an array": (numpy.arange(3), "ndarray, shape (3,), int64:\n[0, 1, 2]"),
    "a table": (
        pandas.DataFrame({"a": [1, 2]}),
        "DataFrame, 2 rows × 1 column:\na\n1\n2\n# index: RangeIndex; a: int64",
    ),
    "a text of its own kind": (Named("abc"), "abc"),
}


@pytest.mark.parametrize("kind", VALUES)
def test_a_value_is_told_in_the_forms_of_the_context(kind: str) -> None:
    value, words = VALUES[kind]

    assert told(value) == words


@pytest.mark.parametrize("value", [Silent(), Hostile()], ids=["silent", "hostile"])
def test_of_what_cannot_be_told_it_is_said_why(value: object) -> None:
    said = text_of(told(value))

    assert said.startswith("the result is ")
    assert "; send" not in said


def test_a_list_is_told_as_far_as_there_is_room() -> None:
    people = [{"name": f"person {number}", "age": number} for number in range(150)]

    assert "person 149" in text_of(told(people))


# --- pictures ---------------------------------------------------------------------------------


def figure() -> Any:
    from matplotlib.figure import Figure

    made = Figure(figsize=(1, 1))
    made.add_subplot().plot([1, 2])
    return made


PICTURES: dict[str, Any] = {
    "ours": lambda: Image(png()),
    "bytes": lambda: png(),
    "pillow": lambda: Pillow.new("RGB", (4, 4)),
    "matplotlib": figure,
    "lines of a plot": lambda: figure().axes[0].plot([2, 1]),
}


@pytest.mark.parametrize("kind", PICTURES)
def test_a_picture_is_an_image(kind: str) -> None:
    [picture] = told(PICTURES[kind]())

    assert isinstance(picture, Image)
    assert picture.media_type == "image/png"


def test_a_list_of_texts_and_pictures_is_told_in_its_order() -> None:
    document = File(b"%PDF-1.7", name="a.pdf")

    parts = told(["before", Pillow.new("RGB", (4, 4)), 3, "after", document])

    assert [part if isinstance(part, str) else type(part) for part in parts] == [
        "before",
        Image,
        "3\n\nafter",
        File,
    ]


def test_tables_and_pictures_in_a_list_or_a_dict_are_told_each() -> None:
    frame = pandas.DataFrame({"a": [1, 2]})
    table = str(told(frame))

    assert told([frame, "and", frame]) == f"{table}\n\nand\n\n{table}"
    assert told({"train": frame, 2: 0.5}) == f"'train':\n\n{table}\n\n2:\n\n0.5"
    named = told({"plot": Pillow.new("RGB", (4, 4)), "n": 3})
    assert [part if isinstance(part, str) else type(part) for part in named] == [
        "'plot':",
        Image,
        "'n':\n\n3",
    ]


def test_what_was_drawn_goes_along_once() -> None:
    drawn = Output("display", "[figure 4×4]", Image(png()))

    assert told(None, drawn) == [Image(png())]
    assert told(Image(png()), drawn) == [Image(png())]
    assert told(3, drawn) == [Image(png()), "it returned:\n\n3"]


def test_of_very_many_pictures_the_first_go() -> None:
    drawn = [Output("display", "", Image(png())) for _ in range(25)]

    parts = told(None, *drawn)

    assert sum(isinstance(part, Image) for part in parts) == 20
    assert parts[-1] == "… 5 more pictures left out …"


# --- what was printed -------------------------------------------------------------------------


def test_what_was_printed_is_the_result_of_what_returned_nothing() -> None:
    assert told(None, Output("stdout", "hello\n"), Output("stderr", "careful")) == "hello\ncareful"
    assert told(None, Output("stdout", "\n")) == "it returned nothing"


def test_what_was_printed_goes_before_the_value() -> None:
    assert told(3, Output("stdout", "half way\n")) == "half way\n\nit returned:\n\n3"


# --- bounds -----------------------------------------------------------------------------------


@pytest.mark.parametrize("longest", [500, 8_000])
@pytest.mark.parametrize(
    "value",
    [
        "a" * 5_000_000,
        ["b" * 100] * 1000,
        {"a": "c" * 100_000},
        pandas.DataFrame({"a": ["d" * 900] * 99}),
    ],
    ids=["text", "list", "dict", "table"],
)
def test_the_middle_of_a_long_result_is_left_out(value: object, longest: int) -> None:
    said = text_of(told(value, Output("stdout", "p" * 20_000), longest=longest))

    assert len(said) <= longest
    assert said.startswith("p")
    assert "characters left out" in said


def test_how_much_is_left_out_is_right() -> None:
    said = text_of(told("a" * 1_000_000, longest=1_000))

    kept = said.count("a") - "characters".count("a")
    assert f"… {1_000_000 - kept:,} characters left out …" in said
    assert len(said) <= 1_000


def test_a_short_text_is_whole_beside_a_long_one() -> None:
    said = text_of(told("short", Output("stdout", "p" * 20_000), longest=1_000))

    assert said.endswith("it returned:\n\nshort")


def test_keys_are_masked_wherever_they_stand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIMI_API_KEY", KEY)

    for longest in range(500, 560):
        said = text_of(
            told(f"{'a' * 190}{KEY}{'b' * 3000}", Output("stdout", KEY), longest=longest)
        )
        assert KEY[:10] not in said
        assert "[KIMI_API_KEY]" in said
    assert KEY not in text_of(told({"key": KEY}))
    assert KEY not in text_of(failed(ValueError(f"refused: {KEY}")))


def test_invisible_characters_stay() -> None:
    assert told("a\u200bb\u202ec") == "a\u200bb\u202ec"


# --- no data ----------------------------------------------------------------------------------

SECRET = "Ada Lovelace"


@pytest.mark.parametrize(
    "value",
    [
        SECRET,
        [SECRET],
        {"name": SECRET},
        Person(name=SECRET),
        pandas.DataFrame({"name": [SECRET]}),
        numpy.array([SECRET]),
        [SECRET, Image(png())],
        Image(png()),
        figure(),
        Named(SECRET),
        SECRET.encode(),
        Silent(),
    ],
    ids=lambda value: type(value).__name__,
)
def test_without_data_no_value_leaves(value: object) -> None:
    content = told(
        value, Output("stdout", SECRET), Output("display", "", Image(png())), data="schema"
    )

    said = text_of(content)
    assert "Ada" not in said
    assert 'what it printed and drew is not sent: data = "schema"' in said


def test_without_data_the_shape_is_told() -> None:
    said = text_of(told(pandas.DataFrame({"name": [SECRET]}), data="schema"))

    assert said.startswith("DataFrame, 1 row × 1 column:\nindex: RangeIndex\nname: ")
    assert told(SECRET, data="schema") == "the result (str, 12 characters)"


def test_a_tool_that_minds_the_data_says_itself_what_leaves() -> None:
    assert own_content("df: DataFrame, 3 rows", 8_000) == "df: DataFrame, 3 rows"


# --- errors -----------------------------------------------------------------------------------


def failed(
    error: BaseException, *outputs: Output, data: Data = "brief", longest: int = 8_000
) -> Content:
    try:
        raise error
    except BaseException as raised:
        return error_content(raised, outputs, longest, data)


class BadWords(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no words")


class Exits(Exception):
    def __str__(self) -> str:
        raise SystemExit(3)


class NoText(Exception):
    def __str__(self) -> str:
        return 3  # type: ignore[return-value]


def test_an_error_is_told_with_the_lines_of_the_person() -> None:
    def divide(by: int) -> float:
        return 1 / by

    try:
        pandas.Series([0]).map(divide)
    except ZeroDivisionError as error:
        said = text_of(error_content(error, (), 8_000))

    assert said.endswith("ZeroDivisionError: division by zero")
    assert "---->" in said
    assert "return 1 / by" in said
    assert "pandas/" not in said


def test_an_error_of_libraries_alone_is_its_kind_and_words() -> None:
    with pytest.raises(ValueError, match="invalid literal") as raised:
        int("x")
    raised.value.__traceback__ = None

    assert error_content(raised.value, (), 8_000) == (
        "ValueError: invalid literal for int() with base 10: 'x'"
    )


@pytest.mark.parametrize("error", [BadWords(), Exits(), NoText()], ids=lambda e: type(e).__name__)
def test_an_error_that_cannot_say_what_it_is_is_told_by_its_kind(error: Exception) -> None:
    assert type(error).__name__ in text_of(failed(error))


def test_without_data_an_error_is_its_kind_and_its_line() -> None:
    said = text_of(failed(ValueError(SECRET), Output("stdout", SECRET), data="schema"))

    assert "ValueError" in said
    assert "Ada" not in said
    assert "line " in said


def test_what_was_printed_before_an_error_is_told() -> None:
    said = text_of(failed(ValueError("no"), Output("stdout", "half way\n")))

    assert said.startswith("half way\n\n")
    assert said.endswith("ValueError: no")
    drawn = failed(ValueError("no"), Output("display", "", Image(png())))
    assert drawn[0] == Image(png())
    assert words_of(drawn).endswith("ValueError: no")


def test_a_long_error_is_cut() -> None:
    assert len(text_of(failed(ValueError("x" * 100_000), longest=500))) <= 500
