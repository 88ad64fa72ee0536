"""One item of a list of sources: its address, title and quoted words, by whatever names.

Nothing here trusts what it reads: addresses are those of the web, all else is words of a
limited length.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from nbchat.wire.shapes import items, mapping, string

MOST_ITEMS = 1_000  # of one list that are looked at
DEEPEST = 5  # objects in one another
LONGEST_ADDRESS = 2_000  # characters
LONGEST_TITLE = 300  # characters, which is also what history keeps of one
LONGEST_QUOTED = 2_000  # characters

# Members of one source, the best first.
_URL = (
    *("url", "link", "uri", "href", "source_url", "retrievedUrl", "retrieved_url", "sourceUri"),
    *("source_uri", "source"),
)
_TITLE = (
    *("title", "document_title", "documentTitle", "filename", "file_name", "filepath", "name"),
    "site_name",
)
_QUOTED = (
    *("cited_text", "quote", "exactQuote", "content", "snippet", "text", "summary", "pageContent"),
)
_INSIDE = (  # objects in which the members above may stand
    *("url_citation", "web", "retrievedContext", "retrieved_context", "maps", "document"),
    *("location", "tool_output", "file_citation", "image", "metadata", "content", "source"),
)
_INNER = frozenset(_INSIDE)
_LISTS_INSIDE = ("sources", "metadata", "content")  # of a passage, of a search, of a block
_NO_SOURCES = ("file", "file_path", "container_file_citation")  # files that the model has made
_WEB = re.compile(r"https?://(?![/?#])[^\s<>\"\\^`{|}]+", re.I)
_TRACK = re.compile(r"[?&]utm_source=openai\b|#:~:text=.*", re.S)  # of the same page
_NUMBER = re.compile(r"\D{0,8}(\d{1,3})\D?")
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029]+")


@dataclass(slots=True)
class FoundSource:
    """One item of a list, understood."""

    url: str
    title: str
    quoted: str

    @property
    def key(self) -> str:
        """The same for the same page, and for the same document where there is no address."""
        return _TRACK.sub("", self.url) or f" {self.title}"


def sources_of(item: Any) -> Iterable[FoundSource]:
    """The sources of one item: itself, or those of a passage (Cohere) or of a search in it."""
    inner = items(item)
    for name in () if inner else _LISTS_INSIDE:
        members = items(mapping(item).get(name))
        inner = inner or [member for member in members if isinstance(member, dict)]
    return filter(None, map(read_source, inner[:MOST_ITEMS] or [item]))


def read_source(item: Any) -> FoundSource | None:
    """One source; None for what names no page and no document."""
    if isinstance(item, str):
        url = _address(item)
        return FoundSource(url, "", "") if url else None
    if not isinstance(item, dict) or item.get("type") in _NO_SOURCES or _was_not_read(item):
        return None
    spread = [*_spread(item, DEEPEST)]
    url = _first(spread, _URL, _address)
    title = _first(spread, _TITLE, _title)
    if not url and not title:
        return None
    quoted = _first(spread, _QUOTED, _quoted) or _joined(item.get("sourceContent"))
    return FoundSource(url, title, quoted if quoted != title else "")


def _was_not_read(item: Mapping[str, Any]) -> bool:
    """Whether it is a page that Gemini could not fetch."""
    status = string(item.get("urlRetrievalStatus")) or string(item.get("url_retrieval_status"))
    return status.endswith(("_ERROR", "_PAYWALL", "_UNSAFE"))


def _spread(item: Mapping[str, Any], depth: int) -> Iterator[Mapping[str, Any]]:
    """The object, and those in it that speak of the same source."""
    yield item
    if not depth or _INNER.isdisjoint(item):
        return
    for name in _INSIDE:
        inner = item.get(name)
        if isinstance(inner, dict):
            yield from _spread(inner, depth - 1)


def _first(spread: Iterable[Mapping[str, Any]], names: Iterable[str], clean: Any) -> str:
    for name in names:
        for holder in spread:
            if found := clean(holder.get(name)):
                return str(found)
    return ""


def _joined(content: Any) -> str:
    """The words of Bedrock's list of texts."""
    texts = [string(mapping(one).get("text")) for one in items(content)[:MOST_ITEMS]]
    return _words(" ".join(texts), LONGEST_QUOTED)


def _address(value: Any) -> str:
    """An address of the web; empty for what a click must never reach."""
    if not isinstance(value, str) or len(value) > LONGEST_ADDRESS:
        return ""
    address = _UNSEEN.sub("", value.strip())
    return address if _WEB.fullmatch(address) else ""


def _title(value: Any) -> str:
    """A title that says something: xAI's is the number of the citation (recorded)."""
    title = _words(value, LONGEST_TITLE)
    return "" if title.isdecimal() and len(title) < len("2026") else title


def _quoted(value: Any) -> str:
    return _words(value, LONGEST_QUOTED)


def _words(value: Any, most: int) -> str:
    if not isinstance(value, str):
        return ""
    words = " ".join(_UNSEEN.sub(" ", value[: 4 * most]).split())
    return words if len(words) <= most else f"{words[: most - 1]}…"


def number_of(item: Any) -> int:
    """What the words call an item, where it says so: Qwen's `index`, GLM's `ref_1`."""
    for name in ("refer", "index"):
        given = mapping(item).get(name)
        if isinstance(given, int) and not isinstance(given, bool) and 0 < given < 1000:
            return given
        if isinstance(given, str) and (match := _NUMBER.fullmatch(given)):
            return int(match[1])
    return 0
