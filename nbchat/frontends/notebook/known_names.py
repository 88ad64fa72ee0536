"""What has a name that can be typed on a line of ours: models, providers, conversations, values.

Nothing here asks a network, and what cannot be read is not among them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from IPython.core.getipython import get_ipython

from nbchat.catalog import seen_names
from nbchat.frontends.host import IPythonNotebook
from nbchat.frontends.notebook.line_words import can_be_put_in

if TYPE_CHECKING:
    from nbchat.conversation.conversation import Conversation
    from nbchat.runtime import Runtime
    from nbchat.settings import Settings
    from nbchat.store.database import Stored

STORE_SECONDS = 0.5  # that a person waits for the names of what is stored
LONGEST_NAME = 100  # characters of a name that is offered
ENDINGS = (".md", ".json", ".ipynb")  # of files that a conversation is exported to


class Name(NamedTuple):
    """A name, and of what."""

    text: str
    kind: str


def runtime() -> Runtime:
    from nbchat import runtime as module

    return module.current()


def settings() -> Settings:
    return runtime().usable_settings()


# --- who answers ---------------------------------------------------------------------------------


def models(typed: str) -> Iterator[Name]:
    """Models, aliases, and what stands before the id of any model of a provider: `ollama:`."""
    catalog = settings().catalog
    kind, colon, _ = typed.partition(":")
    yield from (Name(alias, "alias") for alias in catalog.aliases)
    yield from (Name(model, "model") for model in [*catalog.models, *_seen_models()])
    if not colon:
        yield from (Name(f"{one.text}:", one.kind) for one in providers())
        return
    for model in catalog.models.values():
        if model.type == kind:
            yield Name(f"{kind}:{model.id.removeprefix(f'{kind}:')}", "model")


def _seen_models() -> Iterator[str]:
    """Models that are in no table: listed here, found on this machine, or asked before."""
    opened, catalog = runtime(), settings().catalog
    if opened.local_model:
        yield opened.local_model
    for kind, id in seen_names.pairs():
        yield catalog.name_of(kind, id) or ""
    for conversation in list(opened.conversations.values()):
        for turn in conversation.turns:
            yield catalog.name_of(turn.answer.provider, turn.answer.model) or ""


def providers(*, retired: bool = False) -> Iterator[Name]:
    """The providers, by the name that stands before a colon."""
    for provider in settings().catalog.providers.values():
        if retired or not provider.retired:
            yield Name(provider.type, "provider")


def abilities() -> Iterator[Name]:
    """What models can do besides text, as `%chat models` finds them by it."""
    rows = settings().catalog.models.values()
    yield from (Name(feature, "ability") for feature in {f for row in rows for f in row.features})


# --- conversations -------------------------------------------------------------------------------


def conversations() -> Iterator[Name]:
    """Those of this kernel, and those that are stored."""
    yield from (Name(name, "conversation") for name in list(runtime().conversations))
    yield from (Name(one.header.name, "conversation") for one in stored())


def conversation_ids() -> Iterator[Name]:
    yield from (Name(one.header.id[:6], "id") for one in stored())


def stored() -> list[Stored]:
    """What the history holds; nothing where it is not there, or does not answer at once."""
    with suppress(Exception):
        store = runtime().store()
        if store is not None and store.path.exists():
            return store.ask(lambda database: database.conversations(), STORE_SECONDS)
    return []


def export_files() -> Iterator[Name]:
    """Files that the conversation could be written to."""
    yield from (Name(f"{runtime().active}{ending}", "file") for ending in ENDINGS)


def settings_files() -> Iterator[Name]:
    """Files that are looked for beside a notebook."""
    from nbchat.settings_file import FILES

    yield from (Name(file, "file") for file in FILES)


def _active() -> Conversation:
    """The conversation that a line is about. Raises KeyError before it is first used."""
    opened = runtime()
    return opened.conversations[opened.active]


def branch_numbers() -> Iterator[Name]:
    """Those of the conversation's branches, from 1."""
    count = len(_active().branches)
    yield from (Name(str(number), "branch") for number in range(1, count + 1))


def turn_numbers(typed: str) -> Iterator[Name]:
    """Those of the conversation's turns, on any branch, the last one first: #3."""
    count = len(_active().all_turns)
    mark = "" if typed[:1].isdecimal() else "#"
    yield from (Name(f"{mark}{number}", "turn") for number in range(count, 0, -1))


# --- values --------------------------------------------------------------------------------------


def line_values(typed: str) -> Iterator[Name]:
    """Variables that can be put into a line."""
    yield from _variables(typed, can_be_put_in)


def question_values(typed: str) -> Iterator[Name]:
    """Variables that can be put into a question."""
    from nbchat.context.values import is_data

    yield from _variables(typed, is_data)


def _variables(typed: str, fits: Any) -> Iterator[Name]:
    notebook = IPythonNotebook(get_ipython())
    hidden = notebook.hidden
    for name, value in notebook.variables.items():
        is_own = name not in hidden and (typed[:1] == "_" or not name.startswith("_"))
        if is_own and fits(value):
            yield Name(name, "instance")


def data(typed: str) -> Iterator[Name]:
    """Variables that have rows: frames, columns, lists."""
    yield from _variables(typed, _has_rows)


def columns(variable: str) -> Iterator[Name]:
    """The columns of a variable's rows, whose names can stand in a question."""
    from nbchat.dataframes.records import records_of

    data = IPythonNotebook(get_ipython()).variables.get(variable)
    if _has_rows(data):
        yield from (Name(name, "column") for name in records_of(data).names)


def _has_rows(value: object) -> bool:
    from nbchat.context.classes import is_exactly, is_from

    is_frame = any(is_from(value, module, "DataFrame", "Series") for module in ("pandas", "polars"))
    return is_frame or (is_exactly(value, list, tuple) and bool(value))


def types(typed: str) -> Iterator[Name]:
    """What an answer can be: types of the notebook, JSON schemas, and Python's own."""
    from nbchat.frontends.notebook.named_types import READY, types

    notebook = IPythonNotebook(get_ipython())
    hidden = notebook.hidden
    own = {name: value for name, value in notebook.variables.items() if name not in hidden}
    yield from (Name(name, "class") for name in types(own))
    if typed:
        yield from (Name(name, "class") for name in READY)
    else:
        yield Name("list[", "class")


def own_variables(typed: str) -> Iterator[Name]:
    """Variables of the notebook that hold no module, class or function."""
    yield from _variables(typed, lambda value: not isinstance(value, type) and not callable(value))


def tools() -> Iterator[Name]:
    """The ready tools, and functions of the notebook."""
    from nbchat.frontends.notebook.named_tools import functions
    from nbchat.tools import READY

    notebook = IPythonNotebook(get_ipython())
    hidden = notebook.hidden
    own = {name: value for name, value in notebook.variables.items() if name not in hidden}
    yield from (Name(name, "tool") for name in READY)
    yield from (Name(name, "function") for name in functions(own))


# --- what is offered -----------------------------------------------------------------------------


def starting(typed: str, names: Iterable[Name]) -> list[Name]:
    """Those that begin with what was typed, each once; none that would hide or act."""
    found = {
        name.text: name
        for name in names
        if name.text.startswith(typed) and name.text.isprintable() and _is_short(name)
    }
    return [*found.values()]


def _is_short(name: Name) -> bool:
    return 0 < len(name.text) <= LONGEST_NAME
