"""What a question for consent is about, as a cell and a panel show it to a person."""

from __future__ import annotations

from nbchat.render.would_run import WouldRun
from nbchat.tools.consent import ConsentQuestion


def asked_about(question: ConsentQuestion) -> list[WouldRun]:
    """The call, or the steps of a plan."""
    if not question.steps:
        return [WouldRun(question.tool.name, question.arguments)]
    return [WouldRun(step.tool, step.arguments, step.purpose) for step in question.steps]
