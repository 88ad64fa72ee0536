"""The next cell as a model proposes it, in a JupyterLab with the extension.

The model is a provider on loopback, so that a test sees what is asked and when it hangs up.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from ..fakes.provider import Service, answer, said
from ..nightly import by_day
from .lab import Notebook
from .lab_extension import LOAD, InExtendedLab, edit
from .test_lab_blocks import using
from .test_lab_commands import choose
from .test_panel_axe import AXE

LABEL = "Propose the next cell"
GHOST = ".nbchat-ghost"
CODE = "for n in numbers:\n\tprint(n)"


def proposed(service: Service, code: str = CODE) -> None:
    service.always(answer(*said(f"```python\n{code}\n```")))


def held(service: Service) -> None:
    """It says one word, and then nothing for as long as anybody waits."""
    service.always(answer(*said("```python\nx")[:2], hold=600))


# It says that, and a key that is pressed is one for its editor.
SHOWN = f"""(begins) => {{
    const ghost = document.querySelector('{GHOST}');
    const editor = ghost?.closest('.cm-editor');
    return ghost?.textContent.startsWith(begins) && editor.contains(document.activeElement);
}}"""


def wait_for_ghost(notebook: Notebook, begins: str) -> str:
    notebook.page.wait_for_function(SHOWN, arg=begins)
    shown: str = notebook.page.locator(GHOST).text_content()
    return shown


def wait_for_none(notebook: Notebook) -> None:
    notebook.page.wait_for_function(f"!document.querySelector('{GHOST}')")


def asked(service: Service) -> str:
    return json.dumps(service.requests[-1].json, ensure_ascii=False)


def test_it_is_shown_and_taken_with_tab_and_does_not_run(
    in_extended_lab: InExtendedLab, service: Service
) -> None:
    proposed(service)
    notebook = in_extended_lab(using(service), "numbers = [1, 2, 3]\nprint('above')")
    notebook.run(0, 1)
    choose(notebook, LABEL)
    shown = wait_for_ghost(notebook, CODE)
    before = notebook.sources()
    notebook.page.keyboard.press("Tab")
    wait_for_none(notebook)
    notebook.page.wait_for_timeout(300)

    assert before[2:] == [""]
    assert "Tab: take" in shown
    assert notebook.sources()[2:] == [CODE]
    assert notebook.page.locator(".jp-Cell").nth(2).locator(".jp-OutputArea-output").count() == 0
    notebook.page.keyboard.type("  # mine")
    assert notebook.sources()[2] == f"{CODE}  # mine"
    notebook.page.keyboard.press("Control+z")
    notebook.page.keyboard.press("Control+z")
    assert notebook.sources()[2] in ("", CODE)


def test_cells_go_along_as_they_ran_and_variables_by_their_shape(
    in_extended_lab: InExtendedLab, service: Service
) -> None:
    proposed(service)
    notebook = in_extended_lab(
        using(service), "numbers = [4711, 2, 3]\nprint('shown ' + 'above')", "del numbers[0]", ""
    )
    notebook.run(0, 1, 2)
    notebook.page.evaluate("window.jupyterapp.shell.currentWidget.content.activeCellIndex = 3")
    notebook.page.keyboard.press("Control+Alt+Enter")
    wait_for_ghost(notebook, CODE)
    sent = asked(service)

    assert len(notebook.sources()) == 4
    assert "shown above" in sent
    assert "`numbers`: list, 2 items (int)" in sent
    notebook.run(3)  # an empty cell: nothing of the proposal is remembered
    assert len(service.requests) == 1


@pytest.mark.parametrize("key", by_day(1, ["Escape", "x", "ArrowDown"]))
def test_the_next_key_leaves_it(in_extended_lab: InExtendedLab, service: Service, key: str) -> None:
    proposed(service)
    notebook = in_extended_lab(using(service), "")
    notebook.run(0)
    choose(notebook, LABEL)
    wait_for_ghost(notebook, CODE)
    notebook.page.keyboard.press(key)
    wait_for_none(notebook)

    assert notebook.sources()[1] == ("x" if key == "x" else "")
    notebook.page.keyboard.press("Tab")
    assert CODE not in notebook.sources()[1]


@pytest.mark.parametrize("key", by_day(1, ["x", "Escape"]))
def test_a_key_hangs_up_while_it_is_asked_also_while_a_cell_runs(
    in_extended_lab: InExtendedLab, service: Service, key: str
) -> None:
    held(service)
    notebook = in_extended_lab(using(service), "import time; time.sleep(600)", "")
    notebook.run(0)
    notebook.run(1, wait=False)
    choose(notebook, LABEL)
    wait_for_ghost(notebook, "Asking for the next cell")
    notebook.page.wait_for_timeout(100)
    for _ in range(300):
        if service.requests:
            break
        notebook.page.wait_for_timeout(100)
    assert (len(service.requests), service.hung_up) == (1, 0)
    notebook.page.keyboard.press(key)
    wait_for_none(notebook)

    assert service.left(1)
    assert notebook.sources()[2] == ("x" if key == "x" else "")
    notebook.interrupt()


HOSTILE = [
    ("!rm -rf ~", "Has lines for the shell"),
    ("%%bash\nls", "Has lines for the shell"),
    ("<img src=x onerror='window.hit = 1'>", "Tab: take"),
]


@pytest.mark.parametrize(("code", "hint"), by_day(1, HOSTILE))
def test_a_hostile_proposal_is_text_that_a_person_sees(
    in_extended_lab: InExtendedLab, service: Service, code: str, hint: str
) -> None:
    proposed(service, code)
    notebook = in_extended_lab(using(service), "")
    notebook.run(0)
    choose(notebook, LABEL)
    shown = wait_for_ghost(notebook, code)

    assert hint in shown
    assert notebook.page.locator(f"{GHOST} img").count() == 0
    notebook.page.keyboard.press("Tab")
    wait_for_none(notebook)
    assert notebook.sources()[1] == code
    assert notebook.page.evaluate("window.hit") is None


def test_all_of_a_long_line_is_inside_the_cell(
    in_extended_lab: InExtendedLab, service: Service
) -> None:
    proposed(service, f"x = 1{' ' * 1000}; evil()")
    notebook = in_extended_lab(using(service), "")
    notebook.run(0)
    choose(notebook, LABEL)
    wait_for_ghost(notebook, "x = 1")
    beyond = notebook.page.evaluate(
        f"""() => {{
            const ghost = document.querySelector('{GHOST}');
            const {{ right }} = ghost.closest('.cm-scroller').getBoundingClientRect();
            return Math.max(...[...ghost.getClientRects()].map((box) => box.right)) - right;
        }}"""
    )

    assert beyond <= 1
    notebook.page.keyboard.press("Escape")


@pytest.mark.parametrize(
    ("text", "why"),
    by_day(
        1,
        [
            ("```python\nx = 1\u202e\n```", "nobody sees all of it"),
            ("I would plot it.", "The model proposed no code."),
            ("```python\n" + "x = 1\n" * 50 + "```", "more than can be seen at a glance"),
        ],
    ),
)
def test_where_there_is_nothing_to_take_it_says_why(
    in_extended_lab: InExtendedLab, service: Service, text: str, why: str
) -> None:
    service.always(answer(*said(text)))
    notebook = in_extended_lab(using(service), "")
    notebook.run(0)
    choose(notebook, LABEL)
    notebook.page.locator(GHOST).get_by_text(why).wait_for()
    notebook.page.keyboard.press("Escape")
    wait_for_none(notebook)

    assert notebook.sources()[1] == ""


@pytest.mark.parametrize("dark", by_day(1, [True, False]))
def test_axe_finds_nothing_while_it_is_asked_proposed_or_refused(
    in_extended_lab: InExtendedLab, service: Service, axe: str, dark: bool
) -> None:
    notebook = in_extended_lab(using(service), "", dark=dark)
    notebook.run(0)
    notebook.page.evaluate(axe)
    look = AXE.replace("include: document", "include: document.querySelectorAll(SELECTOR)")
    look = look.replace("SELECTOR", f"'{GHOST}'")

    def found(begins: str) -> Any:
        choose(notebook, LABEL)
        wait_for_ghost(notebook, begins)
        violations = notebook.page.evaluate(look, [])
        notebook.page.keyboard.press("Escape")
        wait_for_none(notebook)
        return violations

    held(service)
    asking = found("Asking for the next cell")
    proposed(service)
    taken = found(CODE)
    service.always(answer(*said("I would plot it.")))
    refused = found("The model proposed no code.")

    assert asking == taken == refused == []


def test_the_demo_proposes_a_look_at_a_table(in_extended_lab: InExtendedLab) -> None:
    notebook = in_extended_lab(LOAD, "import pandas as pd\ndf = pd.DataFrame({'x': [1, 2]})")
    notebook.run(0, 1)
    choose(notebook, LABEL)
    wait_for_ghost(notebook, "df.head()")
    notebook.page.keyboard.press("Tab")
    wait_for_none(notebook)

    assert notebook.sources()[2] == "df.head()"


def settings(path: Any, text: str) -> str:
    """A cell that has the kernel read settings of the person's own."""
    path.write_text(text)
    return f"import os\nos.environ['NBCHAT_CONFIG'] = {str(path)!r}\n"


@pytest.mark.parametrize("when", ["asked", "always"])
def test_it_comes_by_itself_only_where_the_settings_say_so(
    in_extended_lab: InExtendedLab, service: Service, tmp_path: Any, when: str
) -> None:
    proposed(service)
    own = settings(tmp_path / "own.toml", f'[jupyterlab]\nnext_cell = "{when}"\n')
    notebook = in_extended_lab(own + using(service), "numbers = [1, 2]")
    notebook.run(0)
    edit(notebook, 1)
    notebook.page.keyboard.press("Shift+Enter")
    if when == "always":
        wait_for_ghost(notebook, CODE)
        notebook.page.keyboard.press("Tab")
        assert notebook.sources()[2] == CODE
    else:
        notebook.page.wait_for_timeout(4000)
        assert service.requests == []
        assert notebook.page.locator(GHOST).count() == 0
