"""The output of a response: items that grow, and the events that tell of it.

The order of events is OpenAI's: an item is added, its part is added, text comes, text, part and
item are done. Facts: openai-python `types/responses/response_stream_event.py` (3.54.0).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias
from uuid import uuid4

from nbchat.frontends.server.citations import Citation
from nbchat.frontends.server.openai_response import call_arguments
from nbchat.messages import Image, ToolCall

Event: TypeAlias = dict[str, Any]


class Output:
    """One answer's items. Words that follow thinking, or a call, begin an item of their own."""

    def __init__(self) -> None:
        self.items: list[dict[str, Any]] = []
        self._open = ""  # the type of the last item, while it grows
        self._pieces: list[str] = []
        self._said = 0  # characters of the messages before the one that grows

    def think(self, text: str) -> Iterator[Event]:
        """More of the model's thinking."""
        if self._open != "reasoning":
            yield from self.close()
            yield self._add("reasoning", "rs", summary=[])
            yield self._part("reasoning_summary_part.added", _summary(""))
        self._pieces.append(text)
        yield self._at("reasoning_summary_text.delta", summary_index=0, delta=text)

    def say(self, text: str) -> Iterator[Event]:
        """More of the answer's words."""
        if self._open != "message":
            yield from self.close()
            yield self._add("message", "msg", role="assistant", content=[])
            yield self._part("content_part.added", _words(""))
        self._pieces.append(text)
        yield self._at("output_text.delta", content_index=0, delta=text, logprobs=[])

    def call(self, call: ToolCall) -> Iterator[Event]:
        """A call, which comes whole."""
        yield from self.close()
        arguments, name = call_arguments(call), call.name
        yield self._add("function_call", "fc", call_id=call.id, name=name, arguments="")
        yield self._at("function_call_arguments.delta", delta=arguments)
        yield self._at("function_call_arguments.done", name=name, arguments=arguments)
        yield self._end(arguments=arguments)

    def draw(self, picture: Image) -> Iterator[Event]:
        """A picture, which comes whole."""
        yield from self.close()
        yield self._add("image_generation_call", "ig", result=None)
        yield self._at("image_generation_call.in_progress")
        yield self._at("image_generation_call.completed")
        kind = picture.media_type.partition("/")[2]
        yield self._end(result=picture.base64, output_format=kind)

    def search(self, urls: Sequence[str], first: bool) -> Iterator[Event]:
        """The provider's own search, which is known by what it has found; told behind the words.

        What it looked for, nobody says. With `first` the item goes before all others.
        """
        sources = [{"type": "url", "url": url} for url in urls]
        action = {"type": "search", "query": "", "sources": sources}
        yield self._add("web_search_call", "ws", action=action)
        for step in ("in_progress", "searching", "completed"):
            yield self._at(f"web_search_call.{step}")
        yield self._end()
        if first:
            self.items.insert(0, self.items.pop())

    def close(
        self, status: str = "completed", citations: Sequence[Citation] = ()
    ) -> Iterator[Event]:
        """The end of the item that grows, if one does, with what its words cite."""
        text = "".join(self._pieces)
        if self._open == "message":
            part = _words(text)
            for number, cited in enumerate(self._within(citations, len(text))):
                part["annotations"].append(cited)
                place = {"content_index": 0, "annotation_index": number}
                yield self._at("output_text.annotation.added", **place, annotation=cited)
            yield self._at("output_text.done", content_index=0, text=text, logprobs=[])
            self._said += len(text)
            yield self._part("content_part.done", part)
            yield self._end(status, content=[part])
        elif self._open == "reasoning":
            yield self._at("reasoning_summary_text.done", summary_index=0, text=text)
            yield self._part("reasoning_summary_part.done", _summary(text))
            yield self._end(status, summary=[_summary(text)])

    def _within(self, citations: Sequence[Citation], size: int) -> Iterator[dict[str, Any]]:
        """Those of the message that grows; at its end stands what messages before it cite."""
        for citation in citations:
            if citation.start < self._said:
                end = self._said + size
                citation = citation._replace(start=end, end=end)
            yield citation.written(self._said)

    def _add(self, kind: str, prefix: str, **fields: Any) -> Event:
        item = {"id": f"{prefix}_{uuid4().hex}", "type": kind, "status": "in_progress", **fields}
        self.items.append(item)
        self._open = kind
        self._pieces = []
        return _event("output_item.added", output_index=len(self.items) - 1, item=dict(item))

    def _end(self, status: str = "completed", **fields: Any) -> Event:
        self._open = ""
        self.items[-1] |= {"status": status, **fields}
        item = dict(self.items[-1])
        return _event("output_item.done", output_index=len(self.items) - 1, item=item)

    def _part(self, name: str, part: dict[str, Any]) -> Event:
        index = "summary_index" if self._open == "reasoning" else "content_index"
        return self._at(name, **{index: 0, "part": part})

    def _at(self, name: str, /, **fields: Any) -> Event:
        """An event of the last item."""
        place = {"item_id": self.items[-1]["id"], "output_index": len(self.items) - 1}
        return _event(name, **place, **fields)


def _event(name: str, /, **fields: Any) -> Event:
    return {"type": f"response.{name}", **fields}


def _words(text: str) -> dict[str, Any]:
    return {"type": "output_text", "text": text, "annotations": [], "logprobs": []}


def _summary(text: str) -> dict[str, Any]:
    return {"type": "summary_text", "text": text}
