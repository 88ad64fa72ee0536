"""The options of a question: type, range, unit and help of each, once.

From this list are made: the signatures of `ask` and `stream`, the `%%chat` line with its help
and completion, the fields of a ChatStreamRequest and of the panel, and what is said of a wrong
value. A new option is one row here, and one field in each wire format that has it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from numbers import Integral, Real
from typing import Annotated, Any, Literal, TypeAlias, TypedDict, get_args, get_type_hints

from nbchat.errors import BadSettings
from nbchat.keys import Secret
from nbchat.messages import Tool
from nbchat.wording import shorten

Level: TypeAlias = Literal["low", "medium", "high", "max"]
LEVELS: tuple[Level, ...] = get_args(Level)
Thinking: TypeAlias = bool | Level | None
THINKING_WORDS: dict[str, Thinking] = {"on": True, "off": False} | {word: word for word in LEVELS}

MOST_STOPS = 4  # OpenAI's limit, the lowest there is; Gemini and Cohere take 5
TOOL_CHOICES = ("auto", "none", "required")


@dataclass(slots=True, frozen=True)
class Option:
    """What there is to know of an option, besides the name and type that it stands beside."""

    help: str  # may use {low}, {high} and {values}
    low: float | None = None
    high: float | None = None
    unit: str = ""
    example: str = ""
    words: Mapping[str, Any] | None = None  # the values there are, by what a person types
    check: Callable[[Any], Any] | None = None  # where type and range do not say it all
    default: Any = None  # what holds where nothing is given
    parameter: bool = (
        False  # for the provider: a wire format has a field for it, or says it has none
    )
    http: bool = False  # whether a request over HTTP may bring it
    flag: str = ""  # on the %%chat line, such as "--temperature F"
    line: str = ""  # what the line's help says of it; may use {low}, {high} and {words}
    name: str = ""
    kind: Any = None  # the type without None

    @property
    def text(self) -> str:
        """The help, with range and values in it."""
        values = [f'"{value}"' if isinstance(value, str) else str(value) for value in self.values]
        return self.help.format(low=self.low, high=self.high, values=in_words(values))

    @property
    def values(self) -> tuple[Any, ...]:
        return tuple((self.words or {}).values())

    def checked(self, value: Any) -> Any:
        """The value as it is used. Raises BadSettings that says what it should be."""
        if value is None:
            return self.default
        if self.check:
            return self.check(value)
        if self.words:
            return _one_of(self, value)
        return _BY_TYPE[self.kind](self, value)


# --- the list ------------------------------------------------------------------------------------


class RequestOptions(TypedDict, total=False):
    """Options, each by its name; None leaves it to the provider."""

    system: Annotated[
        str | None,
        Option(
            "a text that goes before the messages",
            default="",
            http=True,
            flag="--system TEXT",
            line='instructions from here on: --system "Be brief."',
        ),
    ]
    temperature: Annotated[
        float | None,
        Option(
            "from {low} to {high}: how varied the answer is",
            low=0,
            high=2,
            parameter=True,
            http=True,
            flag="--temperature F",
            line="{low} to {high}, where the model takes one",
        ),
    ]
    top_p: Annotated[
        float | None,
        Option(
            "from {low} to {high}: the share of likely words to choose from; or use temperature",
            low=0,
            high=1,
            parameter=True,
            http=True,
            flag="--top-p F",
            line="{low} to {high}, the share of likely words to choose from",
        ),
    ]
    seed: Annotated[
        int | None,
        Option(
            "a whole number: the same question then has the same answer, as far as a provider can",
            low=0,
            high=2**31 - 1,  # Gemini's is the smallest: 32 bits
            example="42",
            parameter=True,
            http=True,
            flag="--seed N",
            line="a whole number; the same again asks for the same answer",
        ),
    ]
    stop: Annotated[
        str | Sequence[str] | None,
        Option(
            f"a text, or a list of up to {MOST_STOPS}; the answer ends before one of them",
            check=_stop,
            default=(),
            parameter=True,
            http=True,
        ),
    ]
    max_tokens: Annotated[
        int | None,
        Option(
            "the longest answer, in tokens",
            low=1,
            high=10_000_000,
            unit="tokens",
            example="4096",
            parameter=True,
            http=True,
            flag="--max-tokens N",
            line="the longest answer to pay for",
        ),
    ]
    thinking: Annotated[
        Thinking,
        Option(
            "{values}",
            words=THINKING_WORDS,
            http=True,
            flag="--think LEVEL",
            line="{words}, where the model can",
        ),
    ]
    tools: Annotated[
        Sequence[Tool | Mapping[str, Any]] | None,
        Option(
            "a list of nbchat.Tool or dicts, whose calls are in the answer; whoever asks runs them",
            check=_tools,
            default=(),
            http=True,
        ),
    ]
    tool_choice: Annotated[
        str | None,
        Option('"auto", "none", "required", or the name of the tool to call', http=True),
    ]
    schema: Annotated[
        Any,
        Option(
            "a JSON schema (a dict) or a pydantic model, which the text of the answer follows",
            check=_schema,
            http=True,
        ),
    ]
    extra: Annotated[
        Mapping[str, Any] | None,
        Option(
            "a dict that is merged into the request's body as it is; never a key",
            check=_extra,
        ),
    ]
    base_url: Annotated[
        str | None,
        Option('another address than the provider\'s own, such as "http://127.0.0.1:8000/v1"'),
    ]
    wire: Annotated[str | None, Option('the format that is spoken there, such as "openai-chat"')]
    api_key: Annotated[
        str | None,
        Option(
            "the key itself; by default it comes from the provider's environment variable",
            check=Secret.of,
        ),
    ]
    timeout: Annotated[
        float | None,
        Option(
            "seconds of silence, before the first byte and between two; the whole may take longer",
            low=0.001,
            high=1_000_000,
            unit="seconds",
        ),
    ]


class Options:
    """The options of one question, checked, each by its name. None leaves it to the provider.

    >>> Options.of({"max_tokens": 100, "tools": [{"name": "add"}]}).tools[0].name
    'add'
    """

    __slots__ = ("_values", "cache_key")

    def __init__(self, *, cache_key: str = "", **given: Any) -> None:
        self.cache_key = cache_key  # the same for every request of one conversation
        self._values = {name: row.checked(given.get(name)) for name, row in OPTIONS.items()}
        _check_tool_choice(self.tool_choice, self.tools)

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Options:
        """The options that were given. Raises BadSettings that names the one that cannot be used."""
        return cls(**given)

    def __getattr__(self, name: str) -> Any:
        if name not in OPTIONS:
            raise AttributeError(f"no option is called {name!r}")
        return self._values[name]

    @property
    def parameters(self) -> dict[str, Any]:
        """Those that were given, of those that a wire format has fields for."""
        rows = [row for row in OPTIONS.values() if row.parameter]
        return {r.name: self._values[r.name] for r in rows if self._values[r.name] != r.default}


# --- what is right for each ----------------------------------------------------------------------


def _text(row: Option, value: Any) -> str:
    if isinstance(value, str):
        return value
    raise BadSettings(f"{row.name} should be a text (str), not {type(value).__name__}.")


def _number(row: Option, value: Any) -> float:
    # Real has numpy's numbers too: what a DataFrame gives.
    numeric = isinstance(value, Real) and not isinstance(value, bool)
    if numeric and row.low <= value <= row.high:
        return value if isinstance(value, int) else float(value)
    unit = f" of {row.unit}" if row.unit else ""
    wanted = f"a number{unit} from {row.low:,} to {row.high:,}"
    raise BadSettings(f"{row.name} should be {wanted}, not {shown(value)}.")


def _whole(row: Option, value: Any) -> int:
    whole = isinstance(value, Integral) or (isinstance(value, float) and value.is_integer())
    if whole and not isinstance(value, bool) and row.low <= value <= row.high:
        return int(value)
    wanted = f"a whole number from {row.low:,} to {row.high:,}"
    raise BadSettings(f"{row.name} should be {wanted}, not {shown(value)}.")


def _one_of(row: Option, value: Any) -> Any:
    for known in row.values:
        if type(value) is type(known) and value == known:  # 1 is not True here
            return known
    values = ", ".join(map(repr, row.values))
    raise BadSettings(f"{row.name} can be {values}; not {value!r}.")


_BY_TYPE: dict[Any, Callable[[Option, Any], Any]] = {str: _text, float: _number, int: _whole}


def _stop(value: Any) -> tuple[str, ...]:
    texts = [value] if isinstance(value, str) else value
    listed = isinstance(texts, list | tuple) and len(texts) <= MOST_STOPS
    if listed and all(isinstance(text, str) and text for text in texts):
        return tuple(texts)
    wanted = f"a text, or a list of up to {MOST_STOPS} texts that are not empty"
    raise BadSettings(f"stop should be {wanted}, not {shown(value)}.")


def _tools(tools: Any) -> tuple[Tool, ...]:
    if isinstance(tools, str | Tool | Mapping) or not isinstance(tools, Iterable):
        kind = type(tools).__name__
        raise BadSettings(f"tools should be a list of nbchat.Tool or of dicts, not {kind}.")
    return tuple(map(_tool, tools))


def _tool(tool: Any) -> Tool:
    """A Tool, from `{name, description, parameters}` or OpenAI's `{type, function}` as well."""
    if isinstance(tool, Tool):
        return tool
    inner = tool.get("function", tool) if isinstance(tool, Mapping) else None
    name = inner.get("name") if isinstance(inner, Mapping) else None
    if not isinstance(inner, Mapping) or not isinstance(name, str) or not name:
        raise BadSettings(
            "a tool is nbchat.Tool(name, description, parameters), or a dict with those members."
        )
    made = Tool(name, inner.get("description") or "")
    parameters = inner.get("parameters") or inner.get("input_schema") or made.parameters
    if not isinstance(parameters, Mapping):
        kind = type(parameters).__name__
        raise BadSettings(f"the parameters of a tool are a JSON schema (a dict), not {kind}.")
    return replace(made, parameters=parameters)


def _check_tool_choice(choice: str | None, tools: Sequence[Tool]) -> None:
    names = [tool.name for tool in tools]
    if choice == "required" and not names:
        raise BadSettings('tool_choice is "required", but there are no tools. Give some as tools=.')
    if choice is None or choice in (*TOOL_CHOICES, *names):
        return
    given = f" ({shorten(', '.join(names), 60)})" if names else ", and there are none"
    raise BadSettings(
        f'tool_choice should be "auto", "none", "required" or the name of one of the tools{given}, '
        f"not {shown(choice)}."
    )


def _schema(schema: Any) -> Mapping[str, Any]:
    if isinstance(schema, Mapping):
        return schema
    if hasattr(schema, "model_json_schema"):
        from pydantic.errors import PydanticUserError

        try:
            made: Mapping[str, Any] = schema.model_json_schema()
        except PydanticUserError as error:
            why = str(error).splitlines()[0]
            raise BadSettings(f"{schema.__name__} has no JSON schema: {why}.") from None
        return made
    kind = type(schema).__name__
    raise BadSettings(f"schema is a JSON schema (a dict) or a pydantic model, not {kind}.")


def _extra(extra: Any) -> dict[str, Any]:
    if not isinstance(extra, Mapping):
        kind = type(extra).__name__
        raise BadSettings(f"extra should be a dict of members for the request's body, not {kind}.")
    if name := _key_in(extra, seen=0):
        raise BadSettings(
            f"extra may not hold a key, and {name!r} looks like one. "
            "Give it as api_key=, or set the provider's environment variable."
        )
    try:
        made: dict[str, Any] = json.loads(json.dumps(extra, allow_nan=False, default=dict))
    except (TypeError, ValueError, RecursionError):
        raise BadSettings(
            "extra should hold what JSON has: dicts, lists, texts, numbers."
        ) from None
    return made


def _key_in(value: Any, seen: int) -> str:
    """The name of a member that seems to hold a key, or nothing. Looks 50 levels deep."""
    if seen > 50 or not isinstance(value, Mapping | list | tuple):
        return ""
    members = value.items() if isinstance(value, Mapping) else enumerate(value)
    for name, inner in members:
        plain = re.sub("[^a-z]", "", str(name).lower())
        if plain.endswith(_KEY_NAMES) and isinstance(inner, str | bytes | Secret):
            return str(name)
        if found := _key_in(inner, seen + 1):
            return found
    return ""


_KEY_NAMES = (  # how the name of such a member ends
    *("authorization", "apikey", "secret", "secretkey", "password"),
    *("accesstoken", "authtoken", "bearertoken", "sessiontoken"),
)


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


def _rows() -> dict[str, Option]:
    """The rows of RequestOptions, each with its name and type, in the order they stand there."""
    rows = {}
    for name, hint in get_type_hints(RequestOptions, include_extras=True).items():
        kind, row = get_args(hint)
        plain = [one for one in get_args(kind) if one is not type(None)]
        rows[name] = replace(row, name=name, kind=plain[0] if len(plain) == 1 else kind)
    return rows


OPTIONS = _rows()
