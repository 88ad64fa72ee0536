"""One answer as a page: thinking, notices, words, tools asked for, and a footer.

The same answer gives the same bytes: no ids, no clock. What the model wrote
comes from the renderer; everything else is escaped here. It does not display.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from nbchat.invisible import INVISIBLE
from nbchat.languages.live import said
from nbchat.render import inline_style, stylesheets
from nbchat.render.answer_body import (
    DrawPicture,
    body_html,
    has_results,
    words_with_sources,
)
from nbchat.render.characters import readable, without_blank_lines, word_count
from nbchat.render.page_parts import details, line, note, small_line
from nbchat.render.pictures import picture_html
from nbchat.render.sources import numbered, sources_html, sources_summary
from nbchat.render.tool_calls import unrun_html
from nbchat.render.tool_words import name_of
from nbchat.wording import plural

if TYPE_CHECKING:
    from nbchat.events import Answer, Stop

__all__ = [
    "STYLE",
    "answer_html",
    "answer_parts",
    "details",
    "ending_text",
    "folded_sources",
    "legible",
    "line",
    "note",
    "page",
    "plain",
    "small_line",
    "styled_page",
    "thinking_summary",
]

STYLE = stylesheets.minified("style.css")

TOO_LONG = "The answer is incomplete: it reached the length limit"
FILTERED = "The answer is incomplete: the provider's content filter stopped it"

_CODE = re.compile(r"(<pre\b.*?</pre>)", re.DOTALL)
_BEHIND_BLOCKS = re.compile(
    r"(</(?:p|h[1-6]|ul|ol|li|table|div|blockquote|fieldset|pre|section|details|summary)>"
    r"|<hr>|<blockquote[^>]*>|<li>|<br>)\n"
)


def answer_html(
    answer: Answer,
    *,
    footer: Sequence[str] = (),
    notices: Sequence[str] = (),
    with_ending: bool = True,
) -> str:
    """The complete `text/html` of a finished answer; `footer` begins with the model.

    `with_ending` says how it came to an end, where that was not its own.
    """
    return styled_page(
        answer_parts(answer, footer=footer, notices=notices, with_ending=with_ending)
    )


def answer_parts(
    answer: Answer,
    *,
    footer: Sequence[str] = (),
    notices: Sequence[str] = (),
    with_ending: bool = True,
    draw: DrawPicture = picture_html,
) -> str:
    """The same without the style and what is around it; `draw` makes HTML of each picture."""
    from nbchat.render.markdown.parser import markdown_html

    parts: list[str] = []
    if answer.thought.strip():
        thought = markdown_html(readable(answer.thought))
        parts.append(details(thinking_summary(answer.thought), thought))
    parts += [note(notice) for notice in dict.fromkeys([*answer.notices, *notices])]
    parts.append(body_html(answer, draw))
    parts.append(folded_sources(answer))
    if not has_results(answer):
        parts += map(unrun_html, answer.tool_calls)
    if with_ending and (incomplete := ending_text(answer.stop, len(answer.text))):
        parts.append(note(incomplete))
    parts.append(small_line(footer))
    return _on_few_lines("".join(parts))


def plain(answer: Answer) -> str:
    """The `text/plain` of an answer: its Markdown, or what there is in place of it."""
    text = legible(words_with_sources(answer))
    if answer.text.strip() or has_results(answer):
        return text
    if answer.tool_calls:
        names = ", ".join(map(name_of, answer.tool_calls))
        return f"(no text; asked for {names}, not run)"
    if answer.thought.strip():
        return f"(no text; {thinking_summary(answer.thought).lower()})"
    return "(no text)"


def legible(markdown: str) -> str:
    """The Markdown as typed, but for control characters and for what nobody would see."""
    text = readable(markdown)
    if not INVISIBLE.search(text):
        return text
    from nbchat.render.markdown.source import legible_source

    return legible_source(text)


def styled_page(inner: str) -> str:
    """A page with what it needs of our style sheet."""
    style = stylesheets.rules_for(inner)
    return page(f"<style>{style}</style>{inner}" if style else inner)


def page(inner: str) -> str:
    return _framed(inner, f" style={inline_style.PAGE}")


def part(inner: str) -> str:
    """A page that is shown for a moment, and whose style is in another one."""
    return _framed(inner)


def _framed(inner: str, style: str = "") -> str:
    # The two ignore classes keep the page's own MathJax away from "$5 and $6".
    mark = f'class="nbc tex2jax_ignore mathjax_ignore"{style}'
    return without_blank_lines(f"<div {mark}>{inner}</div>")


def _on_few_lines(html: str) -> str:
    """A notebook keeps every line of an output as a string of its own, so only those of code are
    lines.
    """
    return "".join(
        part if part.startswith("<pre") else _on_one_line(part) for part in _CODE.split(html)
    )


def _on_one_line(html: str) -> str:
    return _BEHIND_BLOCKS.sub(r"\1", html).replace("\n", " ")


def folded_sources(answer: Answer) -> str:
    """The sources of an answer below it, if it names any."""
    sources = numbered(answer.sources)
    return details(sources_summary(sources), sources_html(sources)) if sources else ""


def thinking_summary(thought: str) -> str:
    count = word_count(thought)
    return said(f"Thinking, {plural(count, 'word')}")


def ending_text(stop: Stop, length: int) -> str:
    """One sentence for an answer that did not come to its own end."""
    detail = f" ({stop.detail})" if stop.detail not in ("", stop.reason) else ""
    match stop.reason:
        case "broken":
            return f"The answer is incomplete: {stop.why or 'the connection was lost'}"
        case "length":
            return f"{TOO_LONG}{detail}."
        case "filter":
            return f"{FILTERED}{detail}."
        case "tool_calls" if stop.detail == "limit":
            return "The answer is incomplete: it reached the limit of calls. Ask again to go on."
        case "interrupted" if not length:
            return "Stopped before a word was said; kept."
        case "interrupted":
            return f"Stopped after {length:,} characters; kept."
        case _:
            return ""
