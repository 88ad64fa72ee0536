"""Half characters: JSON may carry `"\\ud83d"` alone, which nobody can store or show."""

from __future__ import annotations

from typing import Any

from nbchat.events import Notice, Stop, WireEvent
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

    def join(self, events: list[WireEvent]) -> list[WireEvent]:
        """Mend the events in place; returns those that hold something."""
        mended: list[WireEvent] = []
        for event in events:
            if type(event) is Text or type(event) is Thought:
                if self._held or not event.text.isascii():
                    event.text = self._mend_text(type(event), event.text)
                if event.text:
                    mended.append(event)
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

    def _mend_text(self, kind: type[Text] | type[Thought], text: str) -> str:
        text = self._held.pop(kind, "") + text
        if text and "\ud800" <= text[-1] <= "\udbff":
            self._held[kind] = text[-1]
            text = text[:-1]
        return mend(text)


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
