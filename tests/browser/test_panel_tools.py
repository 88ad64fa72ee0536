"""The model acts from the panel in a real JupyterLab: in the kernel, with a person's consent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..fakes.calls import called
from ..fakes.provider import Service, answer, said
from .lab import Notebook
from .panel_lab import InLab, ask, using, wait_for_answers, wait_for_text

FIGURE = "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()\nprint('drawn', here)"
IN_CELL = "nbchat.chat().ask('Go on', tools=[nbchat.tools.run])\nran = True"


def plays(service: Service, *codes: str) -> None:
    """The model runs these, one after the other, and then has something to say."""
    calls = [
        answer(*called(("run", {"code": code}), round_=number)) for number, code in enumerate(codes)
    ]
    service.plays(*calls, answer(*said("That is done.")))


def allow(notebook: Notebook, *tools: str) -> None:
    """Choose tools in the panel's settings."""
    page = notebook.page
    page.get_by_role("button", name="More", exact=True).first.click()
    page.get_by_role("button", name="Settings").click()
    for tool in tools:
        page.get_by_label(tool).check()
    page.keyboard.press("Escape")


def press(notebook: Notebook, name: str, view: int = 0) -> None:
    """Press a button of the card, once it can be pressed."""
    card = notebook.page.locator(".nbp-root").nth(view).locator(".nbp-card")
    card.get_by_role("button", name=name, exact=True).click()


def results(service: Service) -> list[Any]:
    """What the model was told of its calls, in the last request."""
    messages = service.requests[-1].json["messages"]
    return [message["content"] for message in messages if message["role"] == "tool"]


def value(notebook: Notebook, cell: int) -> str:
    """Run a cell; what it shows."""
    notebook.run(cell)
    shown: str = notebook.page.locator(".jp-Cell").nth(cell).inner_text()
    return shown


def test_code_runs_in_the_kernel_and_the_model_sees_its_figure(
    in_lab: InLab, service: Service
) -> None:
    plays(service, f"import threading\nhere = threading.current_thread().name\n{FIGURE}")
    notebook = in_lab("here, any('threading' in cell for cell in In[:-1])", load=using(service))
    allow(notebook, "Run code")
    ask(notebook, "Draw it")
    press(notebook, "Run")
    wait_for_answers(notebook, 1)
    wait_for_text(notebook, "That is done.")

    request = service.requests[-1].body.decode()
    assert "drawn MainThread" in request
    assert "data:image/png;base64," in request
    notebook.page.wait_for_selector(".nbp-answer .nbc-picture img[src^='blob:']")
    assert "('MainThread', False)" in value(notebook, 2)


def test_what_a_cell_asks_is_answered_in_the_panel_while_the_cell_runs(
    in_lab: InLab, service: Service
) -> None:
    plays(service, "x = 41 + 1")
    notebook = in_lab(IN_CELL, "x, ran", load=using(service))
    notebook.run(2, wait=False)
    press(notebook, "Run")
    wait_for_answers(notebook, 1)

    assert "(42, True)" in value(notebook, 3)


def test_edited_code_runs_and_the_model_is_told(in_lab: InLab, service: Service) -> None:
    plays(service, "x = 1")
    notebook = in_lab("x", load=using(service))
    allow(notebook, "Run code")
    ask(notebook, "Set it")
    press(notebook, "Edit")
    notebook.page.get_by_label("Code to edit").fill("x = 2\nprint('set to', x)")
    press(notebook, "Run")
    wait_for_answers(notebook, 1)

    assert "set to 2" in str(results(service))
    assert "edited" in str(results(service))
    assert value(notebook, 2).strip().endswith("2")


def test_a_plan_is_agreed_to_once_and_anything_else_asks(in_lab: InLab, service: Service) -> None:
    def step(code: str) -> dict[str, Any]:
        return {"purpose": f"Do {code}", "tool": "run", "arguments": {"code": code}}

    codes = ["x = 1", "x += 1"]
    service.plays(
        answer(*called(("propose_plan", {"steps": [step(code) for code in codes]}))),
        answer(*called(*(("run", {"code": code}) for code in codes), round_=2)),
        answer(*called(("run", {"code": "x = 'other'"}), round_=3)),
        answer(*said("That is done.")),
    )
    notebook = in_lab("x", load=using(service))
    allow(notebook, "Run code", "Plan first")
    ask(notebook, "Count")
    notebook.page.locator(".nbp-card li").nth(1).wait_for()
    press(notebook, "Run the plan")
    notebook.page.locator(".nbp-card", has_text="x = 'other'").wait_for()
    press(notebook, "Refuse")
    wait_for_answers(notebook, 1)

    assert value(notebook, 2).strip().endswith("2")


def test_a_refusal_with_its_reason_reaches_the_model(in_lab: InLab, service: Service) -> None:
    plays(service, "x = 1")
    notebook = in_lab("'x' in globals()", load=using(service))
    allow(notebook, "Run code")
    ask(notebook, "Set it")
    notebook.page.get_by_label("Reason for a refusal").fill("leave x alone")
    notebook.page.keyboard.press("Enter")
    wait_for_answers(notebook, 1)

    assert results(service) == ["refused by the user: leave x alone"]
    assert "False" in value(notebook, 2)


def test_a_page_that_is_loaded_again_asks_again(in_lab: InLab, service: Service) -> None:
    plays(service, "x = 7")
    notebook = in_lab("x", load=using(service), own_page=True)
    allow(notebook, "Run code")
    ask(notebook, "Set it")
    notebook.page.wait_for_selector(".nbp-card")
    notebook.save()
    notebook.page.reload()
    notebook.ready()
    notebook.page.wait_for_selector(".nbp-card")
    wait_for_text(notebook, "waits for your answer")
    press(notebook, "Run")
    wait_for_answers(notebook, 1)

    assert value(notebook, 2).strip().endswith("7")


def test_of_two_views_the_first_answer_counts(in_lab: InLab, service: Service) -> None:
    plays(service, "x = 7")
    notebook = in_lab("panel", "'x' in globals()", load=using(service))
    notebook.run(2)
    notebook.page.locator(".nbp-root").nth(1).wait_for()
    allow(notebook, "Run code")
    ask(notebook, "Set it")
    notebook.page.locator(".nbp-card").nth(1).wait_for()
    press(notebook, "Refuse", view=1)
    notebook.page.wait_for_function("!document.querySelector('.nbp-card')")

    toasts = notebook.page.locator(".nbp-toast")
    assert "refused" in toasts.nth(0).inner_text()
    assert not toasts.nth(1).is_visible()
    assert "False" in value(notebook, 3)


def test_stop_reaches_a_tool_that_runs(in_lab: InLab, service: Service) -> None:
    plays(service, "import time\nbegun = True\ntime.sleep(60)\nover = True")
    notebook = in_lab("begun, 'over' in globals()", load=using(service))
    allow(notebook, "Run code")
    ask(notebook, "Wait")
    press(notebook, "Run")
    wait_for_text(notebook, "run · running")
    notebook.page.get_by_role("button", name="Stop").click()
    wait_for_answers(notebook, 1)

    assert "(True, False)" in value(notebook, 2)
    assert len(service.requests) == 1


def test_stop_in_place_of_an_answer_is_no_consent(in_lab: InLab, service: Service) -> None:
    plays(service, "x = 1")
    notebook = in_lab("'x' in globals()", load=using(service))
    allow(notebook, "Run code")
    ask(notebook, "Set it")
    notebook.page.wait_for_selector(".nbp-card")
    notebook.page.get_by_role("button", name="Stop").click()
    notebook.page.wait_for_function("!document.querySelector('.nbp-card, .nbp-stop')")

    assert "False" in value(notebook, 2)
    assert len(service.requests) == 1


def test_a_tool_waits_while_a_cell_runs_and_that_is_said(
    in_lab: InLab, service: Service, tmp_path: Path
) -> None:
    plays(service, "order.append('tool')")
    go = tmp_path / "go"
    wait = f"while not os.path.exists({str(go)!r}):\n    time.sleep(0.05)"
    cell = f"import os, time\norder = []\n{wait}\norder.append('cell')"
    notebook = in_lab(cell, "order", load=using(service))
    allow(notebook, "Run code")
    notebook.run(2, wait=False)
    ask(notebook, "Append to it")
    press(notebook, "Run")
    wait_for_text(notebook, "waits for the running cell")
    go.touch()
    wait_for_answers(notebook, 1)

    assert "['cell', 'tool']" in value(notebook, 3)


def test_taking_a_turn_back_says_what_stays(in_lab: InLab, service: Service) -> None:
    plays(service, "x = 7")
    notebook = in_lab("x", load=using(service))
    allow(notebook, "Run code")
    ask(notebook, "Set it")
    press(notebook, "Run")
    wait_for_answers(notebook, 1)
    notebook.page.get_by_role("button", name="More", exact=True).click()
    notebook.page.get_by_role("button", name="Take back").click()
    notebook.page.get_by_text("What run changed stays as it is.").wait_for()

    assert value(notebook, 2).strip().endswith("7")


def test_code_of_an_answer_runs_with_consent_and_the_model_sees_it(
    in_lab: InLab, service: Service
) -> None:
    code = "y = 6 * 7\nprint('y is', y)"
    service.plays(
        answer(*said(f"So:\n\n```python\n{code}\n```")),
        answer(*called(("run", {"code": code}))),
        answer(*said("It is 42.")),
    )
    notebook = in_lab("y", load=using(service))
    ask(notebook, "Compute it")
    wait_for_answers(notebook, 1)
    notebook.page.get_by_role("button", name="Run it").click()
    press(notebook, "Run")
    wait_for_answers(notebook, 2)

    assert "y is 42" in str(results(service))
    assert "42" in value(notebook, 2)
