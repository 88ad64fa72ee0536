"""A conversation as a file to keep: Markdown, JSON, a page, or a notebook that can be run again."""

from __future__ import annotations

import re
from html import escape

from nbchat import render
from nbchat.conversation.conversation import Conversation
from nbchat.conversation.export import as_json, as_markdown, as_notebook
from nbchat.frontends.panel import saved_copy
from nbchat.frontends.quoting import shown_title
from nbchat.frontends.turn_output import turn_output

MEDIA_TYPES = {
    "md": "text/markdown",
    "json": "application/json",
    "html": "text/html",
    "ipynb": "application/x-ipynb+json",
}

PAGE = """<!doctype html>
<html><head><meta charset="utf-8"><title>{title}</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline';
 img-src data:">
<style>{style}</style></head>
<body><div class="nbc nbc-snapshot"><h1>{title}</h1>{turns}</div></body></html>
"""  # no script runs in it and nothing is fetched, whatever an answer says
PAGE_STYLE = (
    ":root{color-scheme:light dark}"
    "body{max-width:760px;margin:2em auto;padding:0 1em;"
    "font-family:system-ui;line-height:1.6;overflow-wrap:anywhere}"
    ".nbc a{color:color-mix(in srgb,#2878d8 85%,currentColor)}"
    # What goes on beyond the edge cannot be scrolled to on paper.
    "@media print{.nbc.nbc.nbc.nbc pre{white-space:pre-wrap!important}"
    ".nbc.nbc.nbc.nbc :is(th,td){padding:.3em;overflow-wrap:anywhere;white-space:normal}}\n"
)


def make_file(conversation: Conversation, form: str) -> dict[str, str]:
    """The file's name, type and text."""
    title = conversation.title or conversation.name
    stem = re.sub(r"[^\w.-]+", "-", title).strip("-.")[:60] or "conversation"
    return {"name": f"{stem}.{form}", "type": MEDIA_TYPES[form], "text": _text(conversation, form)}


def _text(conversation: Conversation, form: str) -> str:
    match form:
        case "html":
            title = escape(shown_title(conversation.title or conversation.name))
            turns = "".join(map(saved_copy.turn_html, conversation.turns))
            style = PAGE_STYLE + render.STYLE + saved_copy.STYLE
            return PAGE.format(title=title, style=style, turns=turns)
        case "ipynb":
            return as_notebook(conversation, turn_output)
        case "json":
            return as_json(conversation)
        case _:
            return as_markdown(conversation)
