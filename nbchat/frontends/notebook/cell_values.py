"""The value of one cell: the schema that its line names, and the variable it goes into."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nbchat.errors import BadOption
from nbchat.frontends.host import IPythonNotebook
from nbchat.frontends.notebook.named_types import named_type
from nbchat.values.value_type import ValueType
from nbchat.wording import shorten

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from nbchat.events import Answer
    from nbchat.frontends.notebook.arguments import MagicArguments
    from nbchat.streams import PlannedOptions

LONGEST_SHOWN = 40  # characters of a value that is repeated
_NAMED = ("properties", "$defs", "definitions", "mapping")  # what stands there has names
_NO_VALUES = (  # words of a schema with names, kinds and counts behind them
    *("type", "title", "$ref", "format", "required", "propertyName"),
    *("minItems", "maxItems", "minLength", "maxLength"),
)


def with_schema(shell: InteractiveShell, line: MagicArguments, data: str) -> MagicArguments:
    """The same line with what `--as` names among its options. Raises BadOption for no type.

    Under `data = "schema"` no value is sent: one in a type is one that was typed in a cell.
    """
    if line.wanted is None:
        return line
    notebook = IPythonNotebook(shell)
    hidden = notebook.hidden
    variables = {name: value for name, value in notebook.variables.items() if name not in hidden}
    wanted = ValueType.of(named_type(line.wanted, variables))
    if data == "schema":
        _refuse_values(wanted, [line.wanted, *(cell.source for cell in notebook.cells)])
    options: PlannedOptions = {**line.options, "schema": wanted}
    return replace(line, options=options)


def bind(shell: InteractiveShell, line: MagicArguments, answer: Answer) -> None:
    """Put the value into the variable that the line names, or the answer where it is none."""
    if line.into is not None:
        value = answer.ended() if line.wanted is None else answer.value
        shell.push({line.into: value})  # type: ignore[no-untyped-call]  # of IPython


def _refuse_values(wanted: ValueType, sources: list[str]) -> None:
    typed = " ".join(" ".join(sources).split())
    for value in _values_in(wanted.json_schema):
        if " ".join(value.split()) not in typed:
            raise BadOption(
                f'data is "schema" in the settings: no value is sent, and {wanted.name} holds '
                f"{shorten(value, LONGEST_SHOWN)!r}, which no cell has as it stands. "
                "Write it into the type."
            )


def _values_in(schema: Any) -> Iterator[str]:
    """The texts and numbers in a schema that are no names and no kinds."""
    match schema:
        case Mapping():
            for word, inner in schema.items():
                if word in _NAMED and isinstance(inner, Mapping):
                    yield from _values_in([*inner.values()])
                elif word not in _NO_VALUES:
                    yield from _values_in(inner)
        case list() | tuple():
            for inner in schema:
                yield from _values_in(inner)
        case str() | int() | float() if schema not in (0, 1):  # nor True and False
            yield str(schema)
