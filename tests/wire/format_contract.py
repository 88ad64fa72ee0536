"""What the tests of the wire formats share.

How a format looks, short ways to ask and to read, JSON without sense.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from nbchat.events import Answer, Event
from nbchat.messages import AnswerPart, File, Image, Message, Thought, Tool, ToolCall
from nbchat.options import OPTIONS
from nbchat.provider_state import ProviderState
from nbchat.store.reading import read_json, read_turn
from nbchat.store.stored_turn import part_fields, strict_json
from nbchat.wire.contract import Dialect, ModelRequest, load_dialect

BASE = "http://localhost:1"
PNG = Image(b"\x89PNG", "image/png")
PDF = File(b"%PDF-1.4", "application/pdf", "a.pdf")
ZIP = File(b"PK", "application/zip", "a.zip")
NOTE = File("é".encode(), "text/plain", "a.txt")
ADD = Tool("add", "Add two numbers", {"type": "object", "properties": {"a": {"type": "integer"}}})
CALL = ToolCall("call_1", "add", {"a": 1}, '{"a":1}')
CITY = {
    "$schema": "https://json-schema.org/x",
    "title": "A city",
    "type": "object",
    "properties": {"name": {"type": "string"}},
    "required": ["name"],
}
CITY_ALONE = {name: value for name, value in CITY.items() if name != "$schema"}
CUT_OFF = "the server ended the answer early"


NOTHING = st.none()
PARAMETERS = {name for name, row in OPTIONS.items() if row.parameter}


@dataclass(frozen=True, repr=False)
class Format:
    """How the tests speak one format: each format's tests have a FORMAT for `test_every_format.py`.

    A value is an event's JSON, or a pair of its name and its JSON.
    """

    name: str  # of the wire format
    says: Any  # a value that says "Hi"
    whole: Any  # one JSON body that thinks "hm", says "Hi" and counts 9 and 5
    calls: tuple[Any, ...]  # values that call `f` with {"a": 1}
    ends: Callable[[str], Any]  # a value that ends an answer, by the provider's word for why
    stops: Mapping[str, str]  # reasons by that word; the first is the natural end
    fails: tuple[
        tuple[Any, int | None], ...
    ]  # values that state the problem "Overloaded", and its status
    anything: st.SearchStrategy[Any]  # any JSON in this format's own words
    almost: st.SearchStrategy[list[Any]]  # values of a right shape, with such JSON inside
    events: str = ""  # the names that its events have
    refused: File | None = None  # a document that there is no place for
    asked: Mapping[str, Any] = field(
        default_factory=dict
    )  # fields of an Ask with which something goes back
    kept: st.SearchStrategy[Any] = NOTHING  # what a provider may want back with a part

    def __repr__(self) -> str:
        return self.name

    @property
    def spoken(self) -> Dialect:
        return load_dialect(self.name)


def ask(*messages: Message, **fields: Any) -> ModelRequest:
    """An Ask with `messages`, or with one short question; parameters are given by their names."""
    given = {name: fields.pop(name) for name in [*fields] if name in PARAMETERS}
    parameters = {name: value for name, value in given.items() if value is not None}
    return ModelRequest(
        **{
            "model": "a-model",
            "base_url": BASE,
            "parameters": parameters,
            **fields,
            "messages": messages or (Message("user", "Hi"),),
        }
    )


def heard(reader: Any, *values: Any) -> list[Any]:
    """All events of a stream of values."""
    events: list[Any] = []
    for value in values:
        name, inner = value if isinstance(value, tuple) else ("", value)
        events += reader.read(inner, name)
    return events + list(reader.finish())


def said_by(wire: str, *parts: AnswerPart) -> Message:
    """The message of an answer with these parts, their states owned as the engine would say."""
    answer = Answer()
    answer.parts = [owned(wire, part) for part in parts]
    return answer.message


def folded(wire: str, events: Iterable[Event]) -> Answer:
    """The answer that these events of a reader become, as the engine would fold it."""
    answer = Answer()
    for event in events:
        answer.add(owned(wire, event))
    return answer


def stored(answer: Answer) -> Answer:
    """The answer as it comes back from the disk."""
    rows = strict_json({"question": "?", "parts": [part_fields(part) for part in answer.parts]})
    return read_turn(read_json(rows), 1, None).answer


def owned(wire: str, part: Any) -> Any:
    """The part, its state with the names that the engine gives it."""
    state = getattr(part, "state", None)
    if state is not None:
        part.state = ProviderState("p", wire, state.data)
    return part


def hidden(data: Any) -> Thought:
    """What goes back where nothing was shown."""
    return Thought("", ProviderState("", "", data))


def goes_back(data: Any) -> ProviderState:
    """What a reader says goes back with a part."""
    return ProviderState("", "", data)


def nonsense(names: str, words: str) -> st.SearchStrategy[Any]:
    """JSON values made of a format's own member names and words, in the wrong places."""
    members, known = st.sampled_from(names.split()), st.sampled_from(words.split())
    leaves = st.one_of(
        st.none(), st.booleans(), st.integers(-2, 9), st.floats(), st.text(max_size=3), known
    )
    return st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(members, inner, max_size=6),
        max_leaves=25,
    )


def objects(
    names: str, inner: st.SearchStrategy[Any], **sure: st.SearchStrategy[Any]
) -> st.SearchStrategy[Any]:
    """Objects with some of these members, and with those that are sure."""
    some = st.dictionaries(st.sampled_from(names.split()), inner, max_size=4)
    return st.builds(lambda some, sure: {**some, **sure}, some, st.fixed_dictionaries(sure))
