"""`%chat check`: whether a model can be asked here, and what is missing."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence

from nbchat.engine.findings import Finding
from nbchat.errors import BadCommand
from nbchat.frontends.check_report import COSTS, FINE, Fault, faults, head, report_lines, rows
from nbchat.frontends.notebook.commands.chat_command import ChatCommand
from nbchat.frontends.notebook.commands.settings_table import WIDTH
from nbchat.frontends.notebook.commands.table import command
from nbchat.frontends.notebook.page_or_text import say, show
from nbchat.frontends.setup_check import check as look
from nbchat.languages import translated
from nbchat.render.page import line
from nbchat.render.transcript import table_html

LIVE = "--live"
COLON = re.compile("([:：])")


@command(
    "check [MODEL] [--live]",
    "is this set up, and what is missing? --live asks two short questions",
    group="general",
)
def check(chat: ChatCommand, text: str = "") -> None:
    words = text.split()
    names = [word for word in words if word != LIVE]
    if len(names) > 1 or any(name.startswith("-") for name in names):
        raise BadCommand(
            f"%chat check takes the name of one model, and {LIVE}.\nFor the model that would "
            "be asked now:\n%chat check"
        )
    live = LIVE in words
    if live:
        say(COSTS)
    model = names[0] if names else ""
    show_report(chat, look(chat.runtime, chat.conversation, model, live=live))


def show_report(chat: ChatCommand, findings: Sequence[Finding]) -> None:
    """What to do above what was looked at, as a page, and as text."""
    shell = chat.shell
    width = min(WIDTH, shutil.get_terminal_size((WIDTH, 24)).columns)
    if hasattr(shell, "kernel"):
        width = WIDTH
    show(shell, report_page(findings), "\n".join(report_lines(findings, width)))


def report_page(findings: Sequence[Finding]) -> str:
    """The report as safe HTML."""
    wrong = faults(findings)
    above = "".join(map(_fault_html, wrong)) if wrong else f"<p>{translated(FINE)}</p>"
    return above + table_html(head(), rows(findings), [False] * len(head()))


def _fault_html(fault: Fault) -> str:
    from nbchat.render.markdown.code import code_block

    about, colon, seen = COLON.split(fault.what, maxsplit=1)
    what = f"<strong>{line(about)}{colon}</strong> {line(seen)}"
    said = f"<p>{what}<br>{line(fault.to_do)}</p>" if fault.to_do else f"<p>{what}</p>"
    return said + (code_block(fault.command, "python") if fault.command else "")
