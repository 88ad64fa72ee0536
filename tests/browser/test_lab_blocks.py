"""Buttons on the code of an answer in a cell, in a JupyterLab with the extension."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ..fakes.provider import Service, answer, said
from ..nightly import by_day
from .glimpse import glimpsed
from .lab import Notebook
from .lab_extension import LOAD, InExtendedLab

BLOCK = "fieldset:has(.nbchat-corner)"
# Tabs, spaces at the end, empty lines, markup, a character of two units, an entity as it is typed.
CODE = "if True:\n\tx = '<b>&amp;</b> 😀'  \n\n\n    y = `1`\nprint(x)"
ANSWER = f"Here:\n\n````python\n{CODE}\n````\n\n```bash\nls -l\n```\n\n```sql\nSELECT 1\n```\n"
HOSTILE = (
    "from IPython.display import HTML\n"
    'HTML(\'<div class=nbc><fieldset><pre>print(1)<b style="display:none">; evil()</b></pre>'
    "</fieldset></div>')"
)


def using(service: Service) -> str:
    return (
        f"import os\nos.environ['OPENAI_BASE_URL'] = '{service.url}/v1'\n"
        "os.environ['OPENAI_API_KEY'] = 'k'\nos.environ['NBCHAT_MODEL'] = 'openai:slow'\n"
        "%load_ext nbchat"
    )


def press(notebook: Notebook, name: str, block: int = 0) -> None:
    box = notebook.page.locator(BLOCK).nth(block)
    box.hover()
    box.get_by_role("button", name=name, exact=True).click()


def names(notebook: Notebook, block: int) -> list[str]:
    box = notebook.page.locator(BLOCK).nth(block)
    found: list[str] = box.get_by_role("button").all_inner_texts()
    return found


def opened(in_extended_lab: InExtendedLab, service: Service, *cells: str) -> Notebook:
    service.always(answer(*said(ANSWER)))
    notebook = in_extended_lab(using(service), "x = 'mine'", "%%chat\nShow me code", *cells)
    notebook.run(0, 2)
    notebook.page.wait_for_selector(BLOCK)
    return notebook


def test_copy_and_insert_give_exactly_the_characters_that_are_shown(
    in_extended_lab: InExtendedLab, service: Service
) -> None:
    notebook = opened(in_extended_lab, service, "'the cell after'")
    notebook.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    with glimpsed(notebook.page, "Copied"):
        press(notebook, "Copy")
    copied = notebook.page.evaluate("navigator.clipboard.readText()")
    press(notebook, "Insert below", 0)
    press(notebook, "Insert below", 1)

    assert copied == CODE
    assert notebook.sources()[3:] == [CODE, "%%bash\nls -l", "'the cell after'"]
    assert notebook.page.locator(f"{BLOCK} pre").first.inner_text() == CODE


def test_only_what_can_be_a_cell_can_become_one(
    in_extended_lab: InExtendedLab, service: Service
) -> None:
    notebook = opened(in_extended_lab, service)

    assert names(notebook, 0) == ["Copy", "Insert below", "Replace cell above", "Run below"]
    assert names(notebook, 1) == names(notebook, 0)
    assert names(notebook, 2) == ["Copy"]


def test_the_cell_above_is_replaced_and_undo_brings_it_back(
    in_extended_lab: InExtendedLab, service: Service
) -> None:
    notebook = opened(in_extended_lab, service)
    notebook.page.locator(BLOCK).first.hover()
    notebook.page.get_by_role("button", name="Replace cell above").first.hover()
    notebook.page.locator(".jp-Cell.nbchat-aim").wait_for()
    aimed = notebook.page.locator(".jp-Cell.nbchat-aim .cm-content").all_inner_texts()
    with glimpsed(notebook.page, "Replaced"):
        press(notebook, "Replace cell above")
    replaced = notebook.sources()
    notebook.page.mouse.move(0, 0)
    notebook.edit(1)
    notebook.page.keyboard.press("Control+z")
    notebook.page.locator(".nbchat-aim").wait_for(state="detached")

    assert aimed == ["x = 'mine'"]
    assert replaced[1] == CODE
    assert notebook.sources()[1] == "x = 'mine'"


def test_run_below_inserts_and_runs(in_extended_lab: InExtendedLab, service: Service) -> None:
    service.always(answer(*said("```python\nprint(6 * 7)\n```")))
    notebook = in_extended_lab(using(service), "%%chat\nShow me code")
    notebook.run()
    notebook.page.wait_for_selector(BLOCK)
    press(notebook, "Run below")
    notebook.page.locator(".jp-Cell").nth(2).get_by_text("42").wait_for()

    assert notebook.sources()[2] == "print(6 * 7)"


def test_the_keyboard_reaches_them_and_its_keys_are_not_the_notebooks(
    in_extended_lab: InExtendedLab, service: Service
) -> None:
    notebook = opened(in_extended_lab, service)
    page = notebook.page
    copy = page.locator(BLOCK).first.get_by_role("button", name="Copy")
    assert copy.evaluate("(button) => getComputedStyle(button.parentElement).opacity") == "0"
    copy.focus()
    assert copy.evaluate("(button) => getComputedStyle(button.parentElement).opacity") == "1"
    page.keyboard.press("Tab")
    page.keyboard.type("dd")
    page.keyboard.press("Enter")
    page.wait_for_function("window.jupyterapp.shell.currentWidget.content.widgets.length === 4")

    assert notebook.sources()[3] == CODE
    assert page.get_by_role("group", name="Code python").count() == 1


def test_they_stand_in_the_bar_of_the_language(
    in_extended_lab: InExtendedLab, service: Service
) -> None:
    notebook = opened(in_extended_lab, service)
    block = notebook.page.locator(BLOCK).first
    block.hover()
    bar = block.locator("legend").bounding_box()
    acts = block.get_by_role("group").bounding_box()

    assert bar["y"] <= acts["y"]
    assert acts["y"] + acts["height"] < bar["y"] + bar["height"]
    assert acts["x"] + acts["width"] <= bar["x"] + bar["width"]


def test_they_are_there_after_a_reload_and_none_of_it_is_saved(
    in_extended_lab: InExtendedLab, extended_lab: Any
) -> None:
    notebook = in_extended_lab(LOAD, "%%chat demo\nshow me some code", own_page=True)
    notebook.run()
    notebook.page.wait_for_selector(BLOCK)
    notebook.save()
    notebook.load()
    notebook.page.wait_for_selector(BLOCK)
    saved = (extended_lab.folder / "notebooks" / notebook.path).read_text("utf-8")

    assert names(notebook, 0)[:2] == ["Copy", "Insert below"]
    assert "def mean" in saved
    assert "nbchat-" not in json.loads(saved)["cells"][1]["outputs"][0]["data"]["text/html"]


HIDDEN = '<pre style="height:1.4em;overflow:hidden">ls\n\n; evil</pre>'


def test_what_another_notebook_brings_is_neither_run_nor_copied_at_a_click(
    in_extended_lab: InExtendedLab, extended_lab: Any
) -> None:
    """JupyterLab lets it hide a part; what is in a cell, a person sees."""
    html = (
        f"<div class=nbc><fieldset><legend>bash</legend>{HIDDEN}</fieldset>"
        f"<fieldset><legend>sql</legend>{HIDDEN}</fieldset></div>"
    )
    path = extended_lab.write("foreign.ipynb", ["x = 1", "%%chat\nHi"])
    notebook = json.loads(path.read_text("utf-8"))
    output = {"output_type": "display_data", "data": {"text/html": html}, "metadata": {}}
    notebook["cells"][1]["outputs"] = [output]
    path.write_text(json.dumps(notebook))
    opened = in_extended_lab(path="foreign.ipynb")
    opened.page.wait_for_selector(BLOCK)

    assert names(opened, 0) == ["Insert below", "Replace cell above"]
    assert opened.page.locator(BLOCK).count() == 1


@pytest.mark.parametrize(
    ("code", "height"),
    [(f"x = 1{' ' * 300}; print(6 * 7)", 1000), ("x = 1\n" * 60 + "print(6 * 7)", 700)],
    ids=["wide", "tall"],
)
def test_what_is_out_of_sight_is_inserted_and_not_run(
    in_extended_lab: InExtendedLab, service: Service, code: str, height: int
) -> None:
    service.always(answer(*said(f"```python\n{code}\n```")))
    notebook = in_extended_lab(using(service), "%%chat\nShow me code", size=(1100, height))
    notebook.run()
    notebook.page.wait_for_selector(BLOCK)
    with glimpsed(notebook.page, "Inserted, not run"):
        press(notebook, "Run below")
    notebook.page.evaluate("window.jupyterapp.shell.currentWidget.content.activeCellIndex = 0")
    notebook.run(0)  # what had been asked to run would have by now

    assert notebook.sources()[2] == code
    assert notebook.page.locator(".jp-Cell").nth(2).locator(".jp-OutputArea-output").count() == 0


def test_a_long_block_has_buttons_once_all_of_it_is_there(
    in_extended_lab: InExtendedLab, service: Service
) -> None:
    """While it arrives it is shown in pieces."""
    lines = [f"value_{number} = {number}  # and some words\n" for number in range(2000)]
    pieces = ["```python\n", *("".join(lines[n : n + 100]) for n in range(0, 2000, 100)), "```"]
    service.plays(answer(*said(*pieces)[:-4], hold=600))
    notebook = in_extended_lab(using(service), "%%chat\nShow me code", "1")
    notebook.run(0)
    notebook.run(1, wait=False)
    shown = notebook.page.locator(".nbc fieldset")
    shown.nth(2).wait_for()
    notebook.page.get_by_text("value_1899 =").wait_for()
    while_it_arrives = notebook.page.locator(BLOCK).count()
    notebook.interrupt()
    notebook.page.get_by_text("stopped after").wait_for()
    notebook.ready()  # what is sent before is dropped with the stopped cell
    service.always(answer(*said(*pieces)))
    notebook.run(1)
    notebook.page.wait_for_selector(BLOCK)
    press(notebook, "Insert below")

    assert while_it_arrives == 0
    assert notebook.sources()[2] == "".join(lines).strip()


@pytest.mark.parametrize("language", by_day(1, ["constructor", "__proto__"]))
def test_a_language_that_every_object_has_is_none_of_ours(
    in_extended_lab: InExtendedLab, service: Service, language: str
) -> None:
    service.always(answer(*said(f"```{language}\nx\n```")))
    notebook = in_extended_lab(using(service), "%%chat\nShow me code")
    notebook.run()
    notebook.page.wait_for_selector(BLOCK)

    assert names(notebook, 0) == ["Copy"]


def test_code_with_a_hidden_part_has_no_buttons(in_extended_lab: InExtendedLab) -> None:
    notebook = in_extended_lab(LOAD, HOSTILE, "%%chat demo\nshow me some code")
    notebook.run()
    notebook.page.wait_for_selector(BLOCK)

    assert notebook.page.locator(".nbc fieldset").count() == 2
    assert notebook.page.locator(".nbchat-acts").count() == 1


@pytest.mark.parametrize("dark", by_day(1, [True, False]))
def test_axe_finds_nothing(
    dark: bool, in_extended_lab: InExtendedLab, service: Service, axe: str
) -> None:
    service.always(answer(*said(ANSWER)))
    notebook = in_extended_lab(using(service), "%%chat\nShow me code", "1/0", dark=dark)
    notebook.run()
    notebook.page.wait_for_selector(BLOCK)
    notebook.page.locator(f"{BLOCK} button").first.focus()
    notebook.page.evaluate(axe)
    found = notebook.page.evaluate(
        """() => axe.run('.nbchat-acts').then(result => result.violations.map(
            v => [v.id, v.nodes.map(node => node.html + node.failureSummary)]))"""
    )

    assert notebook.page.locator(".nbchat-acts").count() == 4
    assert found == []
