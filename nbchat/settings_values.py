"""What a settings file may say besides its rows of models and providers: each value, checked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from nbchat.catalog.amounts import amounts_of
from nbchat.catalog.user_mistakes import safe_value
from nbchat.catalog.user_tables import TABLES
from nbchat.host_lists import split_hosts
from nbchat.wire.framing.contract import MAX_FRAME
from nbchat.wording import did_you_mean

CONNECT = 10.0  # seconds
DISPLAYS = ("live", "static")
Data = Literal["brief", "schema", "all"]  # how much is sent of the notebook's values
DATA: tuple[Data, ...] = get_args(Data)
CELL_BUDGET = 6000  # tokens of cells above that go along with a question
LARGEST_BUDGET = 1_000_000  # tokens
LARGEST_LIMIT = 2**40  # bytes
MOST_CALLS = 100  # of tools for one question, and requests
UNITS = {
    "b": 1,
    "kb": 1000,
    "mb": 1000**2,
    "gb": 1000**3,
    "kib": 1024,
    "mib": 1024**2,
    "gib": 1024**3,
}

_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z]+)", re.A | re.I)


def as_bytes(size: Any) -> int:
    """A size in bytes, as a number or with its unit. Raises ValueError.

    >>> as_bytes("32 MiB"), as_bytes("1.5 kB"), as_bytes(4096)
    (33554432, 1500, 4096)
    """
    if isinstance(size, int) and not isinstance(size, bool):
        return size
    match = _SIZE.fullmatch(size.strip()) if isinstance(size, str) else None
    if match is None or match[2].lower() not in UNITS:
        raise ValueError("no size")
    count = float(match[1]) * UNITS[match[2].lower()]
    return int(min(count, LARGEST_LIMIT + 1))  # also what is infinite is only too large


Seconds = Annotated[float, Field(strict=True, gt=0, lt=1e6)]
Tokens = Annotated[int, Field(strict=True, gt=0, le=LARGEST_BUDGET)]
Calls = Annotated[int, Field(strict=True, gt=0, le=MOST_CALLS)]
Size = Annotated[int, BeforeValidator(as_bytes), Field(gt=0, le=LARGEST_LIMIT)]


def as_hosts(hosts: Any) -> Any:
    """A list of hosts, also where it is written as a text, as in a variable."""
    return split_hosts(hosts) if isinstance(hosts, str) else hosts


Hosts = Annotated[tuple[str, ...], BeforeValidator(as_hosts)]
Money = Annotated[dict[str, float], BeforeValidator(amounts_of)]  # by currency
Unpriced = Literal["refuse", "allow"]  # what no price is known of, where there is a budget
NextCell = Literal["asked", "always"]  # when JupyterLab proposes one
ErrorsGo = Literal["cell", "panel"]  # where JupyterLab's Explain and Fix ask


@dataclass(slots=True, frozen=True)
class Timeouts:
    """Seconds of silence that end a request; there is no limit on its whole length."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    connect: Seconds = CONNECT
    first_byte: Seconds = 300.0  # a thinking model may say nothing for minutes
    gap: Seconds = 120.0  # between two bytes; heartbeats count

    @classmethod
    def of(cls, seconds: float) -> Timeouts:
        """One limit for the silence before the first byte and between bytes."""
        return cls(min(CONNECT, seconds), seconds, seconds)


@dataclass(slots=True, frozen=True)
class Limits:
    """Bytes that are taken from a provider; what is larger ends the answer, which is kept."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    event: Size = MAX_FRAME  # one event of a stream, or an answer that does not stream
    answer: Size = 64 * 1024**2  # the whole body of one answer
    between_events: Size = 4 * 1024**2  # in a row that hold no event, such as heartbeats
    error_body: Size = 64 * 1024  # of an error's body; the rest is not read
    model_list: Size = 32 * 1024**2  # one page of a provider's list of models


@dataclass(slots=True, frozen=True)
class ContextBudget:
    """Tokens of what goes along with a question."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    cells: Tokens = CELL_BUDGET  # of the cells above


@dataclass(slots=True, frozen=True)
class ToolLimits:
    """How far a model may go with tools, for one question."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    rounds: Calls = 8  # requests
    calls: Calls = 20


@dataclass(slots=True, frozen=True)
class Budgets:
    """What may be spent, by currency; without an amount there is no limit."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    notebook: Money = field(default_factory=dict)  # by one notebook, ever
    day: Money = field(default_factory=dict)  # by all of them, since midnight
    unpriced: Unpriced = "refuse"


@dataclass(slots=True, frozen=True)
class LabHabits:
    """How the extension of JupyterLab behaves."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    next_cell: NextCell = "asked"
    errors: ErrorsGo = "cell"


USUAL_TIMEOUTS = Timeouts()
USUAL_LIMITS = Limits()
USUAL_BUDGET = ContextBudget()
USUAL_TOOLS = ToolLimits()
NO_BUDGETS = Budgets()
USUAL_HABITS = LabHabits()
TIMEOUTS = tuple(Timeouts.__dataclass_fields__)
LIMITS = tuple(Limits.__dataclass_fields__)
BUDGETS = tuple(ContextBudget.__dataclass_fields__)
TOOL_LIMITS = tuple(ToolLimits.__dataclass_fields__)
MONEY = tuple(Budgets.__dataclass_fields__)
HABITS = tuple(LabHabits.__dataclass_fields__)


class FileValues(BaseModel):
    """What a file may say besides its rows of models and providers."""

    model_config = ConfigDict(extra="forbid")

    model: str = ""
    display: str = ""
    history: str = ""
    plain_http: Hosts = ()
    data: Data = "brief"
    timeouts: Timeouts = USUAL_TIMEOUTS
    limits: Limits = USUAL_LIMITS
    context: ContextBudget = USUAL_BUDGET
    tools: ToolLimits = USUAL_TOOLS
    budget: Budgets = NO_BUDGETS
    jupyterlab: LabHabits = USUAL_HABITS


OWN_ALONE = ("plain_http",)  # what no file beside a notebook says, be it trusted or not
KNOWN = (*FileValues.model_fields, *TABLES)

AN_AMOUNT = 'an amount with its currency, such as "2 USD"'

# The tables: their members, what each should be, and the members with their unit.
_TABLES = {
    "timeouts": (TIMEOUTS, "a number of seconds above 0", "{0}, in seconds"),
    "limits": (LIMITS, 'a size above 0, such as "32 MiB" or a number of bytes', "{0}, as sizes"),
    "context": (BUDGETS, f"a whole number from 1 to {LARGEST_BUDGET:,}", "{0}, in tokens"),
    "tools": (TOOL_LIMITS, f"a whole number from 1 to {MOST_CALLS:,}", "{0}, for one question"),
    "budget": (MONEY, AN_AMOUNT, "{0}, as amounts"),
    "jupyterlab": (HABITS, "one of its words", "{0}, in words"),
}
_WORDS = {
    "budget.unpriced": "'refuse' or 'allow'",
    "jupyterlab.next_cell": "'asked' or 'always'",
    "jupyterlab.errors": "'cell' or 'panel'",
}


def checked_values(data: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a file by their names, those of its tables as `timeouts.gap`.

    Raises ValueError with a sentence that says what is wrong and what was expected.

    >>> checked_values({"model": "kimi-k2.6", "timeouts": {"gap": 60}})
    {'model': 'kimi-k2.6', 'timeouts.gap': 60.0}
    """
    try:
        checked = FileValues.model_validate(dict(data))
    except ValidationError as error:
        raise ValueError(_what_is_wrong(error, data)) from None
    values: dict[str, Any] = {}
    for name, written in data.items():
        value = getattr(checked, name)
        if name in _TABLES:
            members = asdict(value)
            values |= {f"{name}.{member}": members[member] for member in written}
        else:
            values[name] = value
    return values


def timeouts_of(values: Mapping[str, Any]) -> Timeouts:
    """Those that are among the values, and the usual ones."""
    return Timeouts(**_members("timeouts", values))


def limits_of(values: Mapping[str, Any]) -> Limits:
    """Those that are among the values, and the usual ones."""
    return Limits(**_members("limits", values))


def tool_limits_of(values: Mapping[str, Any]) -> ToolLimits:
    """Those that are among the values, and the usual ones."""
    return ToolLimits(**_members("tools", values))


def budgets_of(values: Mapping[str, Any]) -> Budgets:
    """Those that are among the values."""
    return Budgets(**_members("budget", values))


def lab_habits_of(values: Mapping[str, Any]) -> LabHabits:
    """Those that are among the values, and the usual ones."""
    return LabHabits(**_members("jupyterlab", values))


def cell_budget_of(values: Mapping[str, Any]) -> int:
    """Tokens of cells above that go along with a question."""
    return ContextBudget(**_members("context", values)).cells


def _members(table: str, values: Mapping[str, Any]) -> dict[str, Any]:
    start = f"{table}."
    return {name[len(start) :]: values[name] for name in values if name.startswith(start)}


def _what_is_wrong(error: ValidationError, data: Mapping[str, Any]) -> str:
    """The first mistake of a file that has these members, in our words."""
    written = list(data)
    mistakes = error.errors(include_url=False)
    first = min(mistakes, key=lambda mistake: written.index(str(mistake["loc"][0])))
    name = str(first["loc"][0])
    if name == "data":
        return f"data is 'brief', 'schema' or 'all', not {safe_value(data[name])}."
    if name not in _TABLES:
        wrong = f"{name!r} is not a setting here, or not of the right type."
        return f"{wrong}{did_you_mean(name, KNOWN)}\nSettings: {', '.join(KNOWN)}."
    members, rule, which = _TABLES[name]
    has = which.format(", ".join(members))
    if not isinstance(data[name], Mapping):
        return f"{name} has {has}; got {safe_value(data[name])}."
    unknown = [str(member) for member in data[name] if member not in members]
    if unknown:
        lacks = f"{name} has {has}, and no {safe_value(unknown[0])}."
        return f"{lacks}{did_you_mean(unknown[0], members)}"
    member = first["loc"][1]
    setting = f"{name}.{member}"
    rule = _WORDS.get(setting, rule)
    return f"{setting} should be {rule}, not {safe_value(data[name][member])}."
