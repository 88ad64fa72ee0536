"""The pages and documents that an answer rests on, however its provider names them.

One reader for all formats: each gives it the objects in which its hosts put such lists, and
the words as they come, because positions are counted in them. Nothing here trusts what it
reads: addresses are those of the web, all else is words of a limited length.

Facts: openai-python 3.54.0 (`url_citation`, `file_citation`), anthropic 2.12.0
(`TextCitation`), google-genai 3.4.0 (`GroundingMetadata`), botocore 1.44.5 (`Citation`),
cohere 5 (`Citation`), docs.perplexity.ai (`citations`, `search_results`), docs.x.ai
(`citations`), docs.bigmodel.cn (`web_search`: link, refer), help.aliyun.com (`search_info`),
console.groq.com (`executed_tools`), learn.microsoft.com (`context.citations`), docs.litellm.ai
(`provider_specific_fields`), Open WebUI (`sources`), and recordings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from nbchat.events import Event, Notice, WasThought
from nbchat.messages import Image, Source, Text, ToolCall
from nbchat.wire.shapes import items, mapping, string
from nbchat.wire.source_items import (
    DEEPEST,
    MOST_ITEMS,
    FoundSource,
    number_of,
    read_source,
    sources_of,
)

MOST_SOURCES = 200  # of one answer
MOST_ENDS = 50  # passages of one source
NEXT = -1  # the number of a source is its place in the order in which they came

# Lists of sources, by their names. The words call those of the first kind [1], [2], … in order.
NUMBERED = (
    *("citations", "search_results", "web_search", "references", "web_search_citations"),
    *("search_result", "results", "outputs", "sources"),
)
LISTS = (*NUMBERED, "annotations", "urlMetadata", "url_metadata", "web_search_results")
# Objects, and lists of objects, that hold such lists.
HOLDERS = (
    *("search_info", "context", "venice_parameters", "provider_specific_fields", "search_results"),
    *("search_result", "web_search", "provider_metadata", "google", "executed_tools"),
    *("urlContextMetadata", "action"),
    "url_context_metadata",
)
RECITED = ("citationMetadata", "citation_metadata")  # Gemini's, of words that it has by heart
GROUNDING = ("groundingMetadata", "grounding_metadata", "vertex_ai_grounding_metadata")
CITATION = "citation"  # one at a time, as LiteLLM streams those of Claude
_NAMES = frozenset((*LISTS, *HOLDERS, *GROUNDING, *RECITED, CITATION))


class Sources:
    """Makes the events for the sources of one answer: for each, and for what is new of one.

    >>> sources = Sources()
    >>> [source.url for source in sources.read({"citations": ["https://a.example"]})]
    ['https://a.example']
    >>> sources.read({"citations": ["https://a.example"]})      # nothing new
    []
    """

    def __init__(self) -> None:
        self._known: dict[str, Source] = {}
        self._numbers: dict[int, str] = {}  # which source the words call so
        self._last: dict[str, Any] = {}  # lists that were read: some hosts repeat them all the time
        self._pieces: list[str] = []
        self._apart = False  # words that follow begin anew
        self.size = 0  # characters of the answer's text so far
        self.begun = 0  # where the words that came last begin in it
        self._left_out = False

    # --- words -------------------------------------------------------------------------------

    def hear(self, events: list[Event]) -> list[Event]:
        """Take note of the words; the same events."""
        for event in events:
            if isinstance(event, Text):
                begins = self.size > 0 and event.text and (event.begins or self._apart)
                self._pieces.append(f"\n\n{event.text}" if begins else event.text)
                self.size += len(self._pieces[-1])
                self.begun = self.size - len(event.text)
                self._apart = False
            elif isinstance(event, Image | ToolCall):
                self._apart = True
            elif isinstance(event, WasThought):
                self._pieces.clear()
                self.size = self.begun = 0
        return events

    # --- sources -----------------------------------------------------------------------------

    def read(self, holder: Mapping[str, Any], base: int = 0) -> list[Event]:
        """The events for the lists in an object; `base` is where the words begin that they cite."""
        if _NAMES.isdisjoint(holder):
            return []
        return [event for name, found in _lists(holder) for event in self._list(name, found, base)]

    def cite(self, item: Any, end: int | None = None) -> list[Event]:
        """The events for one source; words that rest on it end at `end`."""
        found = read_source(item)
        return self._learn(found, 0, end) if found else []

    def cite_all(self, cited: Any) -> list[Event]:
        """The events for the sources of the words that came last."""
        return [event for one in items(cited) for event in self.cite(one, self.size)]

    def found(self, results: Any) -> list[Event]:
        """The events for what a search has found, or for a page that was fetched."""
        return [event for one in items(results) or [results] for event in self.cite(one)]

    def _list(self, name: str, found: Any, base: int) -> list[Event]:
        if name in GROUNDING:
            return self._ground(mapping(found))
        if self._last.get(name) == found:
            return []
        self._last[name] = found
        events: list[Event] = []
        for nth, item in enumerate(items(found)[:MOST_ITEMS], 1):
            end = self._end(item, base)
            number = 0
            if isinstance(item, list):  # those of one passage, whose end is not said (LiteLLM)
                number = 0
            elif name in NUMBERED and end is None:
                number = number_of(item) or nth
            elif name == "annotations" and end is None:
                number = NEXT
            for source in sources_of(item):
                events += self._learn(source, number, end)
        return events

    def _learn(self, found: FoundSource, number: int, end: int | None) -> list[Event]:
        """The event that says what is new of a source, if anything is."""
        key = found.key
        known = self._known.get(key)
        is_new = known is None
        if known is None:
            if len(self._known) >= MOST_SOURCES:
                return self._refuse()
            known = self._known[key] = Source(found.url)
        made = Source(known.url, "" if found.url else found.title)
        if not known.title:
            made.title = known.title = found.title
        if not known.quoted:
            made.quoted = known.quoted = found.quoted
        if number == NEXT:
            number = len(self._known) if is_new else 0
        is_named = number > 0 and self._numbers.setdefault(number, key) == key
        if is_named and number not in known.numbers:
            known.numbers.append(number)
            made.numbers.append(number)
        if end is not None and end not in known.ends and len(known.ends) < MOST_ENDS:
            known.ends.append(end)
            made.ends.append(end)
        adds = made.quoted or made.numbers or made.ends or (found.url and made.title)
        return [made] if is_new or adds else []

    def _refuse(self) -> list[Event]:
        if self._left_out:
            return []
        self._left_out = True
        return [Notice(f"The answer names more than {MOST_SOURCES} sources; these are the first.")]

    # --- places ------------------------------------------------------------------------------

    def _end(self, item: Any, base: int) -> int | None:
        """Where the words end that an item speaks of, if it says so."""
        inner = mapping(item)
        inner = mapping(inner.get("url_citation")) or mapping(inner.get("file_citation")) or inner
        names = ("end_index", "end", "index") if "file_id" in inner else ("end_index", "end")
        for end in map(inner.get, names):
            if isinstance(end, int) and not isinstance(end, bool) and end > 0:
                return base + end
        return None

    def _ground(self, metadata: Mapping[str, Any]) -> list[Event]:
        """Gemini's: the pages, and which words rest on which. Places are counted in bytes."""
        chunks = [read_source(item) for item in _either(metadata, "groundingChunks")[:MOST_ITEMS]]
        events: list[Event] = []
        for one in filter(None, chunks):
            events += self._learn(one, 0, None)
        if chunks:
            text = "".join(self._pieces)
            for support in map(mapping, _either(metadata, "groundingSupports")[:MOST_ITEMS]):
                end = _end_of(mapping(support.get("segment")), text)
                for nth in _either(support, "groundingChunkIndices")[:MOST_ENDS]:
                    found = chunks[nth] if nth in range(len(chunks)) else None
                    if found and end is not None:
                        events += self._learn(found, 0, end)
        return events


def _end_of(segment: Mapping[str, Any], text: str) -> int | None:
    """Where the words of a segment end in a text.

    Its place is tried first, and then its words are looked for: some hosts count from the
    beginning of a part.
    """
    said = string(segment.get("text"))
    end = segment.get("endIndex", segment.get("end_index"))
    if isinstance(end, int) and not isinstance(end, bool) and end > 0:
        place = len(text.encode("utf-8", "replace")[:end].decode("utf-8", "ignore"))
        if not said or text[:place].endswith(said):
            return place
    at = text.find(said) if said else -1
    return at + len(said) if at >= 0 else None


# --- lists --------------------------------------------------------------------------------------


def _lists(holder: Mapping[str, Any], depth: int = DEEPEST) -> Iterator[tuple[str, Any]]:
    """The lists of sources in an object, with their names."""
    for name in GROUNDING:
        for metadata in items(holder.get(name)) or [holder.get(name)]:
            if metadata and isinstance(metadata, dict):
                yield name, metadata
    for name in RECITED:
        recited = mapping(holder.get(name))
        yield name, items(recited.get("citations")) or _either(recited, "citationSources")
    if isinstance(holder.get(CITATION), dict):
        yield CITATION, [holder[CITATION]]
    for name in LISTS:
        if found := items(holder.get(name)):
            yield name, found
    for name in HOLDERS if depth else ():
        inner = holder.get(name)
        for one in [inner] if isinstance(inner, dict) else items(inner)[:MOST_ITEMS]:
            if isinstance(one, dict) and not _is_source(name, inner):
                yield from _lists(one, depth - 1)


def _is_source(name: str, value: Any) -> bool:
    """Whether it is a list of sources itself, and holds none."""
    return name in LISTS and isinstance(value, list)


def _either(holder: Mapping[str, Any], name: str) -> Sequence[Any]:
    """The list of that name, in camelCase or in snake_case."""
    snake = re.sub(r"([A-Z])", lambda match: f"_{match[1].lower()}", name)
    return items(holder.get(name)) or items(holder.get(snake))
