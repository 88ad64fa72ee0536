"""With `data = "schema"` no value leaves, whatever holds it: each kind that can be asked about.

A new kind of value is a new line in `planted`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from nbchat.context.question import compose
from nbchat.messages import Image
from nbchat.runtime import Runtime
from nbchat.settings_values import Data

from ..fakes.provider import Service, answer, said
from ..trusted import write_trusted
from .notebooks import Variables

CELLS = 10_000
MARK = "Zq"  # how each planted value begins


@pytest.fixture
def alone(service: Service, monkeypatch: pytest.MonkeyPatch) -> Iterator[Runtime]:
    monkeypatch.setenv("KIMI_API_KEY", "sk-test-0123456789")
    monkeypatch.setenv("KIMI_BASE_URL", f"{service.url}/v1")
    service.always(answer(*said("Yes.")))
    opened = Runtime()
    yield opened
    opened.close()


def planted() -> dict[str, Any]:
    """Values of many kinds, with 10,000 texts and numbers in them that nobody else has."""
    numbers = itertools.count(1)

    def text() -> str:
        return f"{MARK}{next(numbers):05}xk"

    def number() -> int:
        return 918_273_000_000 + next(numbers)

    values: dict[str, Any] = {
        "one_text": text(),
        "one_number": number(),
        "long_text": "\n".join(text() for _ in range(200)),
        "a_list": [text() for _ in range(200)],
        "a_dict": {text(): number() for _ in range(200)},
        "nested": {"a": [{"b": text(), "c": (number(), {text()})} for _ in range(100)]},
        "some_bytes": text().encode(),
        "error": ValueError(text()),
        "chained": KeyError(text()),
    }
    values["Out"] = {3: text(), 4: [text()]}
    values["a_path"] = Path(f"{text()}.csv")
    values["a_path"].write_text(text())
    values["a_folder"] = Path(text())
    values["a_folder"].mkdir()
    values["no_path"] = Path(text())
    pandas = pytest.importorskip("pandas")
    rows = (CELLS - next(numbers)) // 6
    values["df"] = pandas.DataFrame({"a": [text() for _ in range(rows)], "b": range(rows)})
    values["df"]["c"] = [number() for _ in range(rows)]
    values["df"]["d"] = pandas.Categorical([text() for _ in range(rows)])
    values["by_text"] = pandas.DataFrame({"v": [number() for _ in range(rows)]})
    values["by_text"].index = [text() for _ in range(rows)]
    values["series"] = pandas.Series([text() for _ in range(rows)], name="s")
    values["index"] = pandas.Index([text() for _ in range(100)])
    polars = pytest.importorskip("polars")
    kinds = polars.Enum([text()])
    values["enum_column"] = polars.Series([*kinds.categories], dtype=kinds)
    values["enum_frame"] = values["enum_column"].to_frame("e")
    numpy = pytest.importorskip("numpy")
    values["array"] = numpy.array([number() for _ in range(200)])
    values["objects"] = numpy.array([text() for _ in range(100)], dtype=object)
    return values


def leaks(service: Service) -> list[str]:
    bodies = b"\n".join(request.body for request in service.requests).decode()
    found = [bodies[at : at + 12] for at in range(len(bodies)) if bodies.startswith(MARK, at)]
    return [*found, *(["a number"] if "918273000" in bodies or "918,273" in bodies else [])]


def ask(alone: Runtime, typed: str, notebook: Variables, data: Data, **options: Any) -> None:
    """Ask as a cell does."""
    question = compose(typed, notebook, data=data, **options)
    stream = alone.chat("test").open(question.content, "kimi-k2.6", inserted=question.inserted)
    stream.turn.note_typed(typed, question.data)
    alone.bridge.wait(stream)


def test_none_of_10_000_values_is_on_the_wire(
    alone: Runtime, service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_trusted(tmp_path, 'data = "schema"\n')
    monkeypatch.chdir(tmp_path)
    notebook = Variables(planted())
    names = [*(name for name in notebook.variables if name != "Out"), "Out[3]", "Out[4]"]
    for form in ("", ":all", ":schema", ":20"):
        words = " ".join(f"{{{name}{form}}}" for name in names)
        ask(alone, words, notebook, "schema", images=[Image(b"\x89PNG")])
    ask(alone, "And these?", notebook, "schema", names=names)

    assert len(service.requests) == 5
    assert leaks(service) == []
    assert b"image_url" not in service.requests[-1].body
    last = service.requests[-1].json["messages"]
    assert [m["content"] for m in last if m["role"] == "assistant"] == ["Yes."] * 4


def test_nothing_of_earlier_values_leaves_once_the_setting_says_so(
    alone: Runtime, service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    notebook = Variables(planted())
    for name in ("df", "one_text", "a_dict"):
        ask(alone, f"About {{{name}}}?", notebook, "brief")
    assert leaks(service) != []
    service.requests.clear()

    write_trusted(tmp_path, 'data = "schema"\n')
    ask(alone, "And now?", notebook, "schema")

    assert leaks(service) == []
    assert [m["content"] for m in service.requests[-1].json["messages"]][::2] == [
        "About {df}?",
        "About {one_text}?",
        "About {a_dict}?",
        "And now?",
    ]
