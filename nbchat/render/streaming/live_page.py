"""An answer while it streams: the same page, with what a reader needs meanwhile.

What is thought shows its last lines until the first word comes, then it folds.
A page in several outputs has its style in another one, and is in no saved notebook;
`whole_live_html` is a page by itself.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

from nbchat.languages import translated
from nbchat.render import inline_style, stylesheets
from nbchat.render.characters import readable, undisguised
from nbchat.render.page import STYLE, details, line, note, page, part, thinking_summary

# For the pages of an answer that is spread over several outputs.
LIVE_STYLE = "".join([STYLE, *map(stylesheets.minified, ("outputs.css", "live.css"))])

# Who saves or reloads a notebook in the middle of an answer is left with what was painted.
STILL_ARRIVING = "still arriving; %chat history has it"

# JupyterLab removes all outputs and lays the page out before it shows the next one. The page
# would jump up to the question. The first of these two gives the notebook room below; the second
# takes it away after a transition, which goes on when its style is gone. They are an output of
# their own, so that `:has` does not search a whole notebook at every repaint.
ROOM_BELOW = tuple(
    f'<div class="nbc nbc-style nbc-{name}"><style>'
    f".jp-WindowedPanel-inner:has(.nbc-{name}){{{rule}}}"
    ".nbc .nbc-open{display:block!important}</style></div>"
    for name, rule in (
        ("room", "padding-bottom:1000000px"),
        ("ends", "transition:padding-bottom 0s .5s"),
    )
)

LAST_THOUGHTS = 500  # characters; so much of the thinking is shown at least while it goes on

_FORMULA = re.compile(
    rf"<i hidden={inline_style.HIDDEN}>(<math\b.*?</math>)</i><(i|code)>.*?</\2>", re.DOTALL
)
_HEADING = re.compile(r"<(h[1-6])(?=[ >])")

_CARET = "<span class=nbc-caret></span>"
# The caret goes behind the last word, inside the last paragraph, item or cell: of a row that is
# being written, the cells to come are there and empty.
_CLOSING_TAGS = re.compile(
    r"(?:(?:(?<!<tr>)<t[dh][^<>]*></t[dh]>|</(?:p|b(?=></h)|h[1-6]|li|ul|ol|blockquote|pre|div"
    r"|td|th|tr|thead|tbody|table|section|fieldset)>)\s*)*$"
)


def live_html(
    blocks: Sequence[str],
    tail: str = "",
    *,
    status: str = "",
    thought: str = "",
    notices: Sequence[str] = (),
    caret: bool = True,
) -> str:
    """Blocks that have settled, the open end with a caret, and a line about what is going on.

    `thought` is what has been thought so far, while there is nothing else to read. Without a
    `caret` where no words come at the end.
    """
    parts = [_open_thought(thought), *map(note, notices), *blocks]
    if status:  # last, where the reader is
        words = _with_caret(tail) if caret and (tail or blocks) else tail
        parts.append(f"<div class=nbc-open>{words}{_status_html(status)}</div>")
    return part("".join(parts))


def whole_live_html(
    head: str, blocks: Sequence[str], tail: str, *, status: str, caret: bool = True
) -> str:
    """All of an answer in one page, with what it needs of our style sheets.

    `head` is what comes before the words: `thinking_head` as long as there are none, then
    `folded_head`.
    """
    words = _with_caret(tail) if caret and (tail or blocks) else tail
    inner = "".join([head, *blocks, words, _status_html(status)])
    style = stylesheets.rules_for(inner) + stylesheets.rules_for(inner, "live.css")
    return page(f"<style>{style}</style>{inner}")


def thinking_head(thought: str, notices: Sequence[str] = ()) -> str:
    """What comes before the words: the last lines of the thinking, and notices."""
    return "".join([_open_thought(thought), *map(note, notices)])


def folded_head(thought: str, notices: Sequence[str] = ()) -> str:
    """The same as it will be at the end: folded thinking, and notices."""
    from nbchat.render.markdown.parser import markdown_html

    parts: list[str] = []
    if thought.strip():
        parts.append(details(_summary(thought), markdown_html(readable(thought))))
    return "".join([*parts, *map(note, notices)])


def lighten(block: str) -> str:
    """The block for a page that will not be saved.

    Without the sources of formulas, which are for notebooks that are not trusted. And with
    headings that JupyterLab leaves out of its table of contents: it builds that table at every
    change of an output, and searches the output for each heading.
    """
    return _HEADING.sub(r'<\1 class="tocSkip"', _FORMULA.sub(r"\1", block))


def folded_html(thought: str, notices: Sequence[str] = ()) -> str:
    """`folded_head` as a page: the first of several outputs."""
    return part(folded_head(thought, notices))


def _status_html(status: str) -> str:
    return f"<p class='nbc-note nbc-live'>{line(status)}</p>"


def _open_thought(thought: str) -> str:
    if not thought.strip():
        return ""
    return details(_summary(thought), _last_lines(thought), is_open=True)


def _summary(thought: str) -> str:
    return translated(thinking_summary(thought))


def _last_lines(thought: str) -> str:
    """The last lines.

    Where they begin moves in steps, or every line would break anew at every word.
    """
    start = max(0, len(thought) // LAST_THOUGHTS - 1) * LAST_THOUGHTS
    classes = "nbc-last"
    if start:
        start = max(start, thought.find(" ", start, start + 50) + 1)
        classes = "nbc-last nbc-full"
    words = escape(undisguised(readable(thought[start:])), quote=False)
    return f'<div class="{classes}">{words}</div>'


def _with_caret(tail: str) -> str:
    end = _CLOSING_TAGS.search(tail)
    cut = end.start() if end else len(tail)
    return f"{tail[:cut].rstrip()}{_CARET}{tail[cut:]}"
