"""The last gate: only the tags, attributes and addresses listed here reach a page.

It trusts nothing that was made before it and knows nothing of Markdown. No
attribute on the list can fetch anything; the only address is that of a link a
person may click.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from nbchat.render import inline_style
from nbchat.render.characters import CONTROLS

if TYPE_CHECKING:
    from nh3 import Cleaner

_BLOCKS = "p h1 h2 h3 h4 h5 h6 ul ol blockquote table"
_TEXT = (
    "div pre code strong em b i s u sub sup a br hr li thead tbody tr th td "
    "section fieldset legend font details summary kbd mark small"
)
_MATHS = (
    "math mrow mi mo mn mtext mspace mfrac msqrt mroot msub msup msubsup munder mover munderover "
    "mtable mtr mtd mstyle mpadded mphantom"
)
BLOCKS, TEXT, MATHS = (frozenset(names.split()) for names in (_BLOCKS, _TEXT, _MATHS))
TAGS = BLOCKS | TEXT | MATHS

SCHEMES = frozenset({"http", "https", "mailto"})

CLASSES = {
    "div": {"nbc-wide"},
    "p": {"nbc-grows"},
    "pre": {"nbc-plain"},
    "code": {"nbc-tex"},
    "table": {"nbc-words"},
    "details": {"nbc-fold"},
    "mtd": {"nbc-left", "nbc-right"},
    "mrow": {"nbc-box", "nbc-over", "nbc-strike", "nbc-under"},
}

_LENGTHS = frozenset(
    [
        "width",
        "height",
        "depth",
        "lspace",
        "rspace",
        "voffset",
        "minsize",
        "maxsize",
        "linethickness",
    ]
)
_SWITCHES = frozenset(
    [
        "stretchy",
        "fence",
        "largeop",
        "movablelimits",
        "accent",
        "accentunder",
        "displaystyle",
        "separator",
        "symmetric",
    ]
)
ATTRIBUTES: dict[str, set[str]] = {
    "*": set(),  # or `lang` and `title` would pass everywhere
    "a": {"href"},
    "ol": {"start"},
    **{tag: set(_LENGTHS) for tag in ("mo", "mspace", "mpadded", "mfrac")},
}
VALUES = {
    **{tag: {"dir": {"auto"}} for tag in BLOCKS},
    **{tag: {"dir": {"auto"}, "style": {style}} for tag, style in inline_style.HEADINGS.items()},
    "p": {
        "dir": {"auto"},
        "tabindex": {"0"},
        "style": {inline_style.DISPLAYED, inline_style.RIGHT},
    },
    "pre": {"tabindex": {"0"}, "style": {inline_style.UNBROKEN}},
    "div": {"tabindex": {"0"}, "style": {inline_style.SCROLLS}},
    "section": {"style": {inline_style.NOTES}},
    "ol": {"dir": {"auto"}, "style": {inline_style.SOURCES}},
    "fieldset": {"style": {inline_style.CODE, inline_style.WIDE_CODE}},
    "font": {"color": set(inline_style.COLOURS.values())},
    "i": {"hidden": {inline_style.HIDDEN}},
    "code": {"dir": {"ltr"}},
    "th": {"align": {"right"}, "style": {inline_style.LEFT, inline_style.CENTRED}},
    "td": {"align": {"right"}, "style": {inline_style.LEFT, inline_style.CENTRED}},
    "math": {"display": {"block"}},
    "mi": {"mathvariant": {"normal"}},
    "mo": {
        "form": {"prefix", "infix", "postfix"},
        **{name: {"true", "false"} for name in _SWITCHES},
    },
    "mover": {"accent": {"true", "false"}},
    "munder": {"accentunder": {"true", "false"}},
    "munderover": {"accent": {"true", "false"}, "accentunder": {"true", "false"}},
    "mstyle": {"displaystyle": {"true", "false"}, "scriptlevel": {"0", "1", "2"}},
    "mtable": {"displaystyle": {"true", "false"}},
}


@cache
def _cleaner() -> Cleaner:
    from nh3 import Cleaner

    return Cleaner(
        tags=set(TAGS),
        clean_content_tags=set(),
        attributes=ATTRIBUTES,
        tag_attribute_values=VALUES,
        allowed_classes=CLASSES,
        url_schemes=set(SCHEMES),
        url_relative="deny",
        link_rel="noopener noreferrer",
        # Inside JupyterLab a link without it would replace the whole application.
        set_tag_attribute_values={"a": {"target": "_blank"}},
    )


def sanitise(html: str) -> str:
    """The HTML with everything gone that is not on the lists above.

    `&#12;` can still have made a control character.
    """
    return _cleaner().clean(CONTROLS.sub("", html))
