"""How JupyterLab loads the extension, also where something is missing or broken."""

from __future__ import annotations

import pytest

from ..nightly import by_day
from .lab import Lab, Notebook
from .lab_extension import tokens, wait_for_language

QUESTION = "%%chat demo\nIt's *one*"
NUMBER = [0]

# Stands before the container, and changes what it is given of JupyterLab's packages.
BEFORE = """
window._JUPYTERLAB ??= {};
let container;
Object.defineProperty(window._JUPYTERLAB, 'nbchat', {
    get: () => container,
    set(made) {
        const { init } = made;
        made.init = (scope) => init((CHANGE)({ ...scope }));
        container = made;
    },
});
"""
MISSING = "(scope) => { delete scope['NAME']; return scope; }"
BROKEN = (
    "(scope) => ({ ...scope, 'NAME': { '1': { get: async () => { throw Error('broken'); } } } })"
)


def opened(lab: Lab, change: str, name: str) -> tuple[Notebook, list[str]]:
    """A notebook in a page whose extension is given these packages, and what the console says."""
    NUMBER[0] += 1
    path = f"loading-{NUMBER[0]}.ipynb"
    lab.write(path, [QUESTION, "6 * 7"])
    page = lab.page()
    said: list[str] = []
    page.on("console", lambda line: said.append(line.text) if "nbchat" in line.text else None)
    page.add_init_script(BEFORE.replace("CHANGE", change.replace("NAME", name)))
    notebook = Notebook(lab, page, path, own_page=True)
    notebook.load()
    return notebook, said


def works(notebook: Notebook) -> bool:
    """Whether JupyterLab does."""
    notebook.run(1)
    notebook.page.locator(".jp-Cell").nth(1).get_by_text("42").wait_for()
    return notebook.errors == []


@pytest.mark.parametrize("change", [MISSING, BROKEN], ids=["missing", "broken"])
@pytest.mark.parametrize("name", ["@jupyterlab/notebook", "@codemirror/view"])
def test_without_what_it_needs_it_says_so_in_a_line_and_jupyterlab_works(
    extended_lab: Lab, change: str, name: str
) -> None:
    notebook, said = opened(extended_lab, change, name)
    worked = works(notebook)
    wait_for_language(notebook, 0, "python")
    language = tokens(notebook, 0)[0]
    notebook.close()

    assert worked
    assert len(said) == 1
    assert said[0].startswith("nbchat goes without its extension: Error: ")
    assert language == "python"


@pytest.mark.parametrize("change", [MISSING, BROKEN], ids=["missing", "broken"])
@pytest.mark.parametrize(
    "name",
    by_day(
        2,
        [
            *("@lumino/widgets", "@jupyterlab/translation", "@jupyterlab/apputils"),
            *("@jupyterlab/mainmenu", "@jupyterlab/launcher", "@jupyterlab/application"),
        ],
    ),
)
def test_without_what_is_optional_questions_are_prose_all_the_same(
    extended_lab: Lab, change: str, name: str
) -> None:
    notebook, said = opened(extended_lab, change, name)
    wait_for_language(notebook, 0, "markdown")
    worked = works(notebook)
    notebook.close()

    assert worked
    assert len(said) == 1
    assert said[0].startswith("nbchat goes without ")


def test_the_console_is_quiet_where_all_is_there(extended_lab: Lab) -> None:
    notebook, said = opened(extended_lab, "(scope) => scope", "")
    wait_for_language(notebook, 0, "markdown")
    worked = works(notebook)
    notebook.close()

    assert worked
    assert said == []


def test_without_lumino_the_panel_is_in_a_cell(extended_lab: Lab) -> None:
    notebook, _ = opened(extended_lab, MISSING, "@lumino/widgets")
    notebook.execute("nbchat:panel")
    notebook.page.locator(".jp-Cell .nbp-root textarea").wait_for()
    sources = notebook.sources()
    notebook.close()

    assert sources == [QUESTION, "%load_ext nbchat", "%chat panel", "6 * 7"]


def test_it_can_be_switched_off(lab: Lab, extended_lab: Lab) -> None:
    found = []
    for one in (lab, extended_lab):
        notebook = one.open(QUESTION)
        found.append(notebook.page.evaluate("window.jupyterapp.hasPlugin('nbchat:extension')"))
        notebook.close()

    assert found == [False, True]
