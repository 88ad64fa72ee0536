"""The arguments of a call, as its function takes them; or what does not fit, for the model."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from nbchat import known_keys
from nbchat.tools.schema import NOTHING, Parameters
from nbchat.wording import did_you_mean, plural, shorten, written_out

if TYPE_CHECKING:
    from pydantic import TypeAdapter, ValidationError

MOST_LINES = 8  # of what does not fit
MOST_LOOKED_AT = 1_000  # things that do not fit in one argument; pydantic tells all of them or none
LONGEST_LINE = 240  # characters
LONGEST_GIVEN = 60  # characters of a value that does not fit
LONGEST_PLACE = 80  # characters of where it stands
LONGEST_NAME = 64  # characters of a name that is compared with others


class BadArguments(Exception):
    """Arguments do not fit; the words are for the model."""


def check(arguments: Mapping[str, Any], takes: Parameters, name: str) -> dict[str, Any]:
    """The arguments as Python values. Raises BadArguments that says what does not fit."""
    values: dict[str, Any] = {}
    wrong: list[str] = []
    for key, given in arguments.items():
        known = takes.known.get(key)
        adapter = known.adapter if known else takes.others
        if adapter is not None:
            values[key] = _checked(key, given, adapter, wrong)
        elif len(wrong) <= MOST_LINES:
            wrong.append(_unknown(key, takes))
    for key, one in takes.known.items():
        if key in arguments:
            continue
        if one.is_needed:
            wrong.append(f"{key} is missing")
        elif one.has_own_default:
            values[key] = one.own_default
    if wrong:
        raise BadArguments(_in_lines(name, wrong))
    return values


def call(function: Callable[..., Any], arguments: Mapping[str, Any], takes: Parameters) -> Any:
    """Call it: by name, and by place what Python takes only so."""
    named = dict(arguments)
    placed = []
    for one in takes.known.values():
        if not one.by_place:
            continue
        if one.name not in named and one.default is NOTHING:
            break
        placed.append(named.pop(one.name, one.default))
    return function(*placed, **named)


def _checked(key: str, given: Any, adapter: TypeAdapter[Any], wrong: list[str]) -> Any:
    from pydantic import ValidationError

    try:
        return _from_json(given, adapter)
    except ValidationError as error:
        wrong += _lines(key, error)
    except RecursionError:
        wrong.append(f"{_place(key, ())} is nested too deeply")
    except Exception as error:  # the person's own check fails itself
        wrong.append(f"{_place(key, ())} could not be checked: {type(error).__name__}")
    return None


def _from_json(given: Any, adapter: TypeAdapter[Any]) -> Any:
    """A value of JSON is read as such: the text of a date is a date, also where types are strict.

    What is no JSON, half a character, say, is taken as the Python value that it is.
    """
    from pydantic import ValidationError

    try:
        written = json.dumps(given)
    except (TypeError, ValueError):
        return adapter.validate_python(given)
    try:
        return adapter.validate_json(written)
    except ValidationError as error:
        if error.error_count() > 1 or _errors(error)[0]["type"] != "json_invalid":
            raise
    return adapter.validate_python(given)


# --- in words ------------------------------------------------------------------------------------


def _in_lines(name: str, wrong: list[str]) -> str:
    lines = [f"- {shorten(_clean(line), LONGEST_LINE)}" for line in wrong[:MOST_LINES]]
    if len(wrong) > MOST_LINES:
        lines.append("- … and more")
    return "\n".join([f"{name} was not run, because its arguments do not fit:", *lines])


def _clean(line: str) -> str:
    return written_out(known_keys.hide_cut(" ".join(line.split())))


def _unknown(key: str, takes: Parameters) -> str:
    near = did_you_mean(key[:LONGEST_NAME], takes.known)
    names = ", ".join(takes.known)
    takes_these = f"It takes {names}." if names else "It takes no arguments."
    return f"there is no argument {shorten(key, LONGEST_NAME)!r}.{near} {takes_these}"


def _errors(error: ValidationError) -> Sequence[Mapping[str, Any]]:
    return error.errors(include_url=False, include_context=False)


def _lines(key: str, error: ValidationError) -> list[str]:
    count = error.error_count()
    if count > MOST_LOOKED_AT:
        return [f"{_place(key, ())}: {count:,} things in it do not fit"]
    return [_line(key, one) for one in _errors(error)[: MOST_LINES + 1]]


def _line(key: str, error: Mapping[str, Any]) -> str:
    """`people[0].age: should be a valid integer, not 'x'`."""
    said = str(error["msg"]).removeprefix("Input ").removeprefix("Value error, ")
    place = _place(key, error["loc"])
    if error["type"] == "missing":
        return f"{place} is missing"
    return f"{place}: {shorten(said, LONGEST_LINE // 2)}, not {_given(error['input'])}"


def _place(key: str, steps: Iterable[int | str]) -> str:
    place = shorten(key, LONGEST_NAME)
    for step in steps:
        place += f"[{step}]" if isinstance(step, int) else f".{shorten(str(step), LONGEST_NAME)}"
    return place if len(place) <= LONGEST_PLACE else f"{place[:LONGEST_PLACE]}…"


def _given(value: Any) -> str:
    """What came, in short."""
    if isinstance(value, str):
        if len(value) <= LONGEST_GIVEN:
            return repr(value)
        return f"{value[:LONGEST_GIVEN]!r}… ({len(value):,} characters)"
    if isinstance(value, bool | None):
        return json.dumps(value)
    if isinstance(value, int | float):
        return _number(value)
    if isinstance(value, list | tuple):
        return f"a list of {plural(len(value), 'item')}"
    if isinstance(value, Mapping):
        return f"an object with {plural(len(value), 'member')}"
    return f"a {type(value).__name__}"


def _number(value: float) -> str:
    try:
        return shorten(repr(value), LONGEST_GIVEN)
    except ValueError:  # of more digits than Python writes
        return "a number of very many digits"
