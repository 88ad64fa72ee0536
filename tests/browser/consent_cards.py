"""Cards as Python tells a page of them."""

from __future__ import annotations

from typing import Any

from nbchat.frontends.panel.consent_card import card
from nbchat.messages import ToolCall
from nbchat.tools.consent import ConsentQuestion, Step
from nbchat.tools.tool import FunctionTool

CODE = "df.groupby('species').mean()\u200b"
RUN = FunctionTool("run", code="code", approve=True)


def asked_card(code: str = CODE, *steps: Step) -> dict[str, Any]:
    """The question whether that may run, or that plan."""
    arguments = {"code": code}
    return card(ConsentQuestion(ToolCall("1", "run", arguments), RUN, arguments, steps))
