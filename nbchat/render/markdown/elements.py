"""HTML of markdown-it's tokens, where it is not markdown-it's own.

Code, formulas, tables, details and footnotes. The methods are called by the names of the
tokens. What is made here still goes through the sanitiser.
"""

from __future__ import annotations

from collections.abc import Callable, MutableMapping, Sequence
from html import escape
from typing import Any

from markdown_it.common.utils import unescapeAll
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import OptionsDict

from nbchat.render.characters import undisguised, unmasked
from nbchat.render.inline_style import DISPLAYED, HEADINGS, HIDDEN, NOTES, SCROLLS
from nbchat.render.markdown.code import NARROW_LINE, code_block, growing_block, language_of
from nbchat.render.maths.mathml import in_letters, mathml
from nbchat.render.maths.tex import LONGEST_FORMULA

RenderState = MutableMapping[str, Any]

# In place of a formula of which only a part has come: half of one is no sight.
HELD_BACK = "<p class=nbc-grows>a formula…</p>\n"
_CLOSER = {"$": "$", "$$": "$$", r"\(": r"\)", r"\[": r"\]"}


class Elements(RendererHTML):
    def text(
        self, tokens: Sequence[Token], number: int, options: OptionsDict, env: RenderState
    ) -> str:
        return escape(undisguised(tokens[number].content), quote=False)

    def code_inline(
        self, tokens: Sequence[Token], number: int, options: OptionsDict, env: RenderState
    ) -> str:
        return f"<code>{escape(unmasked(tokens[number].content), quote=False)}</code>"

    def fence(
        self, tokens: Sequence[Token], number: int, options: OptionsDict, env: RenderState
    ) -> str:
        token = tokens[number]
        source, language = token.content.removesuffix("\n"), language_of(unescapeAll(token.info))
        if env.get("open_fence") is token:
            return HELD_BACK if language == "math" else growing_block(source, language)
        if language == "math" and mathml(source.strip(), display=True):
            return _display_formula(source.strip(), source)
        return code_block(source, language)

    def code_block(
        self, tokens: Sequence[Token], number: int, options: OptionsDict, env: RenderState
    ) -> str:
        return code_block(tokens[number].content.removesuffix("\n"), "")

    def formula(
        self, tokens: Sequence[Token], number: int, options: OptionsDict, env: RenderState
    ) -> str:
        opener, tex = tokens[number].markup, tokens[number].content
        typed = unmasked(f"{opener}{tex}{_CLOSER[opener]}")
        return _formula(tex, typed, display=opener in ("$$", r"\["))

    def formula_block_open(
        self, tokens: Sequence[Token], number: int, options: OptionsDict, env: RenderState
    ) -> str:
        return ""

    formula_block_close = formula_block_open

    def formula_block(
        self, tokens: Sequence[Token], number: int, options: OptionsDict, env: RenderState
    ) -> str:
        opener, tex, closer = tokens[number].markup, tokens[number].content, tokens[number].info
        typed = unmasked(f"{opener}{tex}{closer}")
        tex = typed if opener.startswith(r"\begin") else tex.strip()
        if closer and mathml(tex, display=True):
            return _display_formula(tex, typed)
        if not closer and env.get("unfinished") and len(typed) < LONGEST_FORMULA:
            return HELD_BACK
        return f'<pre class="nbc-plain">{escape(typed, quote=False)}</pre>\n'

    def details_open(
        self, tokens: Sequence[Token], number: int, options: OptionsDict, env: RenderState
    ) -> str:
        return '<details class="nbc-fold">'

    def summary_close(
        self, tokens: Sequence[Token], number: int, options: OptionsDict, env: RenderState
    ) -> str:
        return "</summary>"

    def heading_open(
        self, tokens: Sequence[Token], number: int, options: OptionsDict, env: RenderState
    ) -> str:
        if style := HEADINGS.get(tokens[number].tag):
            tokens[number].attrs["style"] = style
        return f"{self.renderToken(tokens, number, options, env)}<b>"

    def heading_close(
        self, tokens: Sequence[Token], number: int, options: OptionsDict, env: RenderState
    ) -> str:
        return f"</b>{self.renderToken(tokens, number, options, env)}"

    def link_open(
        self, tokens: Sequence[Token], number: int, options: OptionsDict, env: RenderState
    ) -> str:
        return f"{self.renderToken(tokens, number, options, env)}<u>"

    def link_close(
        self, tokens: Sequence[Token], number: int, options: OptionsDict, env: RenderState
    ) -> str:
        return f"</u>{self.renderToken(tokens, number, options, env)}"

    def table_open(
        self, tokens: Sequence[Token], number: int, options: OptionsDict, env: RenderState
    ) -> str:
        table = self.renderToken(tokens, number, options, env)
        if tokens[number].meta.get("wide"):
            return f'<div class="nbc-wide" tabindex="0" style="{SCROLLS}">{table}'
        return table

    def table_close(
        self, tokens: Sequence[Token], number: int, options: OptionsDict, env: RenderState
    ) -> str:
        return "</table></div>\n" if tokens[number].meta.get("wide") else "</table>\n"


def _footnote_mark(
    self: Elements, tokens: Sequence[Token], number: int, options: OptionsDict, env: RenderState
) -> str:
    return f"<sup>[{tokens[number].meta['id'] + 1}]</sup>"


def _always(html: str) -> Callable[..., str]:
    return lambda *_: html


# Plain marks, and a list at the end: links between them would need ids.
FOOTNOTE_RULES: dict[str, Callable[..., str]] = {
    "footnote_ref": _footnote_mark,
    "footnote_block_open": _always(f'<section style="{NOTES}"><ol>'),
    "footnote_block_close": _always("</ol></section>"),
    "footnote_open": _always("<li>"),
    "footnote_close": _always("</li>"),
    "footnote_anchor": _always(""),
    "footnote_reference_open": _always(""),
    "footnote_reference_close": _always(""),
}


def _formula(tex: str, typed: str, *, display: bool) -> str:
    """MathML, and behind it the formula on one line, or as it was typed.

    That is for notebooks that are not trusted: there JupyterLab takes MathML away and keeps its
    letters, which `hidden` then hides.
    """
    formula, line = mathml(tex, display), in_letters(tex, display)
    typed = escape(typed, quote=False)
    if not formula:
        return f'<code class="nbc-tex">{typed}</code>'
    in_its_place = f"<i>{line}</i>" if line else f"<code>{typed}</code>"
    return f"<i hidden={HIDDEN}>{formula}</i>{in_its_place}"


def _display_formula(tex: str, typed: str) -> str:
    mark = ' tabindex="0"' if len(typed) > NARROW_LINE else ""
    return f'<p{mark} style="{DISPLAYED}">{_formula(tex, typed, display=True)}</p>\n'
