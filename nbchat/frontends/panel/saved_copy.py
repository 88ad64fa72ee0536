"""The transcript as an output of the notebook: read where there is no kernel.

JupyterLab shows an error in place of a widget whose kernel is gone, and never the
widget's other representations, so this is a second output: without scripts, and
folded by the browser alone. The panel's style hides it where the panel lives.
"""

from __future__ import annotations

import re
from html import escape
from typing import Any
from zlib import crc32

from nbchat.conversation.conversation import Conversation
from nbchat.frontends.footer import footer
from nbchat.frontends.panel.turn_rows import question
from nbchat.frontends.quoting import shown_title
from nbchat.render import inline_style
from nbchat.render.answer_body import DrawPicture
from nbchat.render.characters import readable, undisguised, without_blank_lines
from nbchat.render.page import answer_parts, note, page
from nbchat.render.pictures import picture_html, picture_in_words
from nbchat.render.stylesheets import rules_for
from nbchat.turns import Turn
from nbchat.wording import plural

LONGEST_COPY = 120_000  # characters of HTML that a notebook keeps; the newest turns that fit
PICTURE_ROOM = 2_000_000  # characters of the pictures in it, the newest that fit; words for others
_DRAWN = re.compile(r'src="data:[^"]*"')

STYLE = (
    # JupyterLab's words for a panel whose kernel is gone.
    ".jp-OutputArea-child:has(+.jp-OutputArea-child .nbc-snapshot)"
    ":not(:has(.nbp-root,.nbchat-note)){display:none}"
    ".nbc.nbc-snapshot{color:var(--jp-content-font-color1,inherit);font-size:14px;"
    "overflow-wrap:break-word}"
    ".nbc.nbc.nbc .nbc-asked{margin:1em 0 .6em auto;width:fit-content;max-width:86%;"
    "padding:.45em .9em;"
    "border:1px solid #0000;border-radius:12px 12px 3px 12px;background:#8882;white-space:pre-wrap}"
)


class Snapshot:
    """Makes the copy; each turn is rendered once."""

    def __init__(self) -> None:
        self.mark = ""  # of the copy that was made last: the page looks whether the notebook has it
        self._rendered: dict[str, str] = {}  # HTML by the id of its turn

    def bundle(self, conversation: Conversation) -> dict[str, Any]:
        """The copy as the data of an output. It depends on nothing but the turns."""
        turns = conversation.turns
        shown: dict[str, str] = {}  # the newest first
        room, picture_room = LONGEST_COPY, PICTURE_ROOM
        for turn in reversed(turns):
            html = self._rendered.get(turn.id) or turn_html(turn)
            if _drawn_size(html) > picture_room:
                html = turn_html(turn, draw=picture_in_words)
            drawn = _drawn_size(html)
            picture_room -= drawn
            room -= len(html) - drawn
            if shown and room < 0:
                break
            shown[turn.id] = html
        self._rendered = shown
        left_out = len(turns) - len(shown)
        earlier = note(f"{left_out} earlier turns are not in this copy.") if left_out else ""
        title = escape(shown_title(conversation.title or conversation.name), quote=False)
        summary = (
            f"{title} · {plural(len(turns), 'turn')} (saved copy; run this cell for the panel)"
        )
        inner = f"<summary>{summary}</summary>{earlier}{''.join(reversed(shown.values()))}"
        self.mark = f"nbc-{crc32(inner.encode('utf-8', 'replace')):08x}"
        whole = (
            f'<details class="nbc nbc-snapshot {self.mark} tex2jax_ignore mathjax_ignore" '
            f"style={inline_style.PAGE} open>"
            f"<style>{rules_for(inner)}{STYLE}</style>{inner}</details>"
        )
        return {
            "text/html": without_blank_lines(whole),
            "text/plain": f"Conversation {conversation.name!r}: {plural(len(turns), 'turn')}.",
        }


def _drawn_size(html: str) -> int:
    return sum(map(len, _DRAWN.findall(html)))


def turn_html(turn: Turn, draw: DrawPicture = picture_html) -> str:
    """Question and answer for a page without our script. The style is left to the page."""
    asked = question(turn)
    labels = [f"[{label}]" for label, *_ in asked["attachments"] if label]
    kinds = [f"[{kind}]" for kind in asked["images"]]
    lines = filter(None, [turn.typed or asked["text"], *labels, *kinds])
    words = escape(undisguised(readable("\n".join(lines))), quote=False)
    answer = page(
        answer_parts(turn.answer, footer=footer(turn), notices=turn.answer.notices, draw=draw)
    )
    # A quotation is told from the answer also where the style is taken away: on GitHub, and in
    # JupyterLab without trust.
    return f'<blockquote class="nbc-asked" dir="auto">{words}</blockquote>{answer}'
