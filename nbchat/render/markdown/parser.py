"""Markdown becomes safe HTML, block by block.

Raw HTML is text here: nothing a model writes is ever markup, but for a few bare tags that
become tokens of ours. Each block at the
top level is rendered and sanitised by itself, so that a stream can render its
blocks one at a time and still end with what the whole text would give. It knows
nothing of answers, streams or notebooks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.footnote.index import footnote_tail

from nbchat.invisible import RIGHT_TO_LEFT
from nbchat.library_logs import hushed
from nbchat.render.characters import unmasked, without_blank_lines
from nbchat.render.inline_style import RIGHT
from nbchat.render.markdown.bare_tags import bare_tags
from nbchat.render.markdown.brackets import brackets
from nbchat.render.markdown.cjk import emphasis_beside_cjk
from nbchat.render.markdown.details import details
from nbchat.render.markdown.elements import FOOTNOTE_RULES, Elements, RenderState
from nbchat.render.markdown.links import links
from nbchat.render.markdown.marks import Marks, marks
from nbchat.render.markdown.tables import tables, tasks
from nbchat.render.maths.find import maths
from nbchat.render.sanitise import BLOCKS, sanitise

LONGEST_TEXT = 500_000  # characters; a longer one is shown as typed
LONGEST_TAIL = 100_000  # characters of an open block; a longer one is shown as typed for now
LONGEST_INLINE = 20_000  # characters of a paragraph; in a longer one emphasis and links are text
DEEPEST_NESTING = 40  # levels of lists and quotes; a block that is deeper is shown as typed
# markdown-it reads all lines that follow wherever a quote begins, so many quotes are quadratic.
MOST_LINES_READ_AHEAD = 2_000_000
# A line in a quote that lacks its marks is read once for every level of the quote.
FREE_LAZY_LEVELS = 5  # levels that are not counted
MOST_LAZY_LINES = 5_000  # lines, each counted once for every other level
MOST_GROWTH = 60  # times the length of its source; a block with more HTML is shown as typed

_BEGINS_LEFTWARD = re.compile(
    "[^A-Za-z\u00c0-\u058f\u0900-\ud7ff]*[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]"
)
# A notebook keeps every line of an output as a string of its own, so lines are worth saving.
_BEFORE_ENDS = re.compile(r"(?<=>)\n(?=</(?:thead|tbody|table|tr|ul|ol|li)>|<(?:thead|tbody)\b)")
_BEHIND_STARTS = re.compile(r"(?P<start><(?:thead|tbody|tr|ul|ol|li)\b[^>]*>)\n")
_BETWEEN = re.compile(r"(?<=>)\n(?=<(?:tr|t[hd]|li|ul|ol)\b)")
# HTML needs quotes only around values with spaces or signs of HTML in them. In a notebook, which
# is JSON, each quote takes two bytes.
_TAG_WITH_QUOTES = re.compile(r'<[a-z][a-z\d]*(?: [a-z]+="[\w #.,:;%+-]*")+>')
_QUOTED_VALUE = re.compile(r' ([a-z]+)="([\w#.,:;%+-]*)"')
_BLOCK_MARKERS = re.compile(r"(?:[ \t]*(?:>|[-*+](?=[ \t])|\d{1,9}[.)](?=[ \t])))*")
_BLANK = re.compile(r"\n[ \t]*(?=\n)")
_WITHOUT_MARKUP = re.compile(r"[^\n\\`*_~\[\]!<&$^]*")  # most cells and short items


@dataclass(slots=True)
class Block:
    """A top-level block: its tokens, and the lines it came from (`end` is one past the last).

    What begins in a line in which another ends belongs to it: `last` begins its last part.
    """

    tokens: list[Token]
    first: int
    end: int
    last: Token

    @property
    def kind(self) -> str:
        return self.tokens[0].type


def markdown_html(text: str, marked: Marks | None = None) -> str:
    """Safe HTML of a readable text, in which numbers may lead to sources; never raises."""
    html = "".join(html_blocks(text, marked))
    return marked.swept(html) if marked else html


def html_blocks(text: str, marked: Marks | None = None) -> list[str]:
    """The same, one string for each top-level block."""
    if len(text) > LONGEST_TEXT:
        return [as_typed(text)]
    lines = text.split("\n")
    env: RenderState = {"marks": marked} if marked else {}
    try:
        return [block_html(block, lines, env) for block in parse_blocks(text, env)]
    except Exception:  # whatever a hostile text does to the parser, its words are still shown
        return [as_typed(text)]


def parse_blocks(text: str, env: RenderState) -> list[Block]:
    """Parse a text; `env` collects what it defines."""
    _refuse_tangles(text)
    with hushed("markdown_it"):
        return list(_split_into_blocks(parser().parse(text, env)))


def parse_outline(text: str, env: RenderState) -> list[Block]:
    """The top-level blocks without their insides: much quicker than `blocks`."""
    _refuse_tangles(text)
    tokens: list[Token] = []
    with hushed("markdown_it"):
        md = parser()
        md.block.parse(text, md, env, tokens)
    return list(_split_into_blocks(tokens))


def defines(env: RenderState) -> bool:
    """Whether the text defines a reference or a footnote, which blocks before it may use.

    A mark that waits for its footnote counts, too.
    """
    footnotes = env.get("footnotes", {})
    return bool(
        env.get("references")
        or footnotes.get("refs")
        or footnotes.get("list")
        or env.get("guessed")
    )


def block_html(block: Block, lines: Sequence[str], env: RenderState) -> str:
    """Safe HTML of one block; `lines` are those of the text it was parsed from."""
    source = "\n".join(lines[block.first : block.end])
    if any(token.level >= DEEPEST_NESTING - 1 for token in block.tokens):
        return as_typed(source)
    leftward = block.tokens[0].tag in BLOCKS and bool(RIGHT_TO_LEFT.search(source))
    if leftward:
        block.tokens[0].attrs["dir"] = "auto"
        if block.kind == "paragraph_open" and _BEGINS_LEFTWARD.match(source):
            block.tokens[0].attrs["style"] = RIGHT
    md = parser()
    html: str = md.renderer.render(block.tokens, md.options, env)
    if len(html) > MOST_GROWTH * len(source) + 4_000 and block.first < block.end:
        return as_typed(source)
    html = without_blank_lines(sanitise(html).strip())
    if not html:
        return ""
    if leftward:
        html = html.replace("<code>", '<code dir="ltr">')
    return f"{_shorten(html)}\n"


def _shorten(html: str) -> str:
    """The same without needless quotes, and without line ends between tags of lists and tables."""
    html = _BEFORE_ENDS.sub("", html)
    html = _BEHIND_STARTS.sub(r"\g<start>", html)
    html = _BETWEEN.sub("", html)
    return _TAG_WITH_QUOTES.sub(lambda tag: _QUOTED_VALUE.sub(_unquote, tag[0]), html)


def _unquote(attribute: re.Match[str]) -> str:
    name, value = attribute.groups()
    return f" {name}={value}" if value else f" {name}"


def _refuse_tangles(text: str) -> None:
    """Raise ValueError for quotes that would take minutes to read.

    See MOST_LINES_READ_AHEAD and MOST_LAZY_LINES. Blank lines end all quotes.
    """
    if ">" not in text:
        return
    read_ahead = lazy = 0
    for piece in _BLANK.split(text):
        depths = [_quote_depth(line) for line in piece.split("\n")]
        begun = [
            max(0, min(after, DEEPEST_NESTING) - before) for before, after in pairwise([0, *depths])
        ]
        read_ahead += len(depths) * sum(begun)
        deepest = 0
        for depth in depths:
            deepest = max(deepest, depth)
            lazy += max(0, min(deepest, DEEPEST_NESTING) - depth - FREE_LAZY_LEVELS)
    if read_ahead > MOST_LINES_READ_AHEAD or lazy > MOST_LAZY_LINES:
        raise ValueError("quotes that would take minutes")


def _quote_depth(line: str) -> int:
    markers = _BLOCK_MARKERS.match(line)
    return markers[0].count(">") if markers else 0


def as_typed(text: str) -> str:
    """The text as it is, for what cannot or should not be rendered."""
    words = without_blank_lines(escape(unmasked(text), quote=False))
    return f'<pre class="nbc-plain">{words}</pre>\n' if text else ""


def _split_into_blocks(tokens: list[Token]) -> Iterator[Block]:
    depth = start = 0
    block: Block | None = None
    for number, token in enumerate(tokens):
        depth += token.nesting
        if depth:
            continue
        part, lines = tokens[start : number + 1], tokens[start].map
        start = number + 1
        if block and lines and lines[0] < block.end:
            block.tokens += part
            block.end, block.last = lines[1], part[0]
            continue
        if block:
            yield block
        first, end = lines or (0, 0)
        block = Block(part, first, end, part[0])
    if block:
        yield block


@cache
def parser() -> MarkdownIt:
    md = make_parser()
    for rule in (marks, links, tables, tasks):
        md.core.ruler.push(rule.__name__, rule)
    for name, element in FOOTNOTE_RULES.items():
        md.add_render_rule(name, element)
    md.parse("*")  # compiles its rules, before two threads can find them half compiled
    return md


def make_parser() -> MarkdownIt:
    """A parser that reads Markdown as we do, and changes nothing of it."""
    md = MarkdownIt(
        "commonmark", {"html": False, "maxNesting": DEEPEST_NESTING}, renderer_cls=Elements
    )
    md.enable(["table", "strikethrough"])
    md.use(maths)
    md.use(footnote_plugin, inline=False)
    for plugin in (brackets, emphasis_beside_cjk, bare_tags, details):
        md.use(plugin)
    # `links` decides, and keeps the words.
    md.validateLink = lambda url: True  # type: ignore[method-assign]
    md.core.ruler.at("inline", _parse_inline)
    md.core.ruler.at("footnote_tail", _collect_footnotes)
    return md


def _parse_inline(state: StateCore) -> None:
    """Parse the insides of blocks; one that is too long, or breaks the parser, stays text."""
    before = ""
    for token in state.tokens:
        state.env["in_summary"] = before == "summary_open"
        before = token.type
        if token.type != "inline":
            continue
        children: list[Token] = []
        token.children = children
        if len(token.content) <= LONGEST_INLINE and not _WITHOUT_MARKUP.fullmatch(token.content):
            try:
                state.md.inline.parse(token.content, state.md, state.env, children)
                continue
            except Exception:  # RecursionError, the parser's own accidents: the words matter more
                children.clear()
        if token.content:
            children.append(Token("text", "", 0, content=token.content))


def _collect_footnotes(state: StateCore) -> None:
    """Collect footnotes at the end, unless this is only a piece of a text."""
    if not state.env.get("piece"):
        footnote_tail(state)
