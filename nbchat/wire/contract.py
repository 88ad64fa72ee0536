"""What a wire format offers: a request made of a question, and events made of its answer.

`render` turns a ModelRequest into the HttpRequest the engine should make; a Reader turns the JSON
values of one answer into events. A dialect is a module of `nbchat.wire.formats`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, Literal, Protocol, cast

from nbchat.catalog.rows import Quirks, ThinkingFields
from nbchat.errors import BadOption
from nbchat.events import Event
from nbchat.messages import Message, Tool
from nbchat.wire.formats import FORMATS
from nbchat.wording import did_you_mean

Framing = Literal["sse", "ndjson", "eventstream"]


@dataclass(slots=True, frozen=True)
class ModelRequest:
    """One question to one model: all that a dialect needs to render it.

    It is already settled when it gets here: `model` is the provider's own id,
    `thinking` the fields to send, parameters the model refuses are gone. A format
    places the `parameters` that it has (`nbchat.wire.parameters`).
    `messages` holds only the roles user, assistant and tool (system messages are
    in `system`); what another provider wants back is dropped. `base_url`
    has no trailing slash; `path`, where the provider has its own, replaces the
    format's.
    """

    model: str
    base_url: str
    messages: tuple[Message, ...]
    system: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)  # options by name: those given
    max_output: int | None = None  # the model's own limit, in tokens
    thinking: ThinkingFields = ThinkingFields()
    tools: tuple[Tool, ...] = ()
    tool_choice: str | None = None  # auto, none, required, or the name of one of the tools
    schema: Mapping[str, Any] | None = None
    quirks: Quirks = Quirks()
    cache_key: str = ""
    shared_start: str | None = None  # how the question of every row of a map begins, if it is one
    path: str = ""

    @property
    def goes_on(self) -> bool:
        """Whether a later request may begin with all of this one: not of a row of a map."""
        return self.shared_start is None or bool(self.tools)

    def url(self, path: str) -> str:
        """The address for this format's `path`, or for the provider's own."""
        return self.base_url + (self.path or path)


@dataclass(slots=True)
class HttpRequest:
    """The request to make. The engine adds the key; it holds none."""

    url: str
    body: dict[str, Any]
    headers: dict[str, str] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)

    def encoded(self) -> bytes:
        """The body as strict JSON: no lone surrogates, members in the order given.

        Raises BadSettings for a tool, a schema or arguments that JSON cannot hold, such as NaN.
        """
        try:
            text = json.dumps(self.body, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        except (TypeError, ValueError, RecursionError) as error:
            raise BadOption(
                f"the request is not JSON: {error}. "
                "Look at `tools`, `schema` and the arguments of tool calls."
            ) from None
        try:
            return text.encode()
        except UnicodeEncodeError:  # joins split surrogate pairs, replaces lone ones by U+FFFD
            return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()


class Reader(Protocol):
    """Understands one answer. Made for one stream, then thrown away.

    `read` takes the JSON values of the stream in order. It raises ProviderProblem
    when a value is an error object. `ended` turns True at the format's end marker;
    nothing after it matters. `finish` is called once, when the stream has ended,
    and returns what was held back (tool calls, Usage) and the one Stop, as the last
    event: `broken` where neither an end marker nor a finish reason came.

    Text and Thought say where a part `begins`. One without words is seen by nobody: it
    brings the `state` of the part before, or where it `begins` a part without words.
    WasThought makes thinking of the words before it.
    """

    ended: bool

    def read(self, value: Any, event: str = "") -> Iterable[Event]: ...
    def read_whole(self, body: Any) -> Iterable[Event]:
        """A server that does not stream: one JSON body, as `read` would give it."""
        ...

    def finish(self) -> list[Event]: ...


class Dialect(Protocol):
    """What a file in this folder offers."""

    FRAMING: Framing

    @staticmethod
    def render(ask: ModelRequest) -> HttpRequest: ...
    @staticmethod
    def Reader() -> Reader: ...  # noqa: N802


def load_dialect(name: str) -> Dialect:
    """The dialect of that name, imported on first use.

    Raises BadSettings for a name that no file here speaks.
    """
    if name not in FORMATS:
        unknown = f"no wire format is called {name!r}."
        known = f"Known: {', '.join(FORMATS)}."
        raise BadOption(f"{unknown}{did_you_mean(name, FORMATS)}\n{known}")
    return cast(Dialect, import_module(f"nbchat.wire.formats.{name.replace('-', '_')}"))


def merge_into(body: dict[str, Any], extra: Mapping[str, Any]) -> dict[str, Any]:
    """Put `extra` into `body`, member by member where both hold objects.

    Objects inside `body` are copied before they change: they may be somebody's own.

    >>> merge_into({"a": {"b": 1}}, {"a": {"c": 2}})
    {'a': {'b': 1, 'c': 2}}
    """
    for name, value in extra.items():
        if isinstance(value, Mapping):
            before = body.get(name)
            body[name] = merge_into(dict(before) if isinstance(before, dict) else {}, value)
        else:
            body[name] = value
    return body
