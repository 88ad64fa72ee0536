"""A tool's call with its result, as one line with what is folded below it.

Names, arguments and results are model output: all of it is made safe here. A result is shown as
the text that it is, never as Markdown or HTML. Nothing depends on the clock.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from html import escape
from typing import TYPE_CHECKING, TypeAlias

from nbchat.languages.live import said
from nbchat.render import inline_style
from nbchat.render.characters import readable
from nbchat.render.pictures import picture_html, picture_in_words
from nbchat.render.ran_calls import as_it_ran
from nbchat.render.tool_words import (
    LONGEST_CALL,
    LONGEST_RESULT,
    MOST_FIGURES,
    arguments_text,
    figures,
    gist,
    is_told_by_gist,
    name_of,
    one_line,
    outcome,
    result_text,
    shown,
    shown_code,
)
from nbchat.wording import plural

if TYPE_CHECKING:
    from nbchat.messages import AnswerPart, Image, ToolCall, ToolResult

__all__ = [
    "Called",
    "call_html",
    "calls_with_results",
    "code_html",
    "gist",
    "running_html",
    "text_html",
    "unrun_html",
]

Called: TypeAlias = "tuple[ToolCall, ToolResult | None]"
DrawPicture: TypeAlias = "Callable[[Image], str]"

FIRST_LINES = 20  # of a text that are shown before the rest is folded
# Columns: lines that have them are not broken.
_TABLE = re.compile(r"\S(?: {2,}|\t) *\S|\|")


def calls_with_results(parts: Iterable[AnswerPart]) -> Iterator[AnswerPart | Called]:
    """The parts in order, each call together with its result; of an id used again the next one."""
    from nbchat.messages import ToolCall, ToolResult

    there = list(parts)
    taken: set[int] = set()
    for place, part in enumerate(there):
        if isinstance(part, ToolCall):
            result = None
            for later in range(place + 1, len(there)):
                other = there[later]
                if isinstance(other, ToolResult) and other.id == part.id and later not in taken:
                    taken.add(later)
                    result = other
                    break
            yield part, result
        elif not isinstance(part, ToolResult):
            yield part


def call_html(call: ToolCall, result: ToolResult, draw: DrawPicture = picture_html) -> str:
    """A call that has its result: one line, what was called and what came of it folded below.

    Its figures stand under it, each as `draw` makes it.
    """
    mark = outcome(result)
    call, result = as_it_ran(call, result)
    inner = code_html(call) + text_html(result_text(result))
    pictures = figures(result)
    drawn = [*map(draw, pictures[:MOST_FIGURES])]
    drawn += map(picture_in_words, pictures[MOST_FIGURES:])
    return _fold(call, mark, inner) + "".join(drawn)


def running_html(
    call: ToolCall,
    output: str = "",
    *,
    status: str = "",
    pictures: Iterable[Image] = (),
    draw: DrawPicture = picture_html,
) -> str:
    """A call that waits or runs, unfolded; `output` is what it has printed so far.

    `status` is what goes on, such as `3 s`.
    """
    inner = code_html(call) + text_html(shown(output, LONGEST_RESULT).strip("\n"))
    return _fold(call, status, inner, is_live=True) + "".join(map(draw, pictures))


def unrun_html(call: ToolCall) -> str:
    """A call that nobody runs here."""
    from nbchat.render.markdown.code import code_block

    arguments = readable(arguments_text(call) or "{}")
    if len(arguments) > LONGEST_CALL:
        more = len(arguments) - LONGEST_CALL
        arguments = f"{arguments[:LONGEST_CALL]}\n{said(f'… {more:,} more characters')}"
    asked = said(f"asked for tool <code>{escape(name_of(call), quote=False)}</code>; not run")
    heading = f'<p class=nbc-note style="{inline_style.NOTE}">{asked}</p>'
    return heading + code_block(arguments, "json")


def code_html(call: ToolCall) -> str:
    """What is called, in full: coloured, and with every hidden character written out.

    Nothing, where the line above says all of it.
    """
    from nbchat.render.markdown.code import code_block
    from nbchat.render.sanitise import sanitise

    if is_told_by_gist(call):
        return ""
    source, language = shown_code(call)
    return sanitise(code_block(source, language)) if source.strip() else ""


def text_html(text: str) -> str:
    """What a tool has said, as typed: its first lines, and the others in a fold."""
    from nbchat.render.sanitise import sanitise

    if not text.strip():
        return ""
    lines = text.split("\n")
    first, rest = lines[:FIRST_LINES], lines[FIRST_LINES:]
    html = _pre("\n".join(first))
    if rest:
        summary = f"<summary>{said(plural(len(rest), 'more line'))}</summary>"
        below = _pre("\n".join(rest))
        html += f"<details>{summary}{below}</details>"
    return sanitise(html)


def _pre(text: str) -> str:
    """A text with its line ends; a table stays one."""
    words = escape(text, quote=False)
    if words.startswith("\n"):  # browsers drop a line end right behind <pre>
        words = f"<b></b>{words}"
    if _TABLE.search(text):
        return f'<pre tabindex=0 style="{inline_style.UNBROKEN}">{words}</pre>'
    return f"<pre class=nbc-plain>{words}</pre>"


def _fold(call: ToolCall, mark: str, inner: str, *, is_live: bool = False) -> str:
    words = gist(call)
    facts = [f"<b>{escape(name_of(call), quote=False)}</b>"]
    if mark:
        facts.append(escape(one_line(mark), quote=False))
    if words:
        facts.append(f"<code dir=ltr>{escape(words, quote=False)}</code>")
    marks = "class=nbc-tool"
    if is_live:
        marks = 'class="nbc-tool nbc-live" open'
    summary = f"<summary>{' · '.join(facts)}</summary>"
    box = f'<div class=nbc-thought style="{inline_style.THOUGHT}">{inner}</div>'
    return f'<details {marks} style="{inline_style.THINKING}">{summary}{box}</details>'
