"""What a person sees of tools that have run: calm lines that open, at any width and anywhere."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest

from nbchat.display import answer_bundle
from nbchat.messages import Text, ToolCall, ToolResult
from nbchat.render import answer_html
from nbchat.render.tool_calls import running_html

from ..nightly import by_day
from ..render.acted import acted, answer_of, ran
from ..render.payloads import EVERYTHING
from .lab import Lab

SHOW = "import json\nfrom IPython.display import display\ndisplay(json.load(open({!r})), raw=True)"
ONE_LINE = 28  # pixels; two lines are higher
CALLS = 6

# Of each call: whether it is folded, and how high it is; whether anything is wider than its place.
LOOK = """() => {
  const page = document.querySelector('.nbc');
  const tools = [...page.querySelectorAll('details')].filter(e => e.querySelector('summary > b'));
  return {
    open: tools.filter(e => e.open).length,
    heights: tools.map(e => e.querySelector('summary').offsetHeight),
    figure: [...page.querySelectorAll('img')].map(e => e.checkVisibility() && e.naturalWidth),
    wide: page.scrollWidth > page.clientWidth,
    text: page.innerText,
  }
}"""
OPEN = "() => document.querySelectorAll('.nbc details').forEach(e => { e.open = true })"


@pytest.fixture
def shown(lab: Lab) -> Iterator[Any]:
    """A notebook that shows an answer for which tools have run."""
    (lab.folder / "notebooks" / "acted.json").write_text(json.dumps(answer_bundle(acted())))
    opened = []

    def opens(path: str = "", **options: Any) -> Any:
        notebook = lab.open(SHOW.format("acted.json"), path=path, **options)
        opened.append(notebook)
        if not path:
            notebook.run(0)
        notebook.page.wait_for_selector(".jp-OutputArea-output .nbc img")
        return notebook

    yield opens
    for notebook in opened:
        assert notebook.errors == []
        notebook.close()


@pytest.mark.parametrize("dark", by_day(1, [True, False]))
@pytest.mark.parametrize("width", [700, 1200])
def test_calls_are_lines_that_open(shown: Any, dark: bool, width: int) -> None:
    notebook = shown(dark=dark, size=(width, 1500))
    page = notebook.page
    seen = page.evaluate(LOOK)

    assert seen["open"] == 0
    assert len(seen["heights"]) == CALLS
    assert max(seen["heights"]) < ONE_LINE
    assert seen["figure"] == [600]
    assert not seen["wide"]

    page.locator(".nbc-tool summary", has_text="stripplot").click()

    assert "one dot for each flower" in page.evaluate(LOOK)["text"]
    colours = page.evaluate(
        "() => new Set([...document.querySelectorAll('.nbc-tool[open] pre *')]"
        ".map(e => getComputedStyle(e).color)).size"
    )
    assert colours > 2


def test_a_notebook_that_is_not_trusted_shows_the_same_words(shown: Any, lab: Lab) -> None:
    notebook = shown()
    notebook.save()
    saved = lab.folder / "notebooks" / notebook.path
    copy = saved.with_name(f"stranger-{saved.name}")
    copy.write_text(saved.read_text().replace("import json", "import  json"))
    stranger = shown(copy.name)
    for one in (notebook, stranger):
        one.page.evaluate(OPEN)
    seen = stranger.page.evaluate(LOOK)

    assert stranger.page.locator(".jp-OutputArea-output style").count() == 0
    assert seen["text"] == answer_text(notebook)
    assert seen["figure"] == [600]


def answer_text(notebook: Any) -> str:
    text: str = notebook.page.evaluate(LOOK)["text"]
    return text


@pytest.fixture
def page(chromium: Any) -> Iterator[Any]:
    page = chromium.new_page()
    yield page
    page.close()


@pytest.mark.parametrize("width", [320, 400, 1200])
def test_a_page_without_jupyter_shows_the_same(page: Any, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.set_content(f"<!doctype html>{answer_html(acted(), footer=['kimi-k2-thinking'])}")
    seen = page.evaluate(LOOK)

    assert (seen["open"], len(seen["heights"]), seen["wide"]) == (0, CALLS, False)
    assert max(seen["heights"]) < ONE_LINE
    page.evaluate(OPEN)
    assert not page.evaluate(LOOK)["wide"]
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")


def test_all_that_a_tool_has_said_begins_at_one_edge(page: Any) -> None:
    """A table of it is shown as it is, words are broken, and what is long goes on in a fold."""
    said = "a  table\n" * 20 + "words\n" * 5
    answer = answer_of(*ran("run", {"code": "x"}, said), *ran("weather", {}, "sunny"))
    page.set_content(f"<!doctype html>{answer_html(answer)}")
    page.evaluate(OPEN)
    edges = page.evaluate(
        """() => [...document.querySelectorAll(".nbc-tool :not(fieldset) > pre")].map(
            pre => pre.getBoundingClientRect().left + parseFloat(getComputedStyle(pre).paddingLeft)
        )"""
    )

    assert len(edges) == 3
    assert len(set(edges)) == 1


def test_it_can_be_read_where_all_style_is_taken_away(page: Any) -> None:
    """As GitHub does."""
    html = answer_html(acted())
    bare = re.sub(r"<style>.*?</style>", "", html)
    bare = re.sub(r' (?:class|style|dir|tabindex)=(?:"[^"]*"|[^ >]*)', "", bare)
    page.set_content(f"<!doctype html><div class=nbc>{bare}</div>")
    seen = page.evaluate(LOOK)

    assert (seen["open"], len(seen["heights"])) == (0, CALLS)
    assert "run · failed · df" in seen["text"]
    assert "not now" not in seen["text"]


def test_it_can_be_read_where_nbconvert_has_put_it(page: Any, tmp_path: Path) -> None:
    cell = nbformat.v4.new_code_cell("%%chat\nWhich feature?", id="a")
    cell.outputs = [nbformat.v4.new_output("display_data", answer_bundle(acted()))]
    path = tmp_path / "a.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), path)
    for form in ("html", "markdown"):
        subprocess.run(
            [sys.executable, "-m", "nbconvert", "--to", form, str(path)],
            check=True,
            capture_output=True,
            env={**os.environ, "JUPYTER_PATH": sys.prefix},
        )
    page.goto(path.with_suffix(".html").as_uri())
    seen = page.evaluate(LOOK)
    block = path.with_suffix(".md").read_text("utf-8").partition('<div class="nbc')[2]

    assert (seen["open"], len(seen["heights"]), seen["figure"]) == (0, CALLS, [600])
    assert max(seen["heights"]) < ONE_LINE
    assert re.search(r"\n[ \t]*\n", block.partition("Nothing was written.")[0]) is None


def test_nothing_of_a_tool_acts_on_a_page(page: Any) -> None:
    """Each payload as a name, an argument, code and a result; while it runs, and later."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda dialog: (asked.append("a dialog"), dialog.dismiss()))
    html = []
    for payload in EVERYTHING:
        call, result = ran(payload, {"code": payload, payload: payload}, f"{payload}\n" * 25)
        other = ToolCall("x", payload, None, payload)
        refused = ToolResult("x", payload, [payload, payload], error=True)
        answer = answer_of(call, result, Text("So."), other, refused)
        html += [answer_html(answer), f"<div class=nbc>{running_html(call, payload)}</div>"]
    page.goto("about:blank")
    page.set_content(f"<!doctype html><meta charset=utf-8>{''.join(html)}")
    page.evaluate(OPEN)
    page.mouse.move(200, 200)
    page.wait_for_function("document.readyState === 'complete'")

    assert [url for url in asked if url != "about:blank"] == []
    assert page.locator(".nbc-tool").count() == 3 * len(EVERYTHING)
    assert page.locator("img, script, iframe, a, form, input, svg, object").count() == 0
