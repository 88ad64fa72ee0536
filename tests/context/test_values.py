"""What every value is sent as: guarded, bounded, without keys; and what people are told of it."""

from __future__ import annotations

from typing import Any

import pytest

from nbchat.context.expand import expand
from nbchat.context.forms import Form
from nbchat.context.shown import Shown
from nbchat.context.values import VIEWS, is_data, label, show

from .zoo import _raise, with_text

KEY = "sk-canary-7Qv3xY9Zt_K2mW8pLr4NbD6"


@pytest.fixture
def key(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("KIMI_API_KEY", KEY)
    return KEY


@pytest.mark.parametrize("length", [0, 1_960, 1_990, 49_970, 49_990, 60_000])
@pytest.mark.parametrize("form", [Form(), Form("all"), Form("rows", 3)], ids=str)
def test_no_key_leaves_whatever_holds_it_and_wherever_it_is_cut(
    key: str, length: int, form: Form
) -> None:
    text = "x" * length + key + "y" * 3_000
    held: dict[str, Any] = {
        "text": text,
        "lines": f"{text}\n{text}",
        "bytes": text.encode(),
        "list": [text, key],
        "dict": {key: text},
        "said": with_text(lambda: text),
        "error": ValueError(text),
        "refused": with_text(lambda: _raise(ValueError(text[-3_100:]))),
        "class": type(f"A{key}", (), {})(),
    }
    for name, value in held.items():
        shown = show(name, value, form)

        assert key[:20] not in repr(shown), name
        assert key[-12:] not in repr(shown), name


def test_people_are_told_of_a_masked_key(key: str) -> None:
    assert expand("{it}", {"it": [key]}).inserted[0].startswith("it (1 item, 1 key masked, ~")


@pytest.mark.field("V3")
@pytest.mark.parametrize("name", ["\n", "`a`\n```", "\x1b[31m", "a" * 900])
def test_a_class_of_an_odd_name_is_told_in_one_printable_line(name: str) -> None:
    odd = type(name, (), {})
    for value in (
        odd(),
        [odd()],
        type(name, (dict,), {})(a=1),
        type(name, (ValueError,), {})("no"),
    ):
        shown = show("x", value, Form())

        for line in (shown.kind, shown.refusal, *shown.facts):
            assert line.isprintable()
            assert "`" not in line
            assert len(line) < 500


def test_a_module_stays_as_typed() -> None:
    assert expand("{x} is {y}", {"x": pytest, "y": 2}).text == "{x} is 2"
    assert not is_data(pytest)
    assert is_data(len)


def test_a_label_says_what_is_sent_and_about_how_much_it_is() -> None:
    assert label("x", Shown("list", "[1]", facts=("1 item",))) == "x (1 item, ~1 token)"
    assert label("x", Shown(refusal="x is not sent")) == "x is not sent"


def test_each_view_leaves_what_is_not_its_own() -> None:
    odd = object()

    assert [view for view in VIEWS[:-1] if view("x", odd, Form()) is not None] == []
