"""The one script that a page is sent: small, whole, and in every language."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from nbchat.frontends.panel import ChatPanel, source
from nbchat.frontends.panel.page_messages import read_message

CONTRIBUTING = (Path(__file__).parents[3] / "CONTRIBUTING.md").read_text("utf-8")


@pytest.mark.field("P14")
def test_a_panel_sends_no_more_than_the_pages_say() -> None:
    """Its script goes over the channel with every panel and every reload of a page, as it is."""
    limit = re.search(r"at most (\d+) kB", CONTRIBUTING)

    assert limit
    assert len(ChatPanel().get_state("_esm")["_esm"].encode()) <= int(limit[1]) * 1000


@pytest.mark.field("P14")
def test_a_page_is_sent_the_scripts_themselves() -> None:
    """No code that makes code: what a page may run is decided where anywidget starts it."""
    sent = ChatPanel().get_state("_esm")["_esm"]

    for name in source.SCRIPTS:
        assert "\n".join(source.lines(name)) in sent
    for word in ("eval(", "import(", "new Function", "text/javascript"):
        assert word not in sent


@pytest.mark.parametrize("name", [*source.SCRIPTS, *source.STYLES])
def test_remarks_are_left_out_and_nothing_else(name: str) -> None:
    written = [line.strip() for line in (source.FOLDER / name).read_text("utf-8").splitlines()]
    kept = source.lines(name)
    for line in filter(None, written):
        if kept and line == kept[0]:
            kept.pop(0)
        else:
            assert line.startswith(("//", "/*", "*"))

    assert kept == []
    assert all(line.count("`") % 2 == 0 for line in written)  # no text goes over lines


def test_every_file_of_the_page_is_sent() -> None:
    there = {path.name for path in source.FOLDER.iterdir() if path.suffix in (".js", ".css")}

    assert there == {*source.SCRIPTS, *source.STYLES}


def test_every_word_is_there_in_every_language_and_is_used() -> None:
    english, chinese = source.words()["en"], source.words()["zh"]
    scripts = "\n".join(line for name in source.SCRIPTS for line in source.lines(name))
    scripts += str(source.options_shown())

    assert english.keys() == chinese.keys()
    stops = {"interrupted", "broken", "length", "filter"}
    places = {"the cell", "the panel"}
    states = {"running", "asking", "held"}
    named_by_python = {*stops, *places, *states, "needs", "retired", "local"}
    for word, text in english.items():
        assert word in named_by_python or re.search(rf"\b{word}\b", scripts), word
        assert re.findall(r"\{\d\}", text) == re.findall(r"\{\d\}", chinese[word])


def test_every_word_that_is_said_is_in_the_table() -> None:
    scripts = "\n".join(line for name in source.SCRIPTS for line in source.lines(name))

    words = set(re.findall(r"\bphrase\(\s*\"(\w+)\"", scripts))
    assert words - source.words()["en"].keys() == set()


def test_the_files_of_the_page_are_read_when_the_first_panel_is_made() -> None:
    code = (
        "from nbchat.frontends.panel import ChatPanel, source\n"
        "before = source.shared_script.cache_info().currsize\n"
        "panel = ChatPanel()\n"
        "assert (before, source.shared_script.cache_info().currsize) == (0, 1)\n"
        "assert panel.get_state('_esm') == {'_esm': source.script()}\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_the_page_offers_what_python_takes() -> None:
    offered = source.options_shown()

    numbers = offered["numbers"]

    assert numbers["temperature"] == {"min": 0, "max": 2, "step": 0.1}
    assert numbers["max_tokens"] == {"min": 1, "max": 10_000_000, "step": 1}
    for name, limits in numbers.items():
        for value in (limits["min"], limits["max"]):
            assert read_message({"kind": "choose", name: value})
        assert read_message({"kind": "choose", name: limits["max"] + 1}) is None
    for word in offered["thinking"]:
        assert read_message({"kind": "choose", "thinking": word})
    assert read_message({"kind": "choose", "thinking": "deep"}) is None
    assert f"const OPTIONS = {json.dumps(offered)};" in source.script()
