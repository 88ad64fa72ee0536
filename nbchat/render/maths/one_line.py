"""A formula on one line, `E = mc²`, for pages that do not show MathML.

It reads latex2mathml's tree, and gives up where a line would be harder to read
than the source: matrices, braces, fractions in fractions.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape, unescape
from typing import TYPE_CHECKING
from unicodedata import normalize

from nbchat.render.maths.alphabets import ABOVE, BELOW, shape_letters

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

LONGEST_LINE = 160  # characters

_HALVES = {"1/2": "½", "1/3": "⅓", "2/3": "⅔", "1/4": "¼", "3/4": "¾"}
# What stands over a letter, as a mark that combines with it.
_MARKS = {
    "^": "\u0302", "ˆ": "\u0302",
    "¯": "\u0304", "―": "\u0304", "‾": "\u0304",
    "~": "\u0303", "˜": "\u0303",
    "˙": "\u0307", "˚": "\u030a", "¨": "\u0308",
    "→": "\u20d7", "⃗": "\u20d7",
}  # fmt: skip
_SPACED = frozenset("=<>≤≥≪≫≈≠≡∼≃≅∝≺≻∈∉⊂⊆⊃⊇∪∩⊕⊗→←↔⇒⇔⟹⟸⟺⟶↦⇌±∓×÷·⋅∧∨∣+−-*:") | {":="}
_SIGNS = frozenset("±∓+−-")  # that also stand before a term
_UNCHANGED = frozenset("'′″‴°*†∗")  # that are above by nature
_OPENING, _CLOSING = frozenset("([{⟨⌊⌈"), frozenset(")]}⟩⌋⌉!,;")
_BRACKETS = _OPENING | _CLOSING
_WITH_SCRIPTS = frozenset({"msub", "msup", "msubsup", "munder", "mover", "munderover"})
_GROUPS = frozenset({"mrow", "mstyle", "mpadded", "math"})
_TAG = re.compile(r"<[^>]*>")
_SPACES = re.compile(r" {2,}")
_BIG = frozenset("∑∏∐∫∬∭∮⋃⋂")
_BRACES = frozenset("―⏞⏟_‾¯^~")  # that would have to be as wide as what they are over
_IDEOGRAPH = "\u2e80"


class _GaveUp(Exception):
    pass


def one_line(elements: Sequence[Element]) -> str | None:
    """HTML of the formula in letters, `sub` and `sup`; None where that would not do."""
    try:
        html = _SPACES.sub(" ", _row(elements)).strip()
    except (_GaveUp, RecursionError):
        return None
    text = unescape(_TAG.sub("", html))
    if not text or len(text) > LONGEST_LINE or set(text) & set("$\\&"):
        return None
    return html


def _row(elements: Iterable[Element], *, tight: bool = False, in_fraction: bool = False) -> str:
    """What stands side by side, with spaces around relations and after names of functions."""
    flat = list(_flat(elements))
    out = ""
    for before, element, after in zip([None, *flat], flat, [*flat[1:], None], strict=False):
        html = _write(element, in_fraction=in_fraction)
        if element.tag == "mfrac" and "/" in html and _is_among_terms(before, after):
            html = f"({html})"
        text = _leaf(element) if element.tag in ("mo", "mi", "mtext") else ""
        if tight or not text:
            out += html
        elif _is_relation(text, before, after):
            out = f"{out.rstrip()} {html} "
        elif _is_name(text):
            is_touched = bool(out) and (out[-1].isalnum() or out[-1] == ">")
            out += f"{' ' if is_touched else ''}{html}{_space_before(after)}"
        elif text in (",", ";"):
            out += f"{html} "
        else:
            out += html
        if element.tag in _WITH_SCRIPTS and _is_operator(element):
            out += _space_before(after)
    return out


def _is_among_terms(before: Element | None, after: Element | None) -> bool:
    return _is_term(before, _CLOSING) or _is_term(after, _OPENING)


def _is_relation(text: str, before: Element | None, after: Element | None) -> bool:
    """Whether it stands between two terms, apart from both: `a = b`, but `-a`."""
    if text not in _SPACED or after is None:
        return False
    return text not in _SIGNS or _is_term(before, _CLOSING)


def _space_before(after: Element | None) -> str:
    """The space between a function and what it is of, unless that is in brackets."""
    if after is None or _leaf(after) in _BRACKETS:
        return ""
    return " "


def _flat(elements: Iterable[Element]) -> Iterable[Element]:
    for element in elements:
        if element.tag in _GROUPS:
            yield from _flat(element)
        else:
            yield element


def _write(element: Element, *, in_fraction: bool) -> str:
    match element.tag:
        case "mi" | "mn" | "mtext" | "mo" if not len(element):
            return escape(_leaf(element).replace("\xa0", " "), quote=False)
        case "mspace":
            return "" if element.get("width", "-").startswith("-") else " "
        case "msup":
            return _base(element[0]) + _script(element[1], ABOVE, "sup")
        case "msub" | "munder":
            return _base(element[0]) + _script(element[1], BELOW, "sub")
        case "msubsup" | "munderover":
            below, above = _script(element[1], BELOW, "sub"), _script(element[2], ABOVE, "sup")
            return f"{_base(element[0])}{below}{above}"
        case "mover":
            return _write_accent(element)
        case "msqrt":
            return f"√{_part(element)}"
        case "mroot":
            return f"{_script(element[1], ABOVE, 'sup')}√{_part(element[:1])}"
        case "menclose" if element.get("notation") == "box":
            return _row(element)
        case "mfrac" if not in_fraction and element.get("linethickness") is None:
            above, below = (_part([part], in_fraction=True) for part in element)
            fraction = f"{above}/{below}"
            return _HALVES.get(fraction, fraction)
    raise _GaveUp


def _write_accent(element: Element) -> str:
    base, mark = _base(element[0]), _leaf(element[1])
    if len(base) == 1 and mark in _MARKS:
        return normalize("NFC", base + _MARKS[mark])
    if _is_operator(element) or (_leaf(element[0]) in _SPACED and mark not in _MARKS):
        return base + _script(element[1], ABOVE, "sup")
    raise _GaveUp


def _base(element: Element) -> str:
    html = _part([element])
    is_fraction = "/" in html and not html.startswith("(")
    return f"({html})" if is_fraction else html


def _part(elements: Iterable[Element], *, in_fraction: bool = False) -> str:
    """As a row, in parentheses if it is more than one thing."""
    flat = list(_flat(elements))
    html = _row(flat, in_fraction=in_fraction).strip()
    return html if _is_one_thing(flat) else f"({html})"


def _is_one_thing(flat: Sequence[Element]) -> bool:
    """A number, a letter, a word, `dx`, `(…)`, `f(…)`."""
    if len(flat) < 2 or all(element.tag == "mn" or _is_upright(element) for element in flat):
        return True
    leaves = [_leaf(element) for element in flat]
    if len(flat) == 2 and leaves[0] in ("∂", "d", "Δ"):
        return True
    begin = 0 if leaves[0] == "(" else 1
    inside = leaves[begin + 1 : -1]
    return leaves[begin] == "(" and leaves[-1] == ")" and not set(inside) & {"(", ")"}


def _is_upright(element: Element) -> bool:
    if element.tag != "mi":
        return False
    return element.get("mathvariant") == "normal" or _leaf(element) > _IDEOGRAPH


def _script(element: Element, letters: dict[str, str], tag: str) -> str:
    html = _row([element], tight=True).strip()
    if html in _BRACES:
        raise _GaveUp
    if letters is ABOVE and html in _UNCHANGED:
        return html
    if letters is ABOVE and html == "∘":
        return "°"
    if html and all(character in letters for character in html):
        return "".join(letters[character] for character in html)
    return f"<{tag}>{html}</{tag}>" if html else ""


def _leaf(element: Element) -> str:
    """The text of an element that has no others in it."""
    if len(element):
        return ""
    text = shape_letters(unescape(element.text or ""), element.get("mathvariant", ""))
    text = text.strip("\u2009")
    return "∼" if text == "~" else text


def _is_name(text: str) -> bool:
    return len(text) > 1 and text.isalpha()


def _is_operator(element: Element) -> bool:
    text = _leaf(element[0])
    return _is_name(text) or text in _BIG


def _is_term(element: Element | None, brackets: frozenset[str]) -> bool:
    """Whether a number, a letter or one of the brackets stands there."""
    if element is None:
        return False
    return element.tag not in ("mo", "mspace") or _leaf(element) in brackets
