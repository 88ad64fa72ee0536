"""A formula becomes MathML, or None where it should be shown as typed.

latex2mathml reads it; the tree it makes is written out here, element by element
from the sanitiser's list, so nothing it passes through (addresses, styles,
classes, markup inside \\text) can reach a page. It knows nothing of Markdown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from html import escape, unescape
from typing import TYPE_CHECKING

from nbchat.render.characters import undisguised_name
from nbchat.render.maths.alphabets import shape_letters
from nbchat.render.maths.one_line import one_line
from nbchat.render.maths.tex import is_refused_tex, translate_tex
from nbchat.render.sanitise import ATTRIBUTES, CLASSES, MATHS, VALUES

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

# How many parts an element must have; with others a browser draws an error, or nothing.
_PARTS = {
    "mfrac": 2,
    "mroot": 2,
    "msub": 2,
    "msup": 2,
    "munder": 2,
    "mover": 2,
    "msubsup": 3,
    "munderover": 3,
}
_WITH_LIMITS = {"msub": "munder", "msup": "mover", "msubsup": "munderover"}
_NAMES_WITH_LIMITS = frozenset({"lim", "max", "min", "sup", "inf"})
_TAKES_LIMITS = _NAMES_WITH_LIMITS | frozenset("⋃⋂⨁⨂⋁⋀∐∑∏")
_SCRIPTS = frozenset({"msub", "msup", "msubsup", "munder", "mover", "munderover"})
_THIN = '<mspace width=".17em"></mspace>'
_NO_SPACE = frozenset("([{|‖⟨⌊⌈)]}⟩⌋⌉.,;:!=<>≤≥≈≠≡∼≃∝∈∉→⇒+-−±∓×⋅·*/^") | {"", "\u2009"}
_BRACKETS = frozenset("⟨⟩⌊⌋⌈⌉")
_RELATIONS = frozenset({"~", "∼", ":", "⟹", "⟸", "⟺", "⟶", "⟵", "⟂", "%", *_BRACKETS})
_LINES = {"mover": "nbc-over", "munder": "nbc-under"}
_ESCAPED = re.compile(r"\\([_%&#$ {}])")
_UPRIGHT = re.compile(r'(?:<mi mathvariant="normal">[^<&]</mi>){2,}')
# At most a few letters wide, so that a formula stays in its place.
_LENGTH = re.compile(r"[+-]?(?:[0-3](?:\.\d{1,3})?|\.\d{1,3})(?:em|ex)|[+-]?0(?:px|pt)?")


def mathml(tex: str, display: bool = False) -> str | None:
    """The formula as a `<math>` element; None if it is refused or not understood."""
    return None if is_refused_tex(tex) else _convert(tex, display)[0]


def in_letters(tex: str, display: bool = False) -> str | None:
    """The formula on one line, where that can be read: `E = mc²`."""
    return None if is_refused_tex(tex) else _convert(tex, display)[1]


@lru_cache(maxsize=1024)
def _convert(tex: str, display: bool) -> tuple[str | None, str | None]:
    try:
        from latex2mathml.converter import convert_to_element

        tree = convert_to_element(translate_tex(tex), display="block" if display else "inline")
        _make_bases(tree)
        inner = _row(tree[0])  # without the outermost mrow, which <math> is already
    except Exception:  # half of what it raises is by accident: IndexError, StopIteration
        return None, None
    not_understood = "\\" in inner or ">&amp;<" in inner  # a command, or an alignment
    hides_something = undisguised_name(unescape(inner)) != unescape(inner)
    if not inner or not_understood or hides_something:
        return None, None
    inner = _UPRIGHT.sub(lambda letters: f"<mi>{re.sub('<[^>]*>', '', letters[0])}</mi>", inner)
    mark = ' display="block"' if display else ""
    return f"<math{mark}>{inner}</math>", one_line(list(tree[0]))


def _make_bases(tree: Element) -> None:
    """Make one element of a matrix that has an index; it comes as three: brackets and a table."""
    for script in [element for element in tree.iter() if element.tag in _WITH_LIMITS]:
        if len(script) == _PARTS[script.tag] + 2 and script[1].tag == "mtable":
            matrix = script.makeelement("mrow", {})
            matrix.extend(script[:3])
            script[:3] = [matrix]


def _write(element: Element) -> str:
    """One element and what is in it."""
    if len(element) != _PARTS.get(element.tag, len(element)):
        raise ValueError(f"{element.tag} with {len(element)} parts")
    if element.tag in _LINES and unescape(element[1].text or "") == "―":  # few fonts can stretch it
        return f'<mrow class="{_LINES[element.tag]}">{_row(element[:1])}</mrow>'
    plain = _ESCAPED.sub(r"\1", unescape(element.text or ""))
    text = shape_letters(plain, element.get("mathvariant", ""))
    tag, attributes = _as_it_should_be(element, text)
    if tag == "mo" and text == "~":
        text = "∼"
    has_fixed_parts = tag in _PARTS or tag in _WITH_LIMITS.values()
    inside = "".join(map(_write, element)) if has_fixed_parts else _row(element)
    return _element(tag, attributes, escape(text, quote=False) + inside, len(element))


def _as_it_should_be(element: Element, text: str) -> tuple[str, dict[str, str]]:
    """The tag and the attributes, where latex2mathml's are not what a browser draws well."""
    tag, attributes = element.tag, dict(element.attrib)
    is_name = _is_name(text)
    if tag in _WITH_LIMITS and _takes_limits(element[0]):
        tag = _WITH_LIMITS[tag]
    elif tag == "mo" and len(element):
        tag = "mrow"
    elif tag == "mi" and text in _RELATIONS:
        tag = "mo"
        if text in _BRACKETS:
            attributes["stretchy"] = "false"
    elif tag == "mo" and text in _NAMES_WITH_LIMITS:
        attributes["movablelimits"] = "true"
    elif tag == "mo" and is_name and attributes.get("movablelimits") != "true":
        tag = "mi"
    if tag == "mo" and is_name:
        attributes |= {"lspace": "0", "rspace": "0"}  # `_row` knows better
    return tag, attributes


def _row(elements: Iterable[Element]) -> str:
    """Elements side by side, with the thin spaces that TeX puts around the names of functions."""
    out: list[str] = []
    before: Element | None = None
    for element in elements:
        if before is not None and _are_apart(before, element):
            out.append(_THIN)
        out.append(_write(element))
        before = element
    return "".join(out)


def _are_apart(before: Element, element: Element) -> bool:
    """Whether one of the two is the name of a function, and the other a term."""
    if _is_function(before) and _leaf(element) not in _NO_SPACE:
        return True
    return _is_function(element) and _ends_a_term(before)


def _is_name(text: str) -> bool:
    return len(text) > 1 and text.replace("\u2009", "").isalpha()


def _is_function(element: Element) -> bool:
    while element.tag in _SCRIPTS and len(element):
        element = element[0]
    text = unescape(element.text or "").replace("\xa0", "")
    return element.tag in ("mi", "mo") and _is_name(text)


def _leaf(element: Element) -> str:
    """The text an element begins with."""
    while len(element):
        element = element[0]
    return unescape(element.text or "")


def _ends_a_term(element: Element) -> bool:
    if element.tag not in ("mo", "mspace"):
        return True
    return unescape(element.text or "") in (")", "]", "}")


def _element(tag: str, attributes: dict[str, str], inner: str, parts: int) -> str:
    if tag == "menclose":
        kind = "nbc-box" if attributes.get("notation") == "box" else "nbc-strike"
        return f'<mrow class="{kind}">{inner}</mrow>'
    marks = "".join(_mark(tag, name, value) for name, value in attributes.items())
    if tag not in MATHS or (tag == "mspace" and not marks) or (tag == "mrow" and parts == 1):
        return inner
    return f"<{tag}{marks}>{inner}</{tag}>"


def _takes_limits(operator: Element) -> bool:
    return operator.get("movablelimits") == "true" or unescape(operator.text or "") in _TAKES_LIMITS


def _mark(tag: str, name: str, value: str) -> str:
    if name == "columnalign" and f"nbc-{value}" in CLASSES.get(tag, ()):
        return f' class="nbc-{value}"'
    if name in ATTRIBUTES.get(tag, ()):
        is_allowed = _LENGTH.fullmatch(value) is not None
    else:
        is_allowed = value in VALUES.get(tag, {}).get(name, ())
    return f' {name}="{value}"' if is_allowed else ""
