"""An answer becomes safe HTML, or safe terminal text.

What a model writes is treated as hostile: it never becomes markup, an address
that is fetched, or a control sequence. Nothing here sends, stores or displays;
markdown-it, Pygments, nh3 and latex2mathml are imported when first needed.
"""

from __future__ import annotations

from nbchat.render.characters import readable
from nbchat.render.page import STYLE, answer_html, plain
from nbchat.render.streaming.incremental import Incremental
from nbchat.render.streaming.live_page import (
    LIVE_STYLE,
    ROOM_BELOW,
    STILL_ARRIVING,
    folded_head,
    folded_html,
    live_html,
    thinking_head,
    whole_live_html,
)
from nbchat.render.streaming.long_blocks import LongBlocks

__all__ = [
    "LIVE_STYLE",
    "ROOM_BELOW",
    "STILL_ARRIVING",
    "STYLE",
    "Incremental",
    "LongBlocks",
    "answer_html",
    "folded_head",
    "folded_html",
    "live_html",
    "plain",
    "thinking_head",
    "to_html",
    "to_markdown",
    "whole_live_html",
]


def to_html(markdown: str) -> str:
    """Safe HTML of a whole Markdown text.

    >>> to_html("*Hi* <b>")
    '<p><em>Hi</em> &lt;b&gt;</p>\\n'
    """
    from nbchat.render.markdown.parser import markdown_html

    return markdown_html(readable(markdown))


def to_markdown(markdown: str) -> str:
    """Safe Markdown of a whole Markdown text: what a page shows of it, for other programs.

    >>> to_markdown("![plot](https://a.example/p.png)")
    '[plot: image at a.example (not loaded)](https://a.example/p.png)'
    """
    from nbchat.render.markdown.source import safe_source

    return safe_source(markdown)
