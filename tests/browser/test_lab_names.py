"""Names in the braces of a question, in a JupyterLab with the extension: which are values."""

from __future__ import annotations

from .lab import Notebook
from .lab_extension import LOAD, InExtendedLab, edit, wait_for_language
from .test_completion import OFFERED, VALUES, press_tab

QUESTION = "%%chat demo\n😀 Is {x} in {df:schema} or {nothing}, `{x}` or {{x}}?"
MARKS = """n => {
    const content = document.querySelectorAll('.jp-Cell .cm-content')[n];
    const texts = (name) => [...content.querySelectorAll(name)].map((mark) => mark.textContent);
    return [texts('.nbchat-name'), texts('.nbchat-no-name')];
}"""


def wait_for_marks(notebook: Notebook, cell: int, known: list[str], unknown: list[str]) -> None:
    notebook.page.wait_for_function(
        f"([n, wanted]) => JSON.stringify(({MARKS})(n)) === wanted",
        arg=[cell, notebook.page.evaluate("JSON.stringify", [known, unknown])],
    )


def test_a_value_is_marked_and_what_is_none_is_underlined(in_extended_lab: InExtendedLab) -> None:
    notebook = in_extended_lab(LOAD, QUESTION, "x, df = 1, [2]", "del x")
    wait_for_language(notebook, 1, "markdown")
    notebook.page.wait_for_timeout(1000)
    assert notebook.page.evaluate(MARKS, 1) == [[], []]

    notebook.run(0)
    wait_for_marks(notebook, 1, [], ["{x}", "{df:schema}", "{nothing}"])
    notebook.run(2)
    wait_for_marks(notebook, 1, ["{x}", "{df:schema}"], ["{nothing}"])
    notebook.run(3)
    wait_for_marks(notebook, 1, ["{df:schema}"], ["{x}", "{nothing}"])


def test_marks_follow_what_is_typed_also_while_a_cell_runs(in_extended_lab: InExtendedLab) -> None:
    notebook = in_extended_lab(LOAD, "x = 1", "%%chat", "import time; time.sleep(600)")
    notebook.run(0, 1)
    notebook.run(3, wait=False)
    edit(notebook, 2)
    notebook.page.keyboard.type("\nIs {x} ")
    wait_for_marks(notebook, 2, ["{x}"], [])
    notebook.page.keyboard.type("{y}")
    wait_for_marks(notebook, 2, ["{x}"], ["{y}"])
    notebook.page.keyboard.press("Control+Home")
    notebook.page.keyboard.press("Delete")
    wait_for_marks(notebook, 2, [], [])
    notebook.interrupt()


def test_marks_are_there_after_a_reload_and_gone_after_a_restart(
    in_extended_lab: InExtendedLab,
) -> None:
    notebook = in_extended_lab(f"{LOAD}\nx = df = 1", QUESTION, "%unload_ext nbchat", own_page=True)
    notebook.run(0)
    wait_for_marks(notebook, 1, ["{x}", "{df:schema}"], ["{nothing}"])
    notebook.save()
    notebook.load()
    wait_for_marks(notebook, 1, ["{x}", "{df:schema}"], ["{nothing}"])
    notebook.restart()
    wait_for_marks(notebook, 1, [], [])
    notebook.run(0)
    wait_for_marks(notebook, 1, ["{x}", "{df:schema}"], ["{nothing}"])
    notebook.run(2)
    wait_for_marks(notebook, 1, [], [])


def test_a_second_view_of_the_notebook_has_the_marks_too(in_extended_lab: InExtendedLab) -> None:
    notebook = in_extended_lab(f"{LOAD}\nx = df = 1", QUESTION, own_page=True)
    notebook.run(0)
    wait_for_marks(notebook, 1, ["{x}", "{df:schema}"], ["{nothing}"])
    notebook.execute("docmanager:clone")
    notebook.page.wait_for_function(
        "document.querySelectorAll('.jp-NotebookPanel .nbchat-no-name').length === 2"
    )
    assert notebook.page.locator(".nbchat-name").count() == 4


def test_columns_are_names_where_each_row_is_asked(in_extended_lab: InExtendedLab) -> None:
    notebook = in_extended_lab(
        f"{LOAD}\nrows = [{{'city': 'Rome'}}]\nx = 1",
        "%%chat demo --each rows --into out\n{city} {x}",
        "%%chat demo --raw\n{x} {y}",
    )
    notebook.run(0)
    wait_for_marks(notebook, 1, ["{city}"], ["{x}"])
    assert notebook.page.evaluate(MARKS, 2) == [[], []]


def test_tab_completes_what_has_a_name(in_extended_lab: InExtendedLab) -> None:
    """As without the extension; between words Tab is a tab, as test_lab_questions says."""
    notebook = in_extended_lab(f"{LOAD}\n{VALUES}", "")
    notebook.run(0)
    for typed, names, whole in OFFERED:
        offered = press_tab(notebook, typed)
        if offered:
            notebook.page.keyboard.press("Enter")

        assert offered in ([], names), typed
        assert notebook.sources()[-1] == whole
