"""The panel in other pages than JupyterLab's.

Notebook 7, the classic notebook, and hosts with less around it.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

import pytest

from .glimpse import glimpsed
from .lab import DEADLINE, Lab, wait_for_notebook_7
from .panel_lab import LOAD, PANEL
from .panel_page import OpenPanel, row, rows, state

CLASSIC_READY = """() => {
    const kernel = window.Jupyter?.notebook?.kernel;
    return kernel?.widget_manager && kernel.is_connected() && !Jupyter.notebook.kernel_busy;
}"""
# A new page asks the kernel for its widgets, and then draws every cell that shows one again. Any
# widget that is shown before is taken away by that: ipywidgets counts its view as removed. The
# kernel answers in order, so the page's own asking is over when this one is.
CLASSIC_LOADED = "Jupyter.notebook.kernel.widget_manager._loadFromKernel()"


def open_at(lab: Lab, address: str, name: str) -> Any:
    """A page of another interface of the same server, with a notebook that can show a panel."""
    package = address.split("/")[0].replace("notebooks", "notebook")
    if find_spec(package) is None:
        pytest.skip(f"{package} is not installed")
    lab.write(name, [LOAD, PANEL, "'the cell after'"])
    page = lab.page()
    page.set_default_timeout(DEADLINE)
    page.goto(f"{lab.url}/{address}/{name}?token=t")
    return page


def use_panel(page: Any) -> None:
    """Type what would be commands of the notebook, ask, stop at the end, and insert the code."""
    page.wait_for_selector(".nbp-root textarea")
    page.locator(".nbp-comp textarea").click()
    page.keyboard.type("ddabx")
    page.keyboard.press("Escape")
    page.keyboard.type(" show me some code")
    page.keyboard.press("Enter")
    page.wait_for_selector(".nbp-foot")
    assert page.locator(".nbp-words").inner_text() == "ddabx show me some code"
    assert not page.locator(".nbc-snapshot").is_visible()
    assert not page.locator(".nbp-comp input").is_visible()
    with glimpsed(page, "Inserted"):
        page.get_by_role("button", name="Insert below").click()


def test_the_classic_notebook_shows_it_and_takes_its_code(lab: Lab) -> None:
    page = open_at(lab, "nbclassic/notebooks", "classic.ipynb")
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.wait_for_function(CLASSIC_READY)
    page.evaluate(CLASSIC_LOADED)
    page.evaluate("Jupyter.notebook.execute_cells([0, 1])")
    use_panel(page)
    sources = page.evaluate("Jupyter.notebook.get_cells().map((cell) => cell.get_text())")
    seen = list(errors)
    page.evaluate("Jupyter.notebook.session.delete()")
    page.close()

    assert [source.split("(")[0] for source in sources[2:]] == ["def mean", "'the cell after'"]
    assert len(sources) == 4
    assert seen == []


def test_notebook_7_shows_it_and_takes_its_code(lab: Lab) -> None:
    page = open_at(lab, "notebooks", "seven.ipynb")
    wait_for_notebook_7(page)
    for number in (0, 1):
        page.locator(".jp-Cell").nth(number).locator(".jp-InputArea-editor").click()
        page.keyboard.press("Control+Enter")
        page.locator(".jp-Cell").nth(number).locator(
            ".jp-InputPrompt", has_text=f"[{number + 1}]"
        ).wait_for()
    use_panel(page)
    page.wait_for_function("document.querySelectorAll('.jp-Cell').length === 4")
    third = page.locator(".jp-Cell").nth(2).inner_text()
    page.close()

    assert "def mean" in third


def test_two_panels_share_a_module_and_nothing_else(open_panel: OpenPanel) -> None:
    """marimo loads a script once for all its panels."""
    panel = open_panel()
    panel.tell(state("a"), rows(row("a", "first panel")))
    panel.page.evaluate(
        """async () => {
            window.others = [];
            const other = {
                on: (kind, hear) => (window.hear = hear),
                off() {},
                send: (message) => window.others.push(message),
            };
            const el = document.body.appendChild(document.createElement("div"));
            window.module.default.render({ model: other, el });
        }"""
    )
    second = panel.page.locator(".nbp-root").nth(1)
    second.locator("textarea").fill("second panel")
    second.locator("textarea").press("Enter")
    panel.page.wait_for_function("others.some((m) => m.kind === 'send')")

    assert panel.sent("send") == []
    assert panel.area.first.input_value() == ""
    assert panel.page.locator(".nbp-root").first.get_by_role("button", name="Send").is_visible()
    assert second.get_by_role("button", name="Stop").is_visible()


def test_a_frame_that_grows_with_its_content_holds_a_whole_panel(open_panel: OpenPanel) -> None:
    """Colab shows an output in a frame as high as it: heights of the window are circular."""
    panel = open_panel()
    panel.page.set_viewport_size({"width": 440, "height": 60})

    assert panel.page.locator(".nbp-root").bounding_box()["height"] >= 400


def test_the_colours_of_vs_code_are_taken_where_jupyters_are_not(open_panel: OpenPanel) -> None:
    panel = open_panel()
    colours = {"--vscode-editor-background": "#1e1e1e", "--vscode-editor-foreground": "#d4d4d4"}
    for name, colour in colours.items():
        panel.page.evaluate(
            "([n, c]) => document.documentElement.style.setProperty(n, c)", [name, colour]
        )
    style = "(e, name) => getComputedStyle(e)[name]"

    assert panel.page.locator(".nbp-root").evaluate(style, "backgroundColor") == "rgb(30, 30, 30)"
    assert panel.area.evaluate(style, "color") == "rgb(212, 212, 212)"


def test_code_is_copied_where_the_page_has_no_clipboard_to_give(open_panel: OpenPanel) -> None:
    """A webview may refuse the clipboard's own interface; then the old command is used."""
    panel = open_panel()
    panel.page.evaluate(
        """() => {
            Object.defineProperty(navigator, "clipboard", { value: undefined });
            document.addEventListener("copy", () => {
                const selected = document.getSelection().toString();
                window.copied = selected || document.activeElement.value;
            });
        }"""
    )
    panel.tell(state("a"), rows(row("a", text="```python\nx = 1\n```")))
    panel.page.locator("fieldset").get_by_role("button", name="Copy").click()

    panel.page.wait_for_function("window.copied?.trim() === 'x = 1'")


def test_formulas_and_lists_show_where_a_page_resets_everything(open_panel: OpenPanel) -> None:
    """As marimo's page does, in a layer whose !important nobody outside it can undo."""
    panel = open_panel()
    reset = "@layer reset { [hidden] { display: none !important } ol, ul { list-style: none } }"
    panel.page.add_style_tag(content=reset)
    panel.tell(state("a"), rows(row("a", text="1. one\n\n$x^2$")))

    assert panel.page.locator("math").bounding_box()["width"] > 5
    assert panel.page.locator("ol").evaluate("e => getComputedStyle(e).listStyleType") == "decimal"
    assert "$x^2$" not in panel.log.inner_text()


@pytest.mark.field("P14")
def test_a_page_that_runs_only_scripts_of_its_own_address_shows_the_panel(
    open_panel: OpenPanel,
) -> None:
    """A host that starts a widget's module from there, as marimo does, need allow nothing more."""
    panel = open_panel(policy="default-src 'self'; style-src 'unsafe-inline'; img-src data:")

    panel.tell(state("a"), rows(row("a", "Is it so?", "It is.")))

    assert panel.page.locator(".nbp-answer", has_text="It is.").is_visible()
