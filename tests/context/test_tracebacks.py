"""An error as a model is told it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from nbchat.context.expand import expand
from nbchat.context.forms import Form
from nbchat.context.tracebacks import LONGEST, traceback_text
from nbchat.context.values import show

from ..running_kernel import RunningKernel
from .test_frames import error_of

pytestmark = [pytest.mark.field("V6"), pytest.mark.field("N3")]


def test_own_lines_are_whole_and_those_of_libraries_one_line_each() -> None:
    error = error_of("import json\n\ndef load(text):\n    return json.loads(text)\n\nload('{')\n")

    text = traceback_text(error)

    assert text.splitlines()[:11] == [
        "Traceback (most recent call last):",
        "Cell In[3], line 6, in <module>",
        "        3 def load(text):",
        "        4     return json.loads(text)",
        "        5",
        "---->   6 load('{')",
        "Cell In[3], line 4, in load",
        "        1 import json",
        "        2",
        "        3 def load(text):",
        "---->   4     return json.loads(text)",
    ]
    assert "  …/json/decoder.py:" in text
    assert text.endswith(
        "JSONDecodeError: Expecting property name enclosed in double quotes: "
        "line 1 column 2 (char 1)"
    )
    assert "\x1b" not in text


def test_causes_are_told_first_and_those_that_are_suppressed_are_not() -> None:
    source = "try:\n    {}['key']\nexcept KeyError as error:\n    raise ValueError('no') {how}"
    texts = [
        traceback_text(error_of(source.replace("{how}", how)))
        for how in ("from error", "", "from None")
    ]

    assert "KeyError: 'key'\n\nThe above exception was the direct cause of" in texts[0]
    assert "KeyError: 'key'\n\nDuring handling of the above exception" in texts[1]
    assert "KeyError" not in texts[2].replace("except KeyError", "")
    assert all(text.endswith("ValueError: no") for text in texts)


def test_a_circle_of_causes_ends() -> None:
    first, second = ValueError("first"), ValueError("second")
    first.__cause__, second.__cause__ = second, first

    assert traceback_text(first).count("ValueError: ") == 2


def test_a_group_is_told_with_its_errors() -> None:
    group = ExceptionGroup("several", [ValueError(n) for n in range(3)] + [KeyError("k")] * 4)

    text = traceback_text(group)

    assert text.startswith(
        "ExceptionGroup: several (7 sub-exceptions)\n  ── 1 of 7\n  │ ValueError: 0"
    )
    assert text.endswith("… 2 more errors")


@pytest.mark.parametrize(
    "source",
    ["def f(n): return f(n + 1)\nf(0)", "def f(n): return g(n)\ndef g(n): return f(n)\nf(0)"],
    ids=["one function", "two functions"],
)
def test_a_thousand_equal_steps_are_folded(source: str) -> None:
    text = traceback_text(error_of(source))

    assert " more times\n" in text
    assert len(text) < 1500
    assert "RecursionError: maximum recursion depth exceeded" in text


def test_a_syntax_error_has_a_mark_below_its_place() -> None:
    error = error_of("x = 1\nif x:\n    print('a)\n")

    assert traceback_text(error) == (
        "Cell In[3], line 3\n    print('a)\n          ^\nSyntaxError: unterminated string literal"
    ) or traceback_text(error).endswith("SyntaxError: unterminated string literal")


def test_notes_are_told() -> None:
    error = ValueError("no")
    error.add_note("in the third row")

    assert traceback_text(error) == "ValueError: no\nin the third row"


def test_no_message_leaves_where_no_value_may() -> None:
    source = (
        "secret = '4711'\nimport ast\n"
        "try:\n    ast.literal_eval('(4711')\nexcept SyntaxError as e:\n"
    )
    error = error_of(
        f"{source}    e.add_note(secret)\n    raise ExceptionGroup(secret, [ValueError(secret)])"
    )

    text = traceback_text(error, with_message=False)

    assert "4711" not in text.replace("'4711'", "").replace("'(4711'", "")  # what the cell says
    assert "SyntaxError" in text
    assert text.endswith("ValueError")
    assert show("err", ValueError("4711"), Form("schema")).text == "err (ValueError)"


def test_a_long_one_is_cut_in_its_middle_at_lines() -> None:
    steps = "".join(f"def f{n}(x):\n    return f{n + 1}(x)  # {'long ' * 20}\n" for n in range(80))
    error = error_of(f"{steps}def f80(x): raise ValueError('word ' * 5000)\nf0(1)")

    text = traceback_text(error)

    assert len(text) <= LONGEST
    assert text.startswith(
        "Traceback (most recent call last):\nCell In[3], line 162, in <module>\n"
    )
    assert "characters left out) …\n" in text
    assert "ValueError: word word" in text
    assert text.endswith("word ")


def test_a_message_that_cannot_be_said_is_told_as_that() -> None:
    class Mute(Exception):
        def __str__(self) -> str:
            raise SystemExit

    assert traceback_text(Mute()) == "Mute: (its message raises SystemExit)"


def test_colours_and_paths_of_the_user_stay() -> None:
    error = ImportError("no \x1b[31mred\x1b[0m\x9b1m (/home/ada/lab/load/x.py)\x07")
    error.path = "/home/ada/lab/load/x.py"
    error.add_note("\x1b]52;c;aGk=\x07note")

    assert traceback_text(error) == "ImportError: no red (…/load/x.py)\nnote"


def test_an_error_in_a_question_is_a_block() -> None:
    got = expand("Why {err}?", {"err": ZeroDivisionError("division by zero")})

    assert got.text == "Why err?"
    assert got.blocks["err"].endswith(
        "`err` (ZeroDivisionError):\n```\nZeroDivisionError: division by zero\n```"
    )


# --- in a kernel ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningKernel]:
    with RunningKernel(cwd=tmp_path_factory.mktemp("errors")) as kernel:
        kernel.run("from nbchat.context.tracebacks import traceback_text\nimport sys")
        yield kernel


def test_a_cell_is_named_as_people_see_it(kernel: RunningKernel) -> None:
    kernel.run("def half(x):\n    return x / 0")
    kernel.run("half(3)")

    told = kernel.run("print(traceback_text(sys.last_value))").text

    assert "Cell In[2], line 2, in half\n" in told
    assert "---->   2     return x / 0\n" in told
    assert told.startswith("Traceback (most recent call last):\nCell In[3], line 1, in <module>\n")


def test_a_syntax_error_of_a_cell_is_told_without_the_steps_of_its_reader(
    kernel: RunningKernel,
) -> None:
    kernel.run("x = print('a)")

    told = kernel.run("print(traceback_text(sys.last_value))").text

    assert told.startswith("Cell In[")
    assert told.endswith("SyntaxError: unterminated string literal\n")


def test_an_error_of_a_file_has_its_lines(kernel: RunningKernel, tmp_path: Path) -> None:
    (tmp_path / "own_module.py").write_text("def fail():\n    raise LookupError('here')\n")
    kernel.run(f"sys.path.insert(0, {str(tmp_path)!r})\nimport own_module")
    kernel.run("own_module.fail()")

    told = kernel.run("print(traceback_text(sys.last_value))").text

    assert "/own_module.py, line 2, in fail\n" in told
    assert "---->   2     raise LookupError('here')\n" in told
