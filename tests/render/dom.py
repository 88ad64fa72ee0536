"""A page as a browser would read it: which tags, which attributes, which words."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from urllib.parse import urlsplit

# Written out again, not imported: a mistake in the sanitiser's list must not excuse itself.
_TEXT_TAGS = (
    "p h1 h2 h3 h4 h5 h6 ul ol li blockquote table thead tbody tr th td div pre code strong em b i "
    "s u sub sup a br hr kbd mark small details summary"
)
_MATHS_TAGS = (
    "math mrow mi mo mn mtext mspace mfrac msqrt mroot msub msup msubsup munder mover munderover "
    "mtable mtr mtd mstyle mpadded mphantom"
)
TAGS = frozenset(
    [*_TEXT_TAGS.split(), "section", "fieldset", "legend", "font", *_MATHS_TAGS.split()]
)
FRAME = frozenset({"style", "small", "span"})  # only our own page around an answer has these
FRAME_MARKS = frozenset(
    {("details", "open"), ("details", "class"), ("div", "class"), ("p", "class"), ("span", "class")}
)
OWN_STYLES = (
    "(?:opacity|display|margin|max-width|max-height|border-left)[a-z0-9 :;#.%-]*"  # of our own page
)
LENGTHS = frozenset(
    {
        "width",
        "height",
        "depth",
        "lspace",
        "rspace",
        "voffset",
        "minsize",
        "maxsize",
        "linethickness",
    }
)
_SWITCHES = (
    "stretchy fence largeop movablelimits accent accentunder displaystyle separator symmetric"
)
ATTRIBUTES = {
    "href": re.compile(r"(?:https?://|mailto:).+", re.IGNORECASE | re.DOTALL),
    "rel": re.compile("noopener noreferrer"),
    "target": re.compile("_blank"),
    "class": re.compile(r"(?:nbc-[a-z]+)?"),
    "align": re.compile("right"),
    "style": re.compile(
        r"text-align:(?:left|center|right|center;overflow:auto)|font-size:1\.[234]em|overflow:auto|white-space:pre|opacity:\.7|"
        r"border:1px solid #8884;margin:1em 0(?:;min-width:0)?"
    ),
    "color": re.compile("#[0-9a-f]{3}"),
    "dir": re.compile("auto|ltr"),
    "tabindex": re.compile("0"),
    "hidden": re.compile("1"),
    "start": re.compile(r"\d{1,9}"),
    "display": re.compile("block"),
    "mathvariant": re.compile("normal"),
    "form": re.compile("prefix|infix|postfix"),
    "scriptlevel": re.compile("[012]"),
    **dict.fromkeys(LENGTHS, re.compile(r"[+-]?\d?(?:\.\d+)?(?:em|ex|px|pt)?")),
    **dict.fromkeys(_SWITCHES.split(), re.compile("true|false")),
}
_BLOCKS = "p h1 h2 h3 h4 h5 h6 ul ol li blockquote table tr th td div pre hr legend details summary"
BLOCKS = frozenset(_BLOCKS.split())  # with a space before them, as a reader sees it
NEVER_CLOSED = frozenset({"br", "hr"})


class Page(HTMLParser):
    """`Page(html).faults` lists what must not be there; `frame` allows what our own page adds."""

    def __init__(self, html: str, *, frame: bool = False) -> None:
        super().__init__(convert_charrefs=True)
        self.faults: list[str] = []
        self.tags: list[str] = []
        self.links: list[str] = []
        self._frame = frame
        self._words: list[str] = []
        self._open: list[
            tuple[str, bool]
        ] = []  # with whether it is hidden until our style shows it
        self._formula = False  # just ended: its source comes next
        self._unseen: list[int] = []
        self.feed(html)
        self.close()
        if self._open:
            self.faults.append(f"not closed: {self._open}")

    @property
    def text(self) -> str:
        """What a reader sees: without the sources of formulas, for pages without our style."""
        return "".join(self._words)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag in BLOCKS:
            self._words.append(" ")
        if tag not in TAGS and not (self._frame and tag in FRAME):
            self.faults.append(f"<{tag}>")
        for name, value in attrs:
            self._check(tag, name, value or "")
        if tag == "a" and ("rel", "noopener noreferrer") not in attrs:
            self.faults.append("a link that tells where it was clicked")
        if tag not in NEVER_CLOSED:
            formula, self._formula = self._formula, False
            self._open.append((tag, ("hidden", "1") in attrs))
            if tag == "style" or (formula and tag in ("i", "code")):
                self._unseen.append(len(self._open))

    def _check(self, tag: str, name: str, value: str) -> None:
        if self._frame and (
            (tag, name) in FRAME_MARKS or (name == "style" and re.fullmatch(OWN_STYLES, value))
        ):
            return
        pattern = ATTRIBUTES.get(name)
        if pattern is None or not pattern.fullmatch(value):
            self.faults.append(f"<{tag} {name}={value!r}>")
        elif name == "href":
            self.links.append(value)
            if tag != "a" or not (value.lower().startswith("mailto:") or urlsplit(value).hostname):
                self.faults.append(f"<{tag} {name}={value!r}>")
        elif name in LENGTHS and tag not in {"mo", "mspace", "mpadded", "mfrac"}:
            self.faults.append(f"<{tag} {name}={value!r}>")

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open[-1][0] != tag:
            self.faults.append(f"</{tag}> where {self._open[-1:]} was open")
            return
        if self._unseen and self._unseen[-1] == len(self._open):
            self._unseen.pop()
        self._formula = self._open.pop()[1]

    def handle_data(self, data: str) -> None:
        self._formula = False
        if not self._unseen:
            self._words.append(data)

    def handle_comment(self, data: str) -> None:
        self.faults.append(f"<!--{data}-->")

    def handle_decl(self, decl: str) -> None:
        self.faults.append(f"<!{decl}>")

    def handle_pi(self, data: str) -> None:
        self.faults.append(f"<?{data}>")

    def unknown_decl(self, data: str) -> None:
        self.faults.append(f"<![{data}")


def words(html: str) -> str:
    """The text of a page with single spaces."""
    return " ".join(Page(html).text.split())
