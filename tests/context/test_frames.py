"""Which steps of an error are the user's own, and what their files are called."""

from __future__ import annotations

import json
import linecache
from pathlib import Path
from typing import Any

import pytest

from nbchat.context import frames
from nbchat.context.frames import Frame, cell_name, cell_number, frames_of, is_own, short_path

pytestmark = [pytest.mark.field("V6"), pytest.mark.field("N3")]


def error_of(source: str, filename: str = "<ipython-input-3-4a5b6c>") -> BaseException:
    """What a cell raises."""
    linecache.cache[filename] = (len(source), None, source.splitlines(True), filename)
    names: dict[str, Any] = {"__name__": "__main__"}
    try:
        exec(compile(source, filename, "exec"), names)
    except BaseException as error:
        traceback = error.__traceback__
        return error.with_traceback(traceback.tb_next if traceback else None)
    raise AssertionError("nothing was raised")


def own_frames(error: BaseException) -> list[Frame]:
    return [frame for frame in frames_of(error) if is_own(frame.filename)]


def test_own_steps_have_their_cell_their_line_and_their_names() -> None:
    error = error_of(
        "import json\ndef load(text):\n    size = 3\n    return json.loads(text)\nload('')"
    )

    outer, inner = own_frames(error)

    assert (outer.function, outer.line, outer.source) == ("<module>", 5, "load('')")
    assert outer.variables == {}
    assert (inner.function, inner.line, cell_number(inner.filename)) == ("load", 4, 3)
    assert inner.source == "    return json.loads(text)"
    assert inner.variables == {"text": "", "size": 3}
    assert frames_of(error)[-1].filename.endswith("decoder.py")


def test_steps_that_only_led_to_the_users_code_are_left_out() -> None:
    source = "import json\njson.loads('[1]', parse_int=lambda text: 1 / 0)"

    assert [frame.function for frame in own_frames(error_of(source))] == ["<module>", "<lambda>"]
    assert frames_of(error_of(source))[0].function == "<module>"


def test_a_file_of_a_library_is_not_the_users() -> None:
    assert is_own(__file__)
    for library in (json, pytest, frames):
        assert not is_own(str(library.__file__))
    for made in ("<string>", "<frozen importlib._bootstrap>", "/nowhere/at_all.py"):
        assert not is_own(made)


def test_a_cell_is_called_by_its_number() -> None:
    assert cell_name("<ipython-input-12-4a5b6c>") == "Cell In[12]"
    assert cell_name("/tmp/ipykernel_77/123456.py") == "Cell"
    assert cell_name("C:\\Temp\\ipykernel_77\\123456.py") == "Cell"
    assert cell_name(__file__) == ""


def test_a_path_is_told_without_the_name_of_the_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    assert short_path(str(tmp_path / "src" / "model.py")) == "src/model.py"
    assert short_path("/home/ada/project/src/model.py") == "…/src/model.py"
    assert short_path(str(json.__file__)) == "…/json/__init__.py"
    assert (
        short_path("C:\\env\\Lib\\site-packages\\pandas\\core\\frame.py")
        == "…/pandas/core/frame.py"
    )
