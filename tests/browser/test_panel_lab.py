"""The panel in a real JupyterLab, with a real kernel: what a person sees and does."""

from __future__ import annotations

import json
import re

from ..fakes.provider import Service, answer, said
from ..fakes.steps import Steps
from .glimpse import glimpsed
from .panel_lab import InLab, ask, using, wait_for_answers, wait_for_text


def held(service: Service) -> Steps:
    """An answer that begins, and goes on when it is told to."""
    words = said("| feature | F |\n|---|---|\n", "| petal length | 1,180 |\n")
    steps = Steps(words[:2], words[2:])
    service.plays(steps)
    return steps


def test_a_question_streams_and_is_in_the_history(in_lab: InLab, service: Service) -> None:
    steps = held(service)
    notebook = in_lab("%chat history", load=using(service))
    ask(notebook, "show me a table and some code")
    notebook.page.wait_for_selector(".nbp-stop")
    notebook.page.wait_for_selector(".nbc-caret", state="attached")
    steps.finish()
    wait_for_answers(notebook, 1)
    wait_for_text(notebook, "petal length")

    notebook.run(2)

    assert "show me a table" in notebook.page.locator(".jp-Cell").nth(2).inner_text()
    # The copy for saved notebooks is there, and out of sight while the panel lives.
    notebook.page.wait_for_selector(".nbc-snapshot", state="attached")
    assert notebook.page.locator(".nbc-snapshot").count() == 1
    assert not notebook.page.locator(".nbc-snapshot").is_visible()


def test_a_chat_cell_streams_into_the_panel(in_lab: InLab, service: Service) -> None:
    steps = held(service)
    notebook = in_lab("%%chat\nshow me a table", load=using(service))
    notebook.run(2, wait=False)
    notebook.page.wait_for_selector(".nbp-log .nbc-caret", state="attached")
    steps.finish()
    wait_for_answers(notebook, 1)
    wait_for_text(notebook, "show me a table")


def test_branches_regenerate_edit_and_come_back(in_lab: InLab) -> None:
    notebook = in_lab("nbchat.chat().turns[0].question.text, len(nbchat.chat().branches)")
    page = notebook.page
    ask(notebook, "show me a table")
    wait_for_answers(notebook, 1)
    page.get_by_role("button", name="Ask again").click()
    wait_for_text(notebook, "2/2")
    page.get_by_role("button", name="Previous answer").click()
    wait_for_text(notebook, "1/2")

    page.locator(".nbp-asked").hover()
    page.get_by_role("button", name="Edit").click()
    page.locator(".nbp-comp textarea").fill("show me some code")
    page.locator(".nbp-comp textarea").press("Enter")
    wait_for_text(notebook, "3/3")
    wait_for_answers(notebook, 1)
    notebook.run(2)

    assert "('show me some code', 3)" in page.locator(".jp-Cell").nth(2).inner_text()


def test_code_goes_into_new_cells_below_in_order(in_lab: InLab) -> None:
    notebook = in_lab("'the cell after'")
    ask(notebook, "show me some code")
    wait_for_answers(notebook, 1)
    insert = notebook.page.get_by_role("button", name="Insert below")
    with glimpsed(notebook.page, "Inserted"):
        insert.click()
    ask(notebook, "more code")
    wait_for_answers(notebook, 2)
    insert.nth(1).wait_for()  # the first one says again what it does
    insert.nth(0).click()
    notebook.page.wait_for_function(
        "window.jupyterapp.shell.currentWidget.content.model.cells.length === 5"
    )
    sources = notebook.sources()

    assert sources[2].startswith("def mean")
    assert sources[3] == sources[2]
    assert sources[4] == "'the cell after'"


def test_code_replaces_the_chosen_cell_and_undo_brings_that_back(in_lab: InLab) -> None:
    """The panel's own cell is the active one as soon as a person is in it."""
    notebook = in_lab("old = 1", "'the cell after'")
    page = notebook.page
    ask(notebook, "show me some code")
    wait_for_answers(notebook, 1)
    replace = page.get_by_role("button", name="Replace cell")
    with glimpsed(page, "Choose a code cell first"):  # no other was ever chosen
        replace.click()
    page.locator(".jp-Cell").nth(2).locator(".cm-content").click()
    page.locator(".nbp-comp textarea").click()
    page.locator("button", has_text=re.compile("Replace cell|Choose")).hover()
    page.locator(".jp-Cell.nbp-aim").wait_for()
    with glimpsed(page, "Replaced; Undo"):
        page.locator("button", has_text=re.compile("Replace cell|Choose")).click()
    replaced = notebook.sources()
    page.locator(".jp-Cell").nth(2).locator(".cm-content").click()
    page.keyboard.press("Control+z")
    page.wait_for_function(
        "window.jupyterapp.shell.currentWidget.content.model.cells.get(2).sharedModel.source"
        " === 'old = 1'"
    )
    with glimpsed(page, "Inserted"):
        page.get_by_role("button", name="Insert above").click()
    inserted = notebook.sources()

    assert replaced[2].startswith("def mean")
    assert replaced[2].endswith("# 2.5")
    assert (replaced[1], replaced[3]) == ("panel = nbchat.ChatPanel()\npanel", "'the cell after'")
    assert inserted[1] == replaced[2]
    assert inserted[2:] == ["panel = nbchat.ChatPanel()\npanel", "old = 1", "'the cell after'"]
    assert page.locator(".jp-InputPrompt", has_text="[3]").count() == 0  # nothing was run


def test_what_is_shown_of_an_error_and_of_cells_is_what_is_sent(in_lab: InLab) -> None:
    notebook = in_lab("numbers = [1, 2]\nprint('so far')", "numbers[7]", "print('more')", PARTS)
    page = notebook.page
    assert page.locator(".nbp-offer").count() <= 1  # nothing has failed
    notebook.run(2, 3)
    page.get_by_role("button", name="Attach: Last error: IndexError").click()
    page.get_by_role("button", name="Attach: Cells above").click()
    cells = page.locator(".nbp-comp summary", has_text="cells above")
    cells.wait_for()
    before = cells.inner_text()
    notebook.run(4)  # and the chip follows
    page.wait_for_function(
        "b => ![...document.querySelectorAll('.nbp-comp summary')].some(s => s.innerText === b)",
        arg=before,
    )
    for summary in page.locator(".nbp-comp summary").all():
        summary.click()
    shown = [text.strip() for text in page.locator(".nbp-comp pre").all_text_contents()]
    ask(notebook, "Why?")
    wait_for_answers(notebook, 1)
    notebook.run(5)

    assert ["IndexError" in shown[0], "so far" in shown[1], "more" in shown[1]] == [True] * 3
    printed = page.locator(".jp-Cell").nth(5).locator(".jp-OutputArea-output").inner_text()
    assert json.loads(printed) == ["Why?", *shown]


PARTS = (
    "import json\n"
    "print(json.dumps([part.strip() for part in nbchat.chat().turns[0].question.parts]))"
)


def test_keys_typed_in_the_panel_do_not_reach_the_notebook(in_lab: InLab) -> None:
    notebook = in_lab("'a'", "'b'")
    notebook.page.locator(".nbp-comp textarea").click()
    for key in ("d", "d", "a", "b", "x", "z", "m", "y", "0", "0", "Escape", "ArrowUp", "d", "d"):
        notebook.page.keyboard.press(key)
    notebook.page.locator(".nbp-log").focus()
    notebook.page.keyboard.press("d")
    notebook.page.keyboard.press("d")

    assert notebook.count() == 4
    assert notebook.page.locator(".nbp-comp textarea").input_value() == "ddddabxzmy00"


def test_a_variable_goes_along_and_is_seen(in_lab: InLab) -> None:
    notebook = in_lab("numbers = [1, 2, 3]", "nbchat.chat().turns[0].question.text")
    notebook.run(2)
    page = notebook.page
    page.locator(".nbp-comp textarea").click()
    page.keyboard.type("Sum @num")
    page.get_by_role("option", name="numbers list").click()
    page.wait_for_selector(".nbp-comp details")
    page.keyboard.press("Enter")
    wait_for_answers(notebook, 1)
    notebook.run(3)

    assert re.search(r"numbers \(.*~\d+ tokens\)", page.locator(".nbp-bubble").inner_text())
    assert "[1, 2, 3]" in page.locator(".jp-Cell").nth(3).inner_text()


def test_a_model_is_chosen_and_a_missing_key_is_an_alert(in_lab: InLab) -> None:
    notebook = in_lab("nbchat.chat().model")
    page = notebook.page
    page.locator("button.nbp-pick").click()
    page.get_by_role("combobox", name="Search").fill("kimi-k2-thinking")
    page.keyboard.press("Enter")
    page.locator("button.nbp-pick", has_text="kimi-k2-thinking").wait_for()
    ask(notebook, "Hello")
    page.locator(".nbp-err", has_text="Moonshot AI (Kimi) needs KIMI_API_KEY").wait_for()
    notebook.run(2)

    assert "kimi-k2-thinking" in page.locator(".jp-Cell").nth(2).inner_text()
    assert page.get_by_role("button", name="Retry").is_visible()


def test_a_long_answer_costs_little(in_lab: InLab, service: Service) -> None:
    """20,000 characters in pieces of 5, some 300 a second, on a slow machine fewer.

    With a message for each there would be 4,000, of 2.6 MB. There are fifteen a second.
    """
    text = "".join(SECTION.format(n) for n in range(100))[:20_000]
    service.plays(answer(*said(*[text[at : at + 5] for at in range(0, len(text), 5)]), gap=0.002))
    notebook = in_lab(load=using(service))
    before = len(notebook.received)
    ask(notebook, "go on")
    wait_for_answers(notebook, 1)
    received = notebook.received[before:]

    assert len(received) < 1_000
    assert sum(received) < 900_000


SECTION = """## Part {0}

Some *words* with `code`, a formula $x_{0}$ and **more words** that fill the line until \
it is long enough to wrap.

- one thing
- another thing

```python
for number in range({0}):
    print(number, "of", {0})
```

| name | value |
|---|---:|
| part | {0} |
| 中文 | 12 |

"""


def test_two_panels_of_one_conversation_stay_in_step(in_lab: InLab) -> None:
    notebook = in_lab("nbchat.ChatPanel()", "%chat undo", size=(1100, 2000))
    notebook.run(2)
    notebook.page.locator(".nbp-comp textarea").nth(1).wait_for()
    ask(notebook, "show me a table")
    ask(notebook, "show me some code", view=1)  # while the first is being answered
    wait_for_answers(notebook, 4)
    wait_for_text(notebook, "def mean", 2)
    notebook.run(3)
    wait_for_answers(notebook, 2)
    notebook.page.get_by_role("button", name="Ask again").nth(1).click()

    wait_for_text(notebook, "2/2", 2)


def test_the_title_is_the_first_question_while_it_is_answered(
    in_lab: InLab, service: Service
) -> None:
    service.plays(answer(*said("word " * 3)[:2], hold=600))
    notebook = in_lab(load=using(service))
    notebook.page.locator(".nbp-root header h2", has_text="New chat").wait_for()

    ask(notebook, "Why is it so?")
    notebook.page.get_by_role("heading", name="Why is it so?").wait_for()

    assert notebook.page.locator(".nbp-stop").is_visible()
    notebook.page.get_by_role("button", name="More", exact=True).click()
    notebook.page.get_by_role("button", name="Settings").click()
    notebook.page.get_by_label("Title").fill("Reasons")
    notebook.page.keyboard.press("Escape")
    notebook.page.get_by_role("heading", name="Reasons").wait_for()
    notebook.page.locator(".nbp-stop").click()


def test_another_conversation_is_begun_named_and_left_again(in_lab: InLab) -> None:
    notebook = in_lab("[chat.title for chat in (nbchat.chat(), nbchat.chat('chat-2'))]")
    page = notebook.page
    ask(notebook, "show me a table")
    wait_for_answers(notebook, 1)
    page.get_by_role("button", name="New", exact=True).click()
    page.wait_for_selector(".nbp-empty:visible")
    ask(notebook, "show me some code")
    wait_for_answers(notebook, 1)
    page.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("button", name="Settings").click()
    page.get_by_label("Title").fill("Scratch")
    page.keyboard.press("Escape")
    page.get_by_role("heading", name="Scratch").wait_for()
    page.get_by_role("button", name="History").click()
    page.get_by_role("dialog").get_by_role("button", name="show me a table").click()
    wait_for_text(notebook, "petal length")
    notebook.run(2)

    assert "['show me a table', 'Scratch']" in page.locator(".jp-Cell").nth(2).inner_text()
