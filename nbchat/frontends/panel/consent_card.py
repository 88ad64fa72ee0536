"""What a person is shown of a question for consent: exactly what would run, and nothing hidden.

What is too long to be read is not offered to be run.
"""

from __future__ import annotations

from typing import Any

from nbchat.frontends.asked_about import asked_about
from nbchat.languages import translated
from nbchat.render.page import line
from nbchat.render.would_run import LONGEST_READ, WouldRun, code_to_read, written_out
from nbchat.tools.consent import ConsentQuestion
from nbchat.wording import written_out as written_out_on_one_line


def card(question: ConsentQuestion) -> dict[str, Any]:
    """The question as the page shows it; `code` is there where it may be edited."""
    can_run = can_be_read(question)
    facts = {
        "id": question.id,
        "tool": written_out_on_one_line(question.tool.name),
        "steps": len(question.steps),
        "html": _html(question),
        "can_run": can_run,
    }
    if question.can_be_edited and can_run:
        facts["code"] = written_out(question.code)
    return facts


def can_be_read(question: ConsentQuestion) -> bool:
    """Whether a person can read all of what would run."""
    return _length(question) <= LONGEST_READ


def _length(question: ConsentQuestion) -> int:
    return sum(len(call.code) + len(call.purpose or "") for call in asked_about(question))


def _html(question: ConsentQuestion) -> str:
    if not can_be_read(question):
        length = f"{_length(question):,}"
        words = translated(f"What would run has {length} characters: too many to be read.")
        return f"<p>{words}</p>"
    calls = asked_about(question)
    if not question.steps:
        return "".join(code_to_read(call.code) for call in calls)
    return f"<ol>{''.join(map(_step_html, calls))}</ol>"


def _step_html(call: WouldRun) -> str:
    words = line(f"{call.purpose or ''} ({call.tool})")
    return f"<li><p>{words}</p>{code_to_read(call.code)}</li>"
