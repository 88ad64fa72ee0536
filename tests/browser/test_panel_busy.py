"""Stop, and a kernel that is busy, interrupted, restarted, or has unloaded nbchat."""

from __future__ import annotations

from pathlib import Path

from ..fakes.provider import Service, answer, said
from ..fakes.steps import Steps
from ..waiting import until
from .lab import Lab
from .panel_lab import InLab, ask, using, wait_for_answers, wait_for_text

# A few words, and then nothing for as long as anybody waits.
HELD = answer(*said("word " * 3)[:2], hold=600)


def test_stop_keeps_what_had_arrived_and_is_there_before_the_first_word(
    in_lab: InLab, service: Service
) -> None:
    service.plays(HELD, answer(b"", hold=60))
    notebook = in_lab(load=using(service))
    ask(notebook, "go on")
    wait_for_text(notebook, "word word")
    notebook.page.get_by_role("button", name="Stop").click()
    wait_for_text(notebook, "kept.")
    wait_for_answers(notebook, 1)

    ask(notebook, "say nothing")
    notebook.page.wait_for_selector(".nbp-wait i")
    notebook.page.locator(".nbp-comp textarea").press("Escape")
    notebook.page.wait_for_selector(".nbp-send")
    notebook.page.wait_for_function(
        "document.querySelector('.nbp-comp textarea').value === 'say nothing'"
    )

    assert notebook.page.locator(".nbp-turn").count() == 1
    assert service.left(2)


def test_stop_ends_a_chat_cell_too(in_lab: InLab, service: Service) -> None:
    service.plays(HELD)
    notebook = in_lab("%%chat\ngo on", load=using(service))
    notebook.run(2, wait=False)
    wait_for_text(notebook, "word word")
    notebook.page.get_by_role("button", name="Stop").click()
    wait_for_text(notebook, "kept.")

    assert service.left(1)


def test_a_busy_cell_does_not_hold_up_send_and_stop(
    in_lab: InLab, service: Service, tmp_path: Path
) -> None:
    """ipykernel 7.4 answers in the shell that published last; here a cell has, and then sleeps."""
    service.plays(answer(*said("one"), gap=0), HELD)
    begun = tmp_path / "begun"
    sleeps = f"import time; open({str(begun)!r}, 'w').close(); time.sleep(600); print('slept')"
    notebook = in_lab("%%chat\nfirst", sleeps, load=using(service))
    notebook.run(2)
    notebook.run(3, wait=False)
    until(begun.exists)
    ask(notebook, "second")
    wait_for_text(notebook, "word word")
    notebook.page.get_by_role("button", name="Stop").click()
    wait_for_text(notebook, "kept.")

    assert notebook.page.locator(".jp-Cell").nth(3).locator(".jp-OutputArea-output").count() == 0
    notebook.interrupt()


def test_without_comms_over_subshells_a_question_waits_for_the_cell(
    lab: Lab, in_lab: InLab
) -> None:
    lab.setting("apputils-extension:kernels-settings", {"commsOverSubshells": "disabled"})
    try:
        notebook = in_lab("import time; time.sleep(3)", own_page=True)
        notebook.run(2, wait=False)
        ask(notebook, "show me a table")
        assert notebook.page.get_by_role("button", name="Stop").is_visible()
        wait_for_answers(notebook, 1)
    finally:
        lab.setting("apputils-extension:kernels-settings", None)


def test_the_interrupt_button_stops_a_panels_answer_while_no_cell_runs(
    in_lab: InLab, service: Service
) -> None:
    service.plays(HELD)
    notebook = in_lab("'the kernel lives'", load=using(service))
    ask(notebook, "go on")
    wait_for_text(notebook, "word word")
    notebook.interrupt()
    wait_for_text(notebook, "kept.")
    notebook.run(2)

    assert (
        "the kernel lives"
        in notebook.page.locator(".jp-Cell").nth(2).locator(".jp-OutputArea").inner_text()
    )


def test_interrupting_a_cell_leaves_a_panels_answer_alone(in_lab: InLab, service: Service) -> None:
    words = said(*["word "] * 60)
    steps = Steps(words[:4], words[4:])
    service.plays(steps)
    notebook = in_lab("import time; print('be' + 'gun'); time.sleep(600)", load=using(service))
    ask(notebook, "go on")
    notebook.run(2, wait=False)
    notebook.page.locator(".jp-OutputArea-output", has_text="begun").first.wait_for()
    wait_for_text(notebook, "word word")
    notebook.interrupt()
    notebook.page.get_by_text("KeyboardInterrupt").first.wait_for()
    steps.finish()
    wait_for_answers(notebook, 1)

    assert "kept." not in notebook.page.locator(".nbp-log").inner_text()


def test_a_restarted_kernel_is_noticed_and_nothing_that_was_typed_is_lost(
    in_lab: InLab, service: Service
) -> None:
    service.plays(HELD)
    notebook = in_lab(load=using(service))
    ask(notebook, "go on")
    wait_for_text(notebook, "word word")
    notebook.page.locator(".nbp-comp textarea").fill("and then?")
    notebook.restart()
    notebook.page.get_by_text("The kernel was restarted").wait_for()
    notebook.page.locator(".nbp-comp textarea").press("Enter")

    assert notebook.page.locator(".nbp-comp textarea").input_value() == "and then?"
    assert "word word" in notebook.page.locator(".nbp-log").inner_text()
    assert notebook.page.get_by_role("button", name="Stop").count() == 0

    notebook.run(0, 1)
    notebook.page.wait_for_selector(".nbp-empty")


def test_a_panel_outlives_the_extension(in_lab: InLab, service: Service) -> None:
    """Unloading ends what is being answered; the panel itself needs no magics."""
    service.plays(HELD, answer(*said("still here")))
    notebook = in_lab("%unload_ext nbchat", load=using(service))
    ask(notebook, "go on")
    wait_for_text(notebook, "word word")
    notebook.run(2)
    wait_for_text(notebook, "kept.")
    wait_for_answers(notebook, 1)
    ask(notebook, "and now?")
    wait_for_text(notebook, "still here")
