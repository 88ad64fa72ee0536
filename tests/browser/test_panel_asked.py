"""A question that was typed elsewhere in the page is the panel's own: JupyterLab's extension."""

from __future__ import annotations

from .panel_page import NOW, OpenPanel

ASK = """text => document.querySelector('.nbp-root').dispatchEvent(
    new CustomEvent('nbchat-ask', { detail: text })
)"""


def test_it_is_asked_beside_what_is_being_written(open_panel: OpenPanel) -> None:
    panel = open_panel()
    panel.area.fill("half a thought")
    panel.page.evaluate(ASK, "Why?")

    assert panel.wait_sent("send")["text"] == "Why?"
    assert panel.area.input_value() == "half a thought"


def test_a_third_question_waits_in_the_field(open_panel: OpenPanel) -> None:
    """The kernel would give it back."""
    panel = open_panel()
    panel.tell({**NOW, "queued": "the second"})
    panel.page.evaluate(ASK, "the third")

    assert panel.sent("send") == []
    assert panel.area.input_value() == "the third"
    assert panel.page.locator(".nbp-toast").is_visible()
