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

from nbchat.render.maths.alphabets import shape_letters

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

LONGEST_LINE = 160  # characters

_ABOVE = dict(
    zip(
        "0123456789+-−=()abcdefghijklmnoprstuvwxyz⊤",
        "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᵀ",
        strict=True,
    )
)
_BELOW = dict(
    zip("0123456789+-−=()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", strict=True)
)
_HALVES = {"1/2": "½", "1/3": "⅓", "2/3": "⅔", "1/4": "¼", "3/4": "¾"}
# What stands over a letter, as a mark that combines with it.
_MARKS = {
    "^": "\u0302", "ˆ": "\u0302", "¯": "\u0304", "―": "\u0304", "‾": "\u0304", "~": "\u0303", "˜": "\u0303",
    "˙": "\u0307", "˚": "\u030a", "¨": "\u0308", "→": "\u20d7", "⃗": "\u20d7",
}  # fmt: skip
_SPACED = frozenset("=<>≤≥≪≫≈≠≡∼≃≅∝≺≻∈∉⊂⊆⊃⊇∪∩⊕⊗→←↔⇒⇔⟹⟸⟺⟶↦⇌±∓×÷·⋅∧∨∣+−-*:") | {":="}
_SIGNS = frozenset("±∓+−-")  # that also stand before a term
_UNCHANGED = frozenset("'′″‴°*†∗")  # that are above by nature
_OPENING, _CLOSING = frozenset("([{⟨⌊⌈"), frozenset(")]}⟩⌋⌉!,;")
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
        made = _SPACES.sub(" ", _row(elements)).strip()
    except (_GaveUp, RecursionError):
        return None
    text = unescape(_TAG.sub("", made))
    return made if text and len(text) <= LONGEST_LINE and not set(text) & set("$\\&") else None


def _row(elements: Iterable[Element], *, tight: bool = False, in_fraction: bool = False) -> str:
    """What stands side by side, with spaces around relations and after names of functions."""
    out = ""
    flat = list(_flat(elements))
    for number, element in enumerate(flat):
        before, after = (
            flat[number - 1] if number else None,
            flat[number + 1] if number + 1 < len(flat) else None,
        )
        made = _made(element, in_fraction=in_fraction)
        text = _leaf(element) if element.tag in ("mo", "mi", "mtext") else ""
        if (
            element.tag == "mfrac"
            and "/" in made
            and (_is_term(before, _CLOSING) or _is_term(after, _OPENING))
        ):
            made = f"({made})"
        if tight or not text:
            out += made
        elif (
            text in _SPACED
            and after is not None
            and (text not in _SIGNS or _is_term(before, _CLOSING))
        ):
            out = f"{out.rstrip()} {made} "
        elif _is_name(text):
            apart = after is not None and (_leaf(after) or "x") not in _OPENING | _CLOSING
            out += f"{' ' if out and (out[-1].isalnum() or out[-1] == '>') else ''}{made}{' ' if apart else ''}"
        elif text in (",", ";"):
            out += f"{made} "
        else:
            out += made
        if element.tag in (
            "msub",
            "msup",
            "msubsup",
            "munder",
            "mover",
            "munderover",
        ) and _is_operator(element):
            out += "" if after is None or (_leaf(after) or "x") in _OPENING | _CLOSING else " "
    return out


def _flat(elements: Iterable[Element]) -> Iterable[Element]:
    for element in elements:
        if element.tag in _GROUPS:
            yield from _flat(element)
        else:
            yield element


def _made(element: Element, *, in_fraction: bool) -> str:
    match element.tag:
        case "mi" | "mn" | "mtext" | "mo" if not len(element):
            return escape(_leaf(element).replace("\xa0", " "), quote=False)
        case "mspace":
            return "" if element.get("width", "-").startswith("-") else " "
        case "msup":
            return _base(element[0]) + _script(element[1], _ABOVE, "sup")
        case "msub" | "munder":
            return _base(element[0]) + _script(element[1], _BELOW, "sub")
        case "msubsup" | "munderover":
            return (
                _base(element[0])
                + _script(element[1], _BELOW, "sub")
                + _script(element[2], _ABOVE, "sup")
            )
        case "mover":
            return _marked(element)
        case "msqrt":
            return f"√{_part(element)}"
        case "mroot":
            return f"{_script(element[1], _ABOVE, 'sup')}√{_part(element[:1])}"
        case "menclose" if element.get("notation") == "box":
            return _row(element)
        case "mfrac" if not in_fraction and element.get("linethickness") is None:
            above, below = (_part([part], in_fraction=True) for part in element)
            return _HALVES.get(f"{above}/{below}", f"{above}/{below}")
    raise _GaveUp


def _marked(element: Element) -> str:
    base, mark = _base(element[0]), _leaf(element[1])
    if len(base) == 1 and mark in _MARKS:
        return normalize("NFC", base + _MARKS[mark])
    if _is_operator(element) or (_leaf(element[0]) in _SPACED and mark not in _MARKS):
        return base + _script(element[1], _ABOVE, "sup")
    raise _GaveUp


def _base(element: Element) -> str:
    made = _part([element])
    return f"({made})" if "/" in made and not made.startswith("(") else made


def _part(elements: Iterable[Element], *, in_fraction: bool = False) -> str:
    """As a row, in parentheses if it is more than one thing."""
    flat = list(_flat(elements))
    made = _row(flat, in_fraction=in_fraction).strip()
    return made if _is_one_thing(flat) else f"({made})"


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
    return element.tag == "mi" and (
        element.get("mathvariant") == "normal" or _leaf(element) > _IDEOGRAPH
    )


def _script(element: Element, letters: dict[str, str], tag: str) -> str:
    made = _row([element], tight=True).strip()
    if made in _BRACES:
        raise _GaveUp
    if letters is _ABOVE and made in _UNCHANGED:
        return made
    if letters is _ABOVE and made == "∘":
        return "°"
    if made and all(character in letters for character in made):
        return "".join(letters[character] for character in made)
    return f"<{tag}>{made}</{tag}>" if made else ""


def _leaf(element: Element) -> str:
    """The text of an element that has no others in it."""
    if len(element):
        return ""
    text = shape_letters(unescape(element.text or ""), element.get("mathvariant", "")).strip(
        "\u2009"
    )
    return {"~": "∼"}.get(text, text)


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
