"""One answer as a page: thinking, notices, words, tools asked for, and a footer.

The same answer gives the same bytes: no ids, no clock. What the model wrote
comes from the renderer; everything else is escaped here. It does not display.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from nbchat.render.characters import readable, unmasked, word_count

if TYPE_CHECKING:
    from nbchat.messages import Answer, Stop, ToolCall

STYLE = "".join(line.strip() for line in Path(__file__).with_name("style.css").read_text(encoding="utf-8").splitlines())

LAST_THOUGHTS = 400  # characters of the thinking that show while it goes on
LONGEST_CALL = 10_000  # characters of a tool's arguments that are shown

_CARET = '<span class="nbc-caret"></span>'
# The caret goes behind the last word, inside the last paragraph, item or cell.
_CLOSING_TAGS = re.compile(r"(?:</(?:p|h[1-6]|li|ul|ol|blockquote|pre|div|td|th|tr|thead|tbody|table|section)>\s*)*$")


def answer_html(
    answer: Answer, *, footer: Sequence[str] = (), notices: Sequence[str] = (), thought_open: bool = False
) -> str:
    """The complete `text/html` of a finished answer; `footer` begins with the model."""
    from nbchat.render.markdown import html

    parts: list[str] = []
    if answer.thought.strip():
        thought = html(readable(answer.thought))
        parts.append(_details(_thinking(answer.thought), thought, is_open=thought_open))
    parts += [_note(notice) for notice in dict.fromkeys([*answer.notices, *notices])]
    parts.append(html(readable(answer.text)))
    parts += [_tool_call(call) for call in answer.tool_calls]
    if ending := _ending(answer.stop, len(answer.text)):
        parts.append(_note(ending))
    parts.append(_footer(footer))
    return _page("".join(parts))


def live_html(
    settled: Sequence[str],
    tail: str,
    *,
    status: str,
    thought: str = "",
    caret: bool = True,
    style: bool = True,
) -> str:
    """The same page while it streams; `settled` and `tail` are an Incremental's.

    One `<style>` serves a whole notebook page, so repaints can do without (`style=False`).
    """
    parts: list[str] = []
    if thought.strip():
        last = readable(thought[-LAST_THOUGHTS:])
        shown = f"… {last}" if len(thought) > LAST_THOUGHTS else last
        # Open while there is nothing else to read, folded once the answer begins.
        words = f'<div class="nbc-last">{escape(shown, quote=False)}</div>'
        parts.append(_details(_thinking(thought), words, is_open=not (settled or tail)))
    parts += settled
    parts.append(_with_caret(tail) if caret and (tail or settled) else tail)
    if status:  # last, where the reader is
        parts.append(f'<p class="nbc-note nbc-live">{_line(status)}</p>')
    return _page("".join(parts), style=style)


def plain(answer: Answer) -> str:
    """The `text/plain` of an answer: its Markdown, or what there is in place of it."""
    text = readable(answer.text)
    if text.strip():
        return text
    if answer.tool_calls:
        names = ", ".join(_line_text(call.name) for call in answer.tool_calls)
        return f"(no text; asked for {names}, not run)"
    if answer.thought.strip():
        return f"(no text; {_thinking(answer.thought).lower()})"
    return "(no text)"


def _page(inner: str, *, style: bool = True) -> str:
    # The two ignore classes keep the page's own MathJax away from "$5 and $6".
    css = f"<style>{STYLE}</style>" if style else ""
    return f'<div class="nbc tex2jax_ignore mathjax_ignore">{css}{inner}</div>'


def _details(summary: str, inner: str, *, is_open: bool = False) -> str:
    mark = " open" if is_open else ""
    return f'<details{mark}><summary>{summary}</summary><div class="nbc-thought">{inner}</div></details>'


def _thinking(thought: str) -> str:
    count = word_count(thought)
    return f"Thinking, {count:,} word{'' if count == 1 else 's'}"


def _tool_call(call: ToolCall) -> str:
    from nbchat.render.code import code_block

    given = readable(_arguments(call))
    if len(given) > LONGEST_CALL:
        given = f"{given[:LONGEST_CALL]}\n… {len(given) - LONGEST_CALL:,} more characters"
    name = _line(call.name or "without a name")
    return f'<p class="nbc-note">asked for tool <code>{name}</code>; not run</p>{code_block(given, "json")}'


def _arguments(call: ToolCall) -> str:
    if call.arguments is None:
        return call.raw
    try:
        return json.dumps(call.arguments, indent=2, ensure_ascii=False)
    except (TypeError, ValueError, RecursionError):  # made by hand, or nested without end
        return call.raw


def _ending(stop: Stop, length: int) -> str:
    """One sentence for an answer that did not come to its own end."""
    detail = f" ({stop.detail})" if stop.detail else ""
    match stop.reason:
        case "broken":
            return f"The answer is incomplete: {stop.detail or 'the connection was lost'}"
        case "length":
            return f"The answer is incomplete: it reached the length limit{detail}."
        case "filter":
            return f"The answer is incomplete: the provider's content filter stopped it{detail}."
        case "interrupted":
            return f"Stopped after {length:,} characters; kept."
        case _:
            return ""


def _footer(facts: Sequence[str]) -> str:
    if not facts:
        return ""
    spans = [f"<span>{_line(fact)}</span>" for fact in facts]
    spans[0] = spans[0].replace("<span>", '<span class="nbc-model">', 1)
    return f'<div class="nbc-foot">{" · ".join(spans)}</div>'


def _note(words: str) -> str:
    return f'<p class="nbc-note" dir="auto">{_line(words)}</p>'


def _line(words: str) -> str:
    return escape(_line_text(words), quote=False)


def _line_text(words: str) -> str:
    return unmasked(" ".join(readable(words).split()))


def _with_caret(tail: str) -> str:
    end = _CLOSING_TAGS.search(tail)
    cut = end.start() if end else len(tail)
    return f"{tail[:cut].rstrip()}{_CARET}{tail[cut:]}"
