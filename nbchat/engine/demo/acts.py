"""What was asked, which tools are offered, and what the demo has done since.

Nothing is remembered between two requests: all of it is read from the messages that are sent.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from nbchat.attachments import Image
from nbchat.wire.shapes import items, mapping, string

# How a message begins that holds the pictures of the results above it (`wire/tool_results.py`).
FROM_RESULT = "From the result of "


@dataclass(slots=True, frozen=True)
class Offer:
    """A tool that the request declares; `parameters` is a JSON schema."""

    name: str
    parameters: Mapping[str, Any]
    description: str = ""


@dataclass(slots=True, frozen=True)
class Call:
    """A tool that the demo asks for."""

    name: str
    arguments: Mapping[str, Any]


@dataclass(slots=True)
class Act:
    """A call of the demo's own, and what came of it."""

    call: Call
    result: str
    pictures: list[Image] = field(default_factory=list)


@dataclass(slots=True)
class Situation:
    """Where the demo stands. `must_call` is a tool's name, or "any"; empty where it may choose."""

    question: str = ""
    offers: Sequence[Offer] = ()
    must_call: str = ""
    acts: list[Act] = field(default_factory=list)  # since the question
    calls: int = 0  # in all messages

    def offer(self, name: str) -> Offer | None:
        """The tool of that name, where it is offered."""
        return next((offer for offer in self.offers if offer.name == name), None)


def read_situation(request: Mapping[str, Any]) -> Situation:
    """What a request of chat completions says of all this."""
    choice = request.get("tool_choice")
    now = Situation(offers=[] if choice == "none" else _offers(request), must_call=_must(choice))
    waiting: dict[str, Call] = {}
    before = ""
    for message in map(mapping, items(request.get("messages"))):
        role, text = string(message.get("role")), text_of(message)
        if role == "assistant":
            calls = _calls(message)
            now.calls += len(calls)
            waiting |= calls
        elif role == "tool":
            call = waiting.pop(string(message.get("tool_call_id")), None)
            now.acts += [Act(call, text)] if call else []
        elif role == "user" and before == "tool" and text.startswith(FROM_RESULT):
            _give_pictures(now.acts, items(message.get("content")))
        elif role == "user":
            now.question, now.acts = text, []
        before = role
    return now


def text_of(message: Mapping[str, Any]) -> str:
    """The words of a message."""
    content = message.get("content")
    if isinstance(content, str):
        return content
    return "".join(string(mapping(part).get("text")) for part in items(content))


def _offers(request: Mapping[str, Any]) -> list[Offer]:
    functions = [mapping(mapping(one).get("function")) for one in items(request.get("tools"))]
    return [
        Offer(
            string(one.get("name")),
            mapping(one.get("parameters")),
            string(one.get("description")),
        )
        for one in functions
        if string(one.get("name"))
    ]


def _must(choice: Any) -> str:
    if choice == "required":
        return "any"
    return string(mapping(mapping(choice).get("function")).get("name"))


def _calls(message: Mapping[str, Any]) -> dict[str, Call]:
    """The calls of a message of the demo's own, by their ids."""
    calls = {}
    for one in map(mapping, items(message.get("tool_calls"))):
        function = mapping(one.get("function"))
        try:
            arguments = mapping(json.loads(string(function.get("arguments")) or "{}"))
        except ValueError:
            arguments = {}
        if string(one.get("id")):
            calls[string(one.get("id"))] = Call(string(function.get("name")), arguments)
    return calls


def _give_pictures(acts: Sequence[Act], parts: Sequence[Any]) -> None:
    """Each picture to the act that it is from: a line with its tool's name stands before it."""
    act: Act | None = None
    for part in map(mapping, parts):
        text = string(part.get("text"))
        if text.startswith(FROM_RESULT):
            name = text.removeprefix(FROM_RESULT).rstrip(":\n")
            named = [one for one in acts if one.call.name == name and not one.pictures]
            act = named[0] if named else None
        picture = _picture(string(mapping(part.get("image_url")).get("url")))
        if act and picture:
            act.pictures.append(picture)


def _picture(address: str) -> Image | None:
    """The picture of a `data:` address."""
    head, _, data = address.partition(",")
    if not head.endswith(";base64"):
        return None
    try:
        return Image(base64.b64decode(data, validate=True))
    except (binascii.Error, ValueError, TypeError):
        return None
