"""What would run, for a person to read before it does: whole, and with nothing hidden in it.

Names and arguments are model output. Nothing of them is cut: nobody consents to a part.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nbchat.languages import translated
from nbchat.render import inline_style
from nbchat.render.markdown.code import colour_code
from nbchat.render.page import line
from nbchat.wording import plural
from nbchat.wording import written_out as written_out_on_one_line

LONGEST_READ = 100_000  # characters that a person is asked to read
CODE = "code"  # the argument that is Python


@dataclass(slots=True, frozen=True)
class WouldRun:
    """One call: its tool, all that it is made with, and in a plan what it is for."""

    tool: str
    arguments: Mapping[str, Any]
    purpose: str | None = None

    @property
    def code(self) -> str:
        """The Python, or the arguments, as they are to be read."""
        if [*self.arguments] == [CODE]:
            return written_out(str(self.arguments[CODE]))
        each = (f"{name} = {_json(value)}" for name, value in self.arguments.items())
        return written_out("\n".join(each))

    @property
    def heading(self) -> str:
        """The tool, and of long code how many lines are to be read."""
        lines = self.code.count("\n") + 1
        return f"{self.tool}, {translated(plural(lines, 'line'))}" if lines > 1 else self.tool


def written_out(code: str) -> str:
    r"""Code of which lines, tabs and plain spaces are left as they are, and no other space.

    >>> written_out("a\tb\r\nc\u202ed\u00a0")
    'a\tb\nc\\u202ed\\xa0'
    """
    lines = re.split(r"\r\n?|\n", code)  # as Python reads it: a bare return ends a comment, too
    return "\n".join("\t".join(map(written_out_on_one_line, line.split("\t"))) for line in lines)


def would_run_html(calls: Sequence[WouldRun], waiting: str, question: str = "") -> str:
    """One call, or the numbered steps of a plan; `waiting` says for what.

    With the id of a `question` it can be found in a page.
    """
    if all(call.purpose is None for call in calls):
        return "".join(
            _note(call.heading, waiting, question) + code_to_read(call.code) for call in calls
        )
    steps = [f"<li>{line(_step_words(call))}{code_to_read(call.code)}</li>" for call in calls]
    count = translated(plural(len(calls), "step"))
    return _note(count, waiting, question) + f"<ol>{''.join(steps)}</ol>"


def would_run_words(calls: Sequence[WouldRun]) -> list[tuple[str, str]]:
    """The same in words: of each call a heading on one line, and its code."""
    if all(call.purpose is None for call in calls):
        return [(written_out_on_one_line(f"{call.heading}:"), call.code) for call in calls]
    return [
        (written_out_on_one_line(f"{number}. {_step_words(call)}:"), call.code)
        for number, call in enumerate(calls, 1)
    ]


def _step_words(call: WouldRun) -> str:
    purpose = (call.purpose or "").strip()
    return f"{purpose or translated('no purpose is told')} ({call.heading})"


def _note(what: str, waiting: str, question: str) -> str:
    words = f"<b>{line(what)}</b> · {line(translated(waiting))}"
    mark = f" nbc-asks-{question}" if question else ""
    return f'<p class="nbc-note{mark}" style="{inline_style.NOTE}">{words}</p>'


def code_to_read(code: str) -> str:
    """Code whose long lines are broken, so that nothing stands out of sight."""
    inner = colour_code(code, "python")
    if inner.startswith("\n"):  # browsers drop a line end right behind <pre>
        inner = f"<b></b>{inner}"
    style = inline_style.WIDE_CODE
    return f'<fieldset style="{style}"><pre class=nbc-plain>{inner}</pre></fieldset>'


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=repr)
