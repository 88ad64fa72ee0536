"""What the value of an option should be. Each raises BadOption that says so in a sentence."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any

from nbchat.errors import BadOption
from nbchat.keys import Secret
from nbchat.wording import shorten

if TYPE_CHECKING:
    from nbchat.messages import Tool

MOST_STOPS = 4  # OpenAI's limit, the lowest there is; Gemini and Cohere take 5
TOOL_CHOICES = ("auto", "none", "required")
_KEY_NAMES = (  # how the name of a member that holds a key ends
    *("authorization", "apikey", "secret", "secretkey", "password"),
    *("accesstoken", "authtoken", "bearertoken", "sessiontoken"),
)


def as_text(name: str, value: Any) -> str:
    if isinstance(value, str):
        return value
    raise BadOption(f"{name} should be a text (str), not {type(value).__name__}.")


def as_number(name: str, value: Any, low: float, high: float, unit: str = "") -> float:
    # Real has numpy's numbers too: what a DataFrame gives.
    numeric = isinstance(value, Real) and not isinstance(value, bool)
    if numeric and low <= value <= high:
        return value if isinstance(value, int) else float(value)
    wanted = f"a number from {low:,} to {high:,}"
    if unit:
        wanted = f"a number of {unit} from {low:,} to {high:,}"
    raise BadOption(f"{name} should be {wanted}, not {shown(value)}.")


def as_whole(name: str, value: Any, low: float, high: float) -> int:
    whole = isinstance(value, Integral) or (isinstance(value, float) and value.is_integer())
    if whole and not isinstance(value, bool) and low <= value <= high:
        return int(value)
    wanted = f"a whole number from {low:,} to {high:,}"
    raise BadOption(f"{name} should be {wanted}, not {shown(value)}.")


def as_one_of(name: str, value: Any, known: Sequence[Any]) -> Any:
    for one in known:
        if type(value) is type(one) and value == one:  # 1 is not True here
            return one
    values = ", ".join(map(repr, known))
    raise BadOption(f"{name} can be {values}; not {shown(value)}.")


def as_flag(name: str, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    raise BadOption(f"{name} should be True or False, not {shown(value)}.")


def as_stop(value: Any) -> tuple[str, ...]:
    texts = [value] if isinstance(value, str) else value
    listed = isinstance(texts, list | tuple) and len(texts) <= MOST_STOPS
    if listed and all(isinstance(text, str) and text for text in texts):
        return tuple(texts)
    wanted = f"a text, or a list of up to {MOST_STOPS} texts that are not empty"
    raise BadOption(f"stop should be {wanted}, not {shown(value)}.")


def as_tools(tools: Any) -> tuple[Tool, ...]:
    from nbchat.messages import Tool

    if isinstance(tools, str | Tool | Mapping) or not isinstance(tools, Iterable):
        kind = type(tools).__name__
        raise BadOption(f"tools should be a list of nbchat.Tool or of dicts, not {kind}.")
    return tuple(map(_tool, tools))


def as_approve(approve: Any) -> Callable[..., Any]:
    if callable(approve):
        made: Callable[..., Any] = approve
        return made
    kind = type(approve).__name__
    raise BadOption(
        "approve is a function (call) -> True or the reason to refuse, such as "
        f"lambda call: True, not {kind}."
    )


def _tool(tool: Any) -> Tool:
    """A Tool, from `{name, description, parameters}` or OpenAI's `{type, function}` as well."""
    from nbchat.messages import Tool

    if isinstance(tool, Tool):
        return tool
    inner = tool.get("function", tool) if isinstance(tool, Mapping) else None
    name = inner.get("name") if isinstance(inner, Mapping) else None
    if not isinstance(inner, Mapping) or not isinstance(name, str) or not name:
        raise BadOption(
            "a tool is nbchat.Tool(name, description, parameters), or a dict with those members."
        )
    made = Tool(name, inner.get("description") or "")
    parameters = inner.get("parameters") or inner.get("input_schema") or made.parameters
    if not isinstance(parameters, Mapping):
        kind = type(parameters).__name__
        raise BadOption(f"the parameters of a tool are a JSON schema (a dict), not {kind}.")
    return replace(made, parameters=parameters)


def check_tool_choice(choice: str | None, tools: Sequence[Tool]) -> None:
    """Raise BadOption for a choice that these tools do not offer."""
    names = [tool.name for tool in tools]
    if choice == "required" and not names:
        raise BadOption('tool_choice is "required", but there are no tools. Give some as tools=.')
    if choice is None or choice in (*TOOL_CHOICES, *names):
        return
    given = f" ({shorten(', '.join(names), 60)})" if names else ", and there are none"
    raise BadOption(
        f'tool_choice should be "auto", "none", "required" or the name of one of the tools{given}, '
        f"not {shown(choice)}."
    )


def as_schema(schema: Any) -> Mapping[str, Any]:
    """The JSON schema of whatever `schema=` takes; one that is given goes as it is."""
    if isinstance(schema, Mapping):
        return schema
    from nbchat.values.value_type import ValueType

    return ValueType.of(schema).json_schema


def as_extra(extra: Any) -> dict[str, Any]:
    if not isinstance(extra, Mapping):
        kind = type(extra).__name__
        raise BadOption(f"extra should be a dict of members for the request's body, not {kind}.")
    if name := _key_in(extra):
        raise BadOption(
            f"extra may not hold a key, and {name!r} looks like one. "
            "Give it as api_key=, or set the provider's environment variable."
        )
    try:
        made: dict[str, Any] = json.loads(json.dumps(extra, allow_nan=False, default=dict))
    except (TypeError, ValueError, RecursionError):
        raise BadOption("extra should hold what JSON has: dicts, lists, texts, numbers.") from None
    return made


def _key_in(extra: Mapping[Any, Any]) -> str:
    """The name of a member that seems to hold a key, however deep, or nothing."""
    waiting: list[Any] = [extra]
    met: dict[int, Any] = {}  # by id: what holds itself would never end
    while waiting:
        value = waiting.pop()
        if id(value) in met or not isinstance(value, Mapping | list | tuple):
            continue
        met[id(value)] = value
        members = value.items() if isinstance(value, Mapping) else enumerate(value)
        for name, inner in members:
            plain = re.sub("[^a-z]", "", str(name).lower())
            if plain.endswith(_KEY_NAMES) and isinstance(inner, str | bytes | Secret):
                return str(name)
            waiting.append(inner)
    return ""


# --- in words ------------------------------------------------------------------------------------


def shown(value: Any) -> str:
    """A value as an error may repeat it: short, and without what an object holds."""
    if isinstance(value, str):
        return repr(shorten(value, 40))
    written = repr(value) if isinstance(value, float | int) else ""
    return written if 0 < len(written) <= 40 else type(value).__name__


def in_words(texts: Sequence[str]) -> str:
    """
    >>> in_words(["on", "off", "max"])
    'on, off or max'
    """
    return " or ".join(filter(None, [", ".join(texts[:-1]), *texts[-1:]]))
