"""A value is looked at by its class: what an instance would answer is never asked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure

from nbchat.context.classes import is_a, is_from, method
from nbchat.context.expand import expand
from nbchat.context.forms import Form
from nbchat.context.values import show
from nbchat.errors import Interrupted

from ..nightly import examples
from ..running_kernel import RunningKernel
from ..waiting import until
from .zoo import (
    ASKED,
    NAMES,
    REFUSES,
    SAYS,
    SHOWN,
    Fatal,
    OnTheInstance,
    Picture,
    _raise,
    with_text,
)

pytestmark = pytest.mark.field("P8")

ROOT = Path(__file__).parents[2]
ALL = {name: value for name, (value, _) in {**SAYS, **REFUSES}.items()}


@pytest.fixture(autouse=True)
def nothing_asked() -> Iterator[None]:
    ASKED.clear()
    yield
    ASKED.clear()


@pytest.mark.parametrize("name", SAYS)
def test_an_odd_object_is_its_text_and_is_asked_for_nothing_else(name: str) -> None:
    value, words = SAYS[name]

    got = expand("What is {x}?", {"x": value})

    assert got.text.startswith(f"What is {words}")
    assert got.attached == []
    assert [label.partition(" (")[0] for label in got.inserted] == ["x"]
    assert ASKED == []


@pytest.mark.field("V3")
@pytest.mark.parametrize("name", REFUSES)
def test_an_object_without_a_text_is_refused_in_one_line(name: str) -> None:
    value, raised = REFUSES[name]

    got = expand("What is {x}?", {"x": value})

    (line,) = got.inserted
    assert line.startswith(f"x is not sent: its str raises {raised}")
    assert len(line) < 500
    assert line.isprintable()
    assert (got.text, got.blocks) == ("What is x?", {})
    assert ASKED == []


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("form", [Form("schema"), Form("all"), Form("rows", 3)], ids=str)
def test_no_form_asks_for_more(name: str, form: Form) -> None:
    show("x", ALL[name], form)
    show("x", [ALL[name]], form)

    assert ASKED == []


@pytest.mark.parametrize("name", ALL)
def test_under_schema_only_its_kind_is_told(name: str) -> None:
    shown = show("x", ALL[name], Form(), "schema")

    assert shown.text.startswith("x (") or shown.refusal.endswith("a figure shows values")
    assert SAYS.get(name, ("", "?"))[1] not in shown.text
    assert ASKED == []


@pytest.mark.parametrize("name", SHOWN)
def test_what_is_shown_by_its_kind_is_asked_for_nothing_else(name: str) -> None:
    value, words = SHOWN[name]

    shown = show("x", value, Form())
    show("x", [value], Form())
    show("x", value, Form("schema"))

    assert words in shown.text
    assert ASKED == []


def test_stopping_a_value_that_goes_on_for_ever_sends_nothing() -> None:
    endless = with_text(lambda: _raise(KeyboardInterrupt()))

    with pytest.raises(Interrupted, match=r"x was still working on its str; nothing was sent"):
        expand("What is {x}?", {"x": endless})


def test_objects_that_are_not_named_are_not_asked_either() -> None:
    """Every variable is sorted, to know which names can be meant."""
    got = expand("What is {n}, and {likely_table}?", {**ALL, "n": 3})

    assert got.text == "What is 3, and {likely_table}?"
    assert ASKED == []


def test_a_method_of_the_class_draws_and_one_of_the_instance_does_not() -> None:
    drawn = Picture()

    assert show("it", drawn, Form()).attached
    assert not show("it", OnTheInstance(), Form()).attached
    assert method(drawn, "_repr_png_") is not None
    assert method(OnTheInstance(), "_repr_png_") is None


def test_a_figure_is_drawn_by_its_class_whatever_the_instance_holds() -> None:
    fig = Figure()
    object.__setattr__(fig, "savefig", lambda *_, **__: ASKED.append("savefig"))

    assert show("fig", fig, Form()).attached
    assert ASKED == []


def test_what_a_module_pretends_to_be_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "polars", SAYS["any_name"][0])

    assert not is_from(3, "polars", "DataFrame")
    assert show("x", 3, Form()).text == "3"
    assert ASKED == []


# --- any object ----------------------------------------------------------------------------------


def _behaviours(name: str) -> dict[str, Any]:
    def act(*_: Any, **__: Any) -> Any:
        ASKED.append(name)
        return act

    def fail(*_: Any, **__: Any) -> Any:
        ASKED.append(name)
        raise Fatal(name)

    return {"a property": property(fail), "a callable": act, "an object": object(), "None": None}


HOOKS = ("__getattr__", "__getattribute__", "__call__", "__iter__", "__len__", "__bool__", "__eq__")
LISTED = ("_repr_png_", "_repr_jpeg_", "_repr_mimebundle_", "_repr_markdown_", "_repr_latex_")
UNASKED = tuple(name for name in NAMES if name not in LISTED)  # on the class, those are asked
members = st.dictionaries(
    st.sampled_from(UNASKED), st.sampled_from(["a property", "a callable", "an object", "None"])
)


@given(members, st.sets(st.sampled_from(HOOKS)), st.sampled_from([object, str, dict, list]))
@settings(max_examples=examples(150))
def test_no_object_is_asked_for_more_than_its_text(
    held: dict[str, str], hooks: set[str], base: type
) -> None:
    body: dict[str, Any] = {name: _behaviours(name)[what] for name, what in held.items()}
    body |= {hook: _behaviours(hook)["a callable"] for hook in hooks}
    body |= {"__str__": lambda self: "its text", "__hash__": None}
    value = base.__new__(type("Odd", (base,), body))
    ASKED.clear()

    got = expand("{x}", {"x": value})

    assert (got.text, got.attached) == ("its text", [])
    assert is_a(value, base)
    assert ASKED == []


# --- in a kernel ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningKernel]:
    env = {"PYTHONPATH": str(ROOT)}
    with RunningKernel(cwd=tmp_path_factory.mktemp("zoo"), env=env) as kernel:
        kernel.run("%load_ext nbchat\nfrom tests.context.zoo import *")
        kernel.run("globals().update({k: v for k, (v, _) in {**SAYS, **REFUSES}.items()})")
        yield kernel


def test_a_cell_asks_about_each_of_them(kernel: RunningKernel) -> None:
    names = ", ".join(f"{{{name}}}" for name in SAYS)

    ran = kernel.run(f"%%chat demo --fresh\nWhat are {names}?", watched=False)

    assert (ran.status, ran.error) == ("ok", "")
    for name in SAYS:
        assert f"{name} (" in ran.html
    assert kernel.run("print(ASKED)").text == "[]\n"


@pytest.mark.field("V3")
def test_a_cell_says_in_one_line_of_what_there_is_no_text(kernel: RunningKernel) -> None:
    names = ", ".join(f"{{{name}}}" for name in REFUSES)

    ran = kernel.run(f"%%chat demo --fresh\nWhat are {names}?", watched=False)

    assert (ran.status, ran.error) == ("ok", "")
    for name, (_, raised) in REFUSES.items():
        assert f"{name} is not sent: its str raises {raised}" in ran.html
    assert kernel.run("print(ASKED)").text == "[]\n"


def test_what_a_value_prints_is_no_output_of_the_cell(kernel: RunningKernel) -> None:
    kernel.run("loud = with_text(lambda: print('heard') or 'its text')")

    ran = kernel.run("%%chat demo --fresh\nWhat is {loud}?", watched=False)

    assert "sent loud (~3 tokens)" in ran.html or "sent loud (~2 tokens)" in ran.html
    assert not ran.of("stream")


def test_a_value_has_some_seconds_and_the_question_goes_on(kernel: RunningKernel) -> None:
    kernel.run(
        "import time\nfrom nbchat.context import asking\nasking.LONGEST_LOOK = 1.0\n"
        "slow = with_text(lambda: time.sleep(600))"
    )

    ran = kernel.run("%%chat demo --fresh\nWhat is {slow}?", watched=False)
    kernel.run("asking.LONGEST_LOOK = 600.0")

    assert ran.status == "ok"
    assert "slow is not sent: its str took more than 1 s" in ran.html


def test_stop_ends_a_value_that_never_ends(kernel: RunningKernel, tmp_path: Path) -> None:
    asleep = tmp_path / "asleep"
    kernel.run(
        "import os, time\nfrom nbchat.context import asking\nasking.LONGEST_LOOK = 600.0\n"
        "endless = with_text(lambda: never_end())\n"
        "def never_end():\n"
        f"    os.close(os.open({str(asleep)!r}, os.O_CREAT))\n"
        # A signal right before one long sleep would be seen when that is over.
        "    while True: time.sleep(0.01)"
    )
    started = kernel.start("%%chat demo --fresh\nWhat is {endless}?")
    until(asleep.exists)

    kernel.interrupt()
    ran = kernel.finish(started)

    assert ran.status == "error"
    assert ran.error.splitlines()[0].endswith("was still working on its str; nothing was sent.")
    assert kernel.run("print(1 + 1)").text == "2\n"
