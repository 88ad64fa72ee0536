"""The words of one paragraph, heading or cell, as Markdown that other programs may render.

Where links, pictures, code and formulas are is what our own parser says; how they read is
what our page shows. Lines and blocks are not known here.
"""

from __future__ import annotations

import html
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from nbchat.invisible import INVISIBLE
from nbchat.render.characters import CONTROLS, undisguised, undisguised_name, unmasked
from nbchat.render.markdown.addresses import destination
from nbchat.render.markdown.links import picture_words, remark_words, words_of
from nbchat.render.markdown.source_tags import tag_edits

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

    Rule = Callable[[StateInline, bool], bool]

_HAS_PLACE = {"link": "link_open", "image": "image", "backticks": "code_inline"}
_HAS_PLACE["formula"] = "formula"
_WITH_WORDS = ("text", "code_inline", "formula", "image", "softbreak", "hardbreak")

_ESCAPED = re.compile(r"[\\`*_\[\]<>~$&#]")
_BACKSLASHES = r"(?<!\\)((?:\\\\)*)"  # an even number: what follows is not escaped
_PICTURE = re.compile(rf"{_BACKSLASHES}!(?=\[)")
# Where HTML could begin, but no address in angle brackets.
_TAG = re.compile(
    r"(?<!\\)(\\*)<(?=[A-Za-z/!?])(?!(?:https?:|mailto:)[^\s<>]*>|[\w.+-]+@[\w.-]+>)", re.I
)
_TAG_IN_CELL = re.compile(_TAG.pattern.replace("(?!(", r"(?!br\s*/?>|(", 1), re.I)
# A character by its number or name; some programs do without the semicolon.
_REFERENCE = re.compile(
    r"(?<!\\)(\\*)&(?:#x0*([0-9a-f]{1,6})(?![0-9a-f])|#0*([0-9]{1,7})(?![0-9])|([a-z][a-z0-9]*));?",
    re.I,
)
# Elsewhere an address is a link, with every sign up to a space: an escape there is none.
_BARE_LINK_BEGINS = re.compile(r"://|www\.", re.I)
_BARE_LINK_ENDS = re.compile(r"[ \t\n\r\f\v<]")
_LONGEST_LOOK_BACK = 500  # characters


class Edit(NamedTuple):
    """What stands in the place of some characters."""

    start: int
    end: int
    words: str


def note_places(md: MarkdownIt) -> None:
    """Make a MarkdownIt note where in a paragraph each link, picture, formula and code stands."""
    for rule in md.inline.ruler.__rules__:
        if kind := _HAS_PLACE.get(rule.name):
            rule.fn = _noting(rule.fn, kind)


def _noting(rule: Rule, kind: str) -> Rule:
    def noting(state: StateInline, silent: bool) -> bool:
        start, count = state.pos, len(state.tokens)
        if not rule(state, silent):
            return False
        if not silent:
            _note(state, state.tokens[count:], kind, start)
        return True

    return noting


def _note(state: StateInline, tokens: Sequence[Token], kind: str, start: int) -> None:
    for token in tokens:
        if token.type == kind:
            token.meta["place"] = start, state.pos
            if kind == "link_open":
                token.meta["label_end"] = state.md.helpers.parseLinkLabel(state, start)
            return


def legible_words(content: str, children: Sequence[Token]) -> str:
    """The same words, with what nobody sees written out."""
    edits = [_legible_code(content, token) for token in children if _is_code(token)]
    return _apply(content, edits, undisguised)


def safe_words(content: str, children: Sequence[Token], *, in_cell: bool) -> str:
    """The words as our page shows them: pictures are links, links say where they lead, no HTML."""

    def write(prose: str) -> str:
        return without_markup(undisguised(dereferenced(prose)), in_cell=in_cell)

    return _apply(content, list(_edits(content, children)), write)


def _space_before_tag(text: str, start: int) -> str:
    """What ends the address of a link, which may be a bare link where brackets do not count."""
    return " " if _TAG.match(text, start) else ""


def dereferenced(prose: str) -> str:
    """Markdown with the characters that nobody sees in the place of references to them.

    >>> dereferenced("a&#x202e;b &amp; &#27;").encode("unicode_escape")
    b'a\\\\u202eb &amp; \\\\\\\\x1b'
    """
    return _REFERENCE.sub(_dereferenced, prose) if "&" in prose else prose


def _dereferenced(match: re.Match[str]) -> str:
    escapes, hexadecimal, decimal, name = match.groups()
    if name:
        words = html.unescape(match[0][len(escapes) :])
    else:
        number = int(hexadecimal, 16) if hexadecimal else int(decimal)
        words = chr(number) if number <= sys.maxunicode else ""
    is_control = bool(CONTROLS.search(words))
    if not is_control and not INVISIBLE.search(words):
        return match[0]
    if len(escapes) % 2:
        return _space_behind_link(match.string, match.start()) + match[0]
    return escapes + (words.encode("unicode_escape").decode() if is_control else words)


def without_markup(prose: str, *, in_cell: bool = False) -> str:
    """Markdown whose pictures and HTML are words; `<br>` in a cell is a line end there, too."""
    if "![" in prose:
        prose = _PICTURE.sub(r"\1\\!", prose)
    if "<" in prose:
        prose = (_TAG_IN_CELL if in_cell else _TAG).sub(_escaped_tag, prose)
    return prose


def _escaped_tag(match: re.Match[str]) -> str:
    escapes = match[1] if len(match[1]) % 2 else match[1] + "\\"
    return f"{_space_behind_link(match.string, match.start())}{escapes}<"


def _space_behind_link(text: str, end: int) -> str:
    """What ends the bare link there, if one may reach up to there."""
    before = text[max(0, end - _LONGEST_LOOK_BACK) : end]
    return " " if _BARE_LINK_BEGINS.search(_BARE_LINK_ENDS.split(before)[-1]) else ""


def safe_formula(tex: str) -> str:
    """A formula that begins neither a picture nor HTML where nobody knows formulas."""
    return re.sub(r"!(?=\[)|<(?=[A-Za-z/!?])", r"\g<0> ", unmasked(dereferenced(tex)))


def _apply(content: str, edits: list[Edit], write: Callable[[str], str]) -> str:
    out = []
    end = 0
    for edit in sorted(edits):
        out += [write(content[end : edit.start]), edit.words]
        end = edit.end
    return "".join([*out, write(content[end:])])


def _is_code(token: Token) -> bool:
    return token.type == "code_inline" and "place" in token.meta


def _legible_code(content: str, token: Token) -> Edit:
    start, end = token.meta["place"]
    return Edit(start, end, unmasked(content[start:end]))


def _edits(content: str, children: Sequence[Token]) -> Iterator[Edit]:
    for place in sorted(set(_spaces_for_others(children))):
        yield Edit(place, place, " ")
    for edit in tag_edits(content, children):
        written = edit.words if edit.is_markdown else _escape(edit.words)
        yield Edit(edit.start, edit.end, written)
    opened: list[tuple[Token, list[str]]] = []  # each open link, and its words
    for token in children:
        if token.type == "link_open":
            opened.append((token, []))
        elif token.type == "link_close" and opened:
            link, words = opened.pop()
            if "place" in link.meta:
                yield from _link_edits(content, link, "".join(words))
        elif opened and token.type in _WITH_WORDS:
            opened[-1][1].append(words_of(token))
        if "place" in token.meta and token.type != "link_open":
            yield _edit(content, token, inside_link=any(map(_leads_somewhere, opened)))


def _spaces_for_others(children: Sequence[Token]) -> Iterator[int]:
    """Where other programs need a space beside a mark of emphasis: see `emphasis_beside_cjk`."""
    for token in children:
        if token.type in ("em_open", "strong_open", "s_open") and "space_before" in token.meta:
            yield token.meta["space_before"]
        elif token.type in ("em_close", "strong_close", "s_close") and "space_behind" in token.meta:
            yield token.meta["space_behind"]


def _leads_somewhere(opened: tuple[Token, list[str]]) -> bool:
    return bool(destination(str(opened[0].attrs.get("href", ""))))


def _edit(content: str, token: Token, *, inside_link: bool) -> Edit:
    start, end = token.meta["place"]
    if token.type == "code_inline":
        code = _space_behind_link(content, start) + unmasked(content[start:end])
        return Edit(start, end, code)
    if token.type == "formula":
        return Edit(start, end, safe_formula(content[start:end]))
    words, address = picture_words(token)
    words = _escape(words)
    if inside_link or not address:
        return Edit(start, end, words)
    return Edit(start, end, _link(words, address) + _space_before_tag(content, end))


def _link_edits(content: str, link: Token, words: str) -> Iterator[Edit]:
    """A link keeps its words; its address goes where it may not be clicked."""
    address = str(link.attrs.get("href", ""))
    (start, end), label_end = link.meta["place"], link.meta["label_end"]
    remark = remark_words(address, words)
    behind = _escape(f" ({remark})") if remark else ""
    if not destination(address):
        yield Edit(start, start + 1, "")
        yield Edit(label_end, end, behind)
        return
    typed = content[label_end:end]
    if "<" in typed or "![" in typed or undisguised_name(dereferenced(typed)) != typed:
        typed = _link("", address)[1:]
    yield Edit(label_end, end, typed + behind + _space_before_tag(content, end))


def _link(escaped_words: str, address: str) -> str:
    address = address.replace("(", "%28").replace(")", "%29").replace("<", "%3C")
    return f"[{escaped_words}]({unmasked(address)})"


def _escape(words: str) -> str:
    words = " ".join(undisguised_name(words).split(" "))
    return _ESCAPED.sub(r"\\\g<0>", words)
