"""Half characters: JSON may carry `"\\ud83d"` alone, which nobody can store or show."""

from __future__ import annotations

from typing import Any

from nbchat.events import Event, Notice, Stop
from nbchat.messages import Text, Thought, ToolCall


def mend(text: str) -> str:
    r"""`text` with pairs joined and lone halves replaced.

    >>> mend("\ud83d\ude00 \ud800")
    '😀 �'
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


class Surrogates:
    """Joins a pair that was split over two events of one kind; a lone half becomes U+FFFD.

    >>> split = Surrogates()
    >>> split.join([Text("a\\ud83d")]), split.join([Text("\\ude00b")])
    ([Text(text='a')], [Text(text='😀b')])
    """

    def __init__(self) -> None:
        self._held: dict[type[Text] | type[Thought], str] = {}
        self._begins: set[type[Text] | type[Thought]] = set()  # a part whose first half is held

    def join(self, events: list[Event]) -> list[Event]:
        """Mend the events in place; returns those that did not become empty."""
        mended: list[Event] = []
        for event in events:
            if type(event) is Text or type(event) is Thought:
                if not self._held and event.text.isascii():
                    mended.append(event)
                else:
                    mended += self._mend_event(event)
                continue
            match event:
                case ToolCall():
                    event.id, event.name, event.raw = map(mend, (event.id, event.name, event.raw))
                    event.arguments = _mend_value(event.arguments)
                case Notice():
                    event.text = mend(event.text)
                case Stop():
                    event.detail = mend(event.detail)
                    mended += [kind("\ufffd") for kind in self._held]
            mended.append(event)
        return mended

    def _mend_event(self, event: Text | Thought) -> list[Event]:
        kind = type(event)
        mended: list[Event] = []
        held = self._held.pop(kind, "")
        if held and (event.begins or not event.text):  # the half was the end of its part
            mended, held = [kind("\ufffd")], ""
        text = held + event.text
        if text and "\ud800" <= text[-1] <= "\udbff":
            self._held[kind] = text[-1]
            text = text[:-1]
        is_hidden = not event.text
        event.text = mend(text)
        event.begins = event.begins or kind in self._begins
        self._begins.discard(kind)
        if event.text or is_hidden or event.state:
            mended.append(event)
        elif event.begins:
            self._begins.add(kind)
        return mended


def _mend_value(value: Any) -> Any:
    match value:
        case str():
            return value if value.isascii() else mend(value)
        case list():
            return [_mend_value(item) for item in value]
        case dict():
            return {_mend_value(name): _mend_value(item) for name, item in value.items()}
        case _:
            return value
