"""Half characters: JSON may carry `"\\ud83d"` alone, which no file and no page can take."""

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
    >>> split.mended([Text("a\\ud83d")]), split.mended([Text("\\ude00b")])
    ([Text(text='a')], [Text(text='😀b')])
    """

    def __init__(self) -> None:
        self._held: dict[type[Text] | type[Thought], str] = {}
        self._begins: set[type[Text] | type[Thought]] = set()  # a part whose first half is held

    def mended(self, events: list[Event]) -> list[Event]:
        """The events, without those that became empty."""
        found: list[Event] = []
        for event in events:
            if type(event) is Text or type(event) is Thought:
                if not self._held and event.text.isascii():
                    found.append(event)
                else:
                    found += self._mend(event)
                continue
            match event:
                case ToolCall():
                    event.id, event.name, event.raw = map(mend, (event.id, event.name, event.raw))
                    event.arguments = _deep(event.arguments)
                case Notice():
                    event.text = mend(event.text)
                case Stop():
                    event.detail = mend(event.detail)
                    found += [kind("\ufffd") for kind in self._held]
            found.append(event)
        return found

    def _mend(self, event: Text | Thought) -> list[Event]:
        kind = type(event)
        found: list[Event] = []
        held = self._held.pop(kind, "")
        if held and (event.begins or not event.text):  # the half was the end of its part
            found, held = [kind("\ufffd")], ""
        text = held + event.text
        if text and "\ud800" <= text[-1] <= "\udbff":
            self._held[kind] = text[-1]
            text = text[:-1]
        is_hidden = not event.text
        event.text = mend(text)
        event.begins = event.begins or kind in self._begins
        self._begins.discard(kind)
        if event.text or is_hidden or event.state:
            found.append(event)
        elif event.begins:
            self._begins.add(kind)
        return found


def _deep(value: Any) -> Any:
    match value:
        case str():
            return value if value.isascii() else mend(value)
        case list():
            return [_deep(item) for item in value]
        case dict():
            return {_deep(name): _deep(item) for name, item in value.items()}
        case _:
            return value
